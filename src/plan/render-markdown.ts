import { escapeTerminal } from "../diagnostics/escape-terminal.ts";
import type { Plan, Step, StepAction } from "../model/plan.ts";
import { shownChange } from "./shown-value.ts";
import { summaryLine } from "./summary-line.ts";
import { timelineLine } from "./timeline-line.ts";
import { whatRuns } from "./what-runs.ts";

/**
 * A plan as GitHub's Markdown: the sentence, a table with what destroys on top, and a diff per service to unfold. Whatever
 * comes out of files or State stands in code spans or fences, each longer than any run of backticks in it, so that it can
 * neither mention anybody nor become markup. Ends with a line break.
 */
export function renderMarkdown(plan: Plan): string {
  const steps = [...plan.steps].sort((a, b) => rank(a) - rank(b));
  if (steps.length === 0) return `**${summaryLine(plan)}**\n`;
  const rows = steps.map((step) => {
    const what = step.action === "move" ? `move from ${code(step.previousId ?? "")}` : step.action;
    const named = step.mustBeNamed ? (plan.allowDestroy.includes(step.service) ? " (named)" : " ⚠️ must be named") : "";
    const cells = [
      code(step.service),
      what + named,
      isChange(step) ? step.impact : "",
      timelineLine(step) ?? "",
      touches(step),
    ];
    return `| ${cells.join(" | ")} |`;
  });
  const table = ["| service | action | impact | rollout | touches |", "|---|---|---|---|---|", ...rows].join("\n");
  return `${[`**${summaryLine(plan)}**`, table, ...steps.flatMap(details)].join("\n\n")}\n`;
}

const RANK: Readonly<Record<StepAction, number>> = {
  delete: 0,
  replace: 1,
  stop: 2,
  held: 3,
  move: 4,
  create: 5,
  start: 6,
  update: 7,
  "no-op": 8,
};

function rank({ action, mustBeNamed }: Step): number {
  return RANK[action] - (mustBeNamed ? 10 : 0);
}

function isChange({ action }: Step): boolean {
  return action === "update" || action === "replace" || action === "move";
}

const LISTED_MAX = 8;

function touches({ dependents }: Step): string {
  const more = dependents.length - LISTED_MAX;
  return dependents.slice(0, LISTED_MAX).map(code).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

function details(step: Step): string[] {
  const lines = [
    ...step.reasons.map((reason) => `# ${reason}`),
    ...(step.timeline?.steps ?? []).map((line) => `# ${line}`),
    ...(step.action === "create" && step.after ? [`+ ${whatRuns(step.after)}`] : []),
    ...(step.action === "delete" && step.before ? [`- ${whatRuns(step.before)}`] : []),
    ...step.changes.flatMap((change) => {
      const { path, before, after } = shownChange(change);
      return [...(before === null ? [] : [`- ${path}: ${before}`]), ...(after === null ? [] : [`+ ${path}: ${after}`])];
    }),
  ].map(escapeTerminal);
  if (lines.length === 0) return [];
  const fence = fenceFor(lines.join("\n"), 3);
  const summary = `<summary><code>${html(escapeTerminal(step.service))}</code>: ${step.action}</summary>`;
  return [`<details>${summary}`, [`${fence}diff`, ...lines, fence].join("\n"), "</details>"];
}

/** A code span that no content can end; a pipe in it would end the table's cell. */
function code(text: string): string {
  const content = escapeTerminal(text).replaceAll("|", "\\|");
  const fence = fenceFor(content, 1);
  const pad = content.startsWith("`") || content.endsWith("`") ? " " : "";
  return `${fence}${pad}${content}${pad}${fence}`;
}

function fenceFor(content: string, shortest: number): string {
  const longest = Math.max(0, ...[...content.matchAll(/`+/g)].map(([run]) => run.length));
  return "`".repeat(Math.max(shortest, longest + 1));
}

function html(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
