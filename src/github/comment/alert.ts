/** A block that GitHub puts into a coloured frame. The lines are Markdown. */
export function alert(kind: "CAUTION" | "WARNING", lines: readonly string[]): string {
  return [
    `> [!${kind}]`,
    ...lines.flatMap((line) => line.split("\n")).map((line) => (line === "" ? ">" : `> ${line}`)),
  ].join("\n");
}
