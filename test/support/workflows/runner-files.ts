import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What a step wrote into the files that the runner gave it. */
export interface Written {
  readonly outputs: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  /** The last is first on the path. */
  readonly path: readonly string[];
  readonly summary: string;
  /** Why something of it was not taken. */
  readonly errors: readonly string[];
}

const FILES = {
  GITHUB_OUTPUT: "set_output",
  GITHUB_ENV: "set_env",
  GITHUB_PATH: "add_path",
  GITHUB_STEP_SUMMARY: "step_summary",
  GITHUB_STATE: "save_state",
} as const;

/** GitHub takes no longer summary of a step. */
const SUMMARY_BYTES_MAX = 1024 * 1024;

/** Makes a step's empty files; their places by variable. */
export function makeRunnerFiles(folder: string, step: number): Record<keyof typeof FILES, string> {
  const entries = Object.entries(FILES).map(([variable, name]) => {
    const file = join(folder, `${name}_${step}`);
    writeFileSync(file, "");
    return [variable, file] as const;
  });
  return Object.fromEntries(entries) as Record<keyof typeof FILES, string>;
}

export function readRunnerFiles(files: Record<keyof typeof FILES, string>): Written {
  const errors: string[] = [];
  const pairs = (file: string): Record<string, string> => {
    try {
      return keyValues(readFileSync(file, "utf8"));
    } catch (error) {
      errors.push(`Unable to process file command: ${(error as Error).message}`);
      return {};
    }
  };
  let summary = readFileSync(files.GITHUB_STEP_SUMMARY, "utf8");
  if (Buffer.byteLength(summary) > SUMMARY_BYTES_MAX) {
    errors.push("$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k");
    summary = "";
  }
  return {
    outputs: pairs(files.GITHUB_OUTPUT),
    env: pairs(files.GITHUB_ENV),
    path: readFileSync(files.GITHUB_PATH, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .reverse(),
    summary,
    errors,
  };
}

/** `name=value` a line, or `name<<END`, lines, `END`. Source: "Workflow commands" in GitHub's documentation. */
function keyValues(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  const lines = text.split(/\r?\n/);
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    if (line === "") continue;
    const equals = line.indexOf("=");
    const heredoc = line.indexOf("<<");
    if (equals > 0 && (heredoc < 0 || equals < heredoc)) {
      found[line.slice(0, equals)] = line.slice(equals + 1);
    } else if (heredoc > 0) {
      const end = lines.indexOf(line.slice(heredoc + 2), at + 1);
      if (end < 0) throw new Error(`Matching delimiter not found '${line.slice(heredoc + 2)}'`);
      found[line.slice(0, heredoc)] = lines.slice(at + 1, end).join("\n");
      at = end;
    } else throw new Error(`Invalid format '${line}'`);
  }
  return found;
}
