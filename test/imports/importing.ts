import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { credentialShape, namesCredential } from "../../src/catalog/mask-credentials.ts";
import type { Imported, ImportInput } from "../../src/imports/imported.ts";
import { TOOLS } from "../../src/imports/tools.ts";
import { checkCondition } from "../../src/probes/condition-syntax.ts";

export type ToolName = "upptime" | "gatus" | "cstate" | "statuspage";
export const NAMES: readonly ToolName[] = ["upptime", "gatus", "cstate", "statuspage"];
export const CASES = join(import.meta.dirname, "..", "cases", "imports");

/** What the command hands in, on a Wednesday. */
export function input(files: Readonly<Record<string, string>> | ReadonlyMap<string, string>): ImportInput {
  return {
    files: files instanceof Map ? files : new Map(Object.entries(files)),
    now: Date.UTC(2026, 2, 4, 12),
    namesCredential,
    looksLikeCredential: (text) => credentialShape(text) !== null,
    checkCondition,
  };
}

export function imports(
  tool: ToolName,
  files: Readonly<Record<string, string>> | ReadonlyMap<string, string>,
): Imported {
  const found = TOOLS.get(tool);
  if (found === undefined) throw new Error(`no tool ${tool}`);
  return found.read(input(files));
}

/** The source of a golden case: everything in its folder but what is expected. */
export function caseFiles(tool: ToolName): ReadonlyMap<string, string> {
  const folder = join(CASES, tool);
  const files = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) files.set(relative(folder, path).split(sep).join("/"), readFileSync(path, "utf8"));
  }
  return files;
}

/** Everything that an import writes or says, as one text. */
export function shown({ services, incidents, project, remarks, days, report }: Imported): string {
  const files = [...services, ...incidents].map(({ path, text }) => `=== ${path}\n${text}`);
  const counted = days.map(({ at, services: counts }) => {
    const each = Object.entries(counts).map(([id, { seconds }]) => `${id} ${JSON.stringify(seconds)}`);
    return `${at}: ${each.join("; ")}\n`;
  });
  const said = report.map(
    ({ outcome, what, from, to, why }) =>
      `${outcome}: ${what} | ${from}${to === null ? "" : ` → ${to}`}${why === "" ? "" : ` | ${why}`}\n`,
  );
  return [
    ...files,
    `=== fairlead.yaml\n${remarks === "" ? "" : `${remarks.replace(/^/gm, "#")}\n`}${JSON.stringify(project, null, 2)}\n`,
    ...(counted.length > 0 ? ["=== days\n", ...counted] : []),
    "=== report\n",
    ...said,
  ].join("");
}
