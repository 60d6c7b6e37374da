import type { Diagnostic } from "../model/diagnostic.ts";

export interface Tally {
  readonly errors: number;
  readonly warnings: number;
  readonly infos: number;
  /** Files that have at least one. */
  readonly files: number;
}

/** Counts diagnostics by severity. */
export function tally(diagnostics: readonly Diagnostic[]): Tally {
  const count = (severity: Diagnostic["severity"]): number =>
    diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
  return {
    errors: count("error"),
    warnings: count("warning"),
    infos: count("info"),
    files: new Set(diagnostics.flatMap((diagnostic) => diagnostic.range?.file ?? [])).size,
  };
}

/** A tally in words: `3 errors, 1 warning, 6 notes in 4 files`. Empty where there is nothing to count. */
export function tallyInWords({ errors, warnings, infos, files }: Tally): string {
  const parts = [counted(errors, "error"), counted(warnings, "warning"), counted(infos, "note")].filter(
    (part) => part !== "",
  );
  if (parts.length === 0) return "";
  return files === 0 ? parts.join(", ") : `${parts.join(", ")} in ${counted(files, "file")}`;
}

function counted(count: number, noun: string): string {
  return count === 0 ? "" : `${count} ${noun}${count === 1 ? "" : "s"}`;
}
