import { renderJson } from "../diagnostics/render-json.ts";
import { renderText } from "../diagnostics/render-text.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Terminal } from "./terminal.ts";

/** True when nothing worse than a warning was found. */
export function isUsable(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.every(({ severity }) => severity !== "error");
}

/** Prints problems for people on standard error. Notes are left to `fairlead validate`, so that a plan is not buried. */
export function showProblems(terminal: Terminal, diagnostics: readonly Diagnostic[]): void {
  const problems = diagnostics.filter(({ severity }) => severity !== "info");
  if (problems.length > 0) terminal.complain(renderText(problems, { color: terminal.color, width: terminal.width }));
}

/** How a command that cannot go on ends: problems as JSON on standard output where that is for machines. Returns exit code 1. */
export function refuse(terminal: Terminal, diagnostics: readonly Diagnostic[]): number {
  if (terminal.json) terminal.result(renderJson(diagnostics));
  else showProblems(terminal, diagnostics);
  return 1;
}
