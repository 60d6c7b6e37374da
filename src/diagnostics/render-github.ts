import type { Diagnostic, Severity } from "../model/diagnostic.ts";
import { escapeWorkflowData, escapeWorkflowProperty } from "./escape-workflow.ts";
import { inFileOrder } from "./order.ts";

/**
 * Diagnostics as workflow commands, which GitHub shows as annotations on the lines of a pull request. One line each.
 * GitHub keeps the first ten of each kind and step, so errors come before warnings and notes.
 * https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
export function renderGithub(diagnostics: readonly Diagnostic[]): string {
  const sorted = inFileOrder(diagnostics);
  return (["error", "warning", "info"] as const)
    .flatMap((severity) => sorted.filter((diagnostic) => diagnostic.severity === severity))
    .map((diagnostic) => `${command(diagnostic)}\n`)
    .join("");
}

const COMMAND: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", info: "notice" };

function command({ code, severity, summary, detail, hint, range, environment }: Diagnostic): string {
  const properties: (readonly [string, string | number])[] = [];
  if (range) {
    properties.push(["file", range.file], ["line", range.start.line], ["endLine", range.end.line]);
    // GitHub refuses columns on a range of several lines.
    if (range.start.line === range.end.line)
      properties.push(["col", range.start.column], ["endColumn", range.end.column]);
  }
  properties.push(["title", environment ? `${code} (${environment})` : code]);
  const message = [summary, detail, hint && `hint: ${hint}`].filter(Boolean).join("\n");
  const written = properties.map(([name, value]) => `${name}=${escapeWorkflowProperty(String(value))}`).join(",");
  return `::${COMMAND[severity]} ${written}::${escapeWorkflowData(message)}`;
}
