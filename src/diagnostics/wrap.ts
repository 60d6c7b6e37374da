import stringWidth from "fast-string-width";

/** Breaks a line of prose at spaces so that no part is wider than `width` columns; a longer word stays whole. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  let columns = 0;
  for (const word of text.split(" ")) {
    const wide = stringWidth(word);
    if (line !== "" && columns + 1 + wide > width) {
      lines.push(line);
      line = word;
      columns = wide;
    } else {
      columns += line === "" ? wide : wide + 1;
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
