import { escapeHtml } from "../diagnostics/escape-html.ts";
import { codeCell, fenced, markdownText } from "../diagnostics/escape-markdown.ts";
import { visibleText } from "../diagnostics/visible-text.ts";
import { IMPACTS, type Impact } from "../model/impact.ts";
import type { FieldChange, Step, StepAction } from "../model/plan.ts";
import { shorten } from "./shorten.ts";
import { shownChange } from "./shown-value.ts";
import { timelineLine } from "./timeline-line.ts";
import { whatRuns } from "./what-runs.ts";

/** The head of a table of steps; `stepRow` gives its rows. */
export const STEP_TABLE = "| service | action | impact | rollout | dependents |\n|---|---|---|---|---|";

/** One step as a row of GitHub's Markdown: what happens, why where its fields do not say, what it costs, whom it touches. */
export function stepRow(step: Step, isNamed: boolean): string {
  const why = step.reasons.filter((reason) => step.action !== "delete" || !USUAL.has(reason));
  const cells = [
    codeCell(step.service, NAME_MAX),
    [actionOf(step, isNamed), ...why.map((reason) => markdownText(reason, codeCell))].join("<br>"),
    costsByFields(step) ? step.impact : "",
    timelineLine(step) ?? "",
    dependentsOf(step),
  ];
  return `| ${cells.join(" | ")} |`;
}

/** One step to unfold: how it is rolled out, and its fields with what each costs. Null where there is no more to say. */
export function stepDetails(step: Step, isOpen = false): string | null {
  const lines = stepDiff(step);
  const rollout = step.timeline?.steps ?? [];
  if (lines.length === 0 && rollout.length === 0) return null;
  const head = `<summary><code>${escapeHtml(visibleText(step.service, NAME_MAX))}</code> ${headline(step)}</summary>`;
  return [
    `<details${isOpen ? " open" : ""}>${head}`,
    ...(lines.length === 0 ? [] : [fenced(lines, "diff")]),
    ...(rollout.length === 0 ? [] : [`Rollout: ${rollout.map((line) => markdownText(line)).join(" → ")}.`]),
    "</details>",
  ].join("\n\n");
}

/** The lines of a step's diff, the costliest fields first. Not escaped. */
export function stepDiff(step: Step): string[] {
  if (step.action === "create" && step.after) return [`+ ${whatRuns(step.after)}`];
  if (step.action === "delete" && step.before) return [`- ${whatRuns(step.before)}`];
  return IMPACTS.toReversed().flatMap((impact) => {
    const changes = step.changes.filter((change) => change.impact === impact);
    return changes.length === 0 ? [] : [`@@ ${MEANING[impact]} @@`, ...changes.flatMap(changeLines)];
  });
}

/** Steps for a reader: what must be named, what destroys, what is protected, then the rest, the gravest first. */
export function byGravity(steps: readonly Step[]): Step[] {
  return [...steps].sort((a, b) => rank(a) - rank(b));
}

/** Whether a reader must see a step, however many there are. */
export function isGrave({ action, mustBeNamed, protected: isProtected }: Step): boolean {
  return action === "delete" || action === "replace" || mustBeNamed || isProtected;
}

const NAME_MAX = 120;
const SIDE_MAX = 160;

/** Said of every delete, in its action and in the mark of protection. */
const USUAL: ReadonlySet<string> = new Set([
  "no file declares it any more",
  "it is protected, which its record remembers",
]);

const MEANING: Readonly<Record<Impact, string>> = {
  replace: "replace: cannot change in place",
  restart: "restart: its processes start anew",
  scale: "scale: instances are added or taken away",
  edge: "edge: routes change, no process restarts",
  none: "none: recorded only",
};

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

function rank(step: Step): number {
  if (step.mustBeNamed) return RANK[step.action] - 20;
  return RANK[step.action] - (isGrave(step) ? 10 : 0);
}

function actionOf({ action, mustBeNamed, protected: isProtected, previousId }: Step, isNamed: boolean): string {
  const words = action === "move" ? `move from ${codeCell(previousId ?? "", NAME_MAX)}` : action;
  const destroys = action === "delete" || action === "replace";
  return [
    destroys ? `**${words}**` : words,
    ...(isProtected ? ["protected"] : []),
    ...(mustBeNamed ? [isNamed ? "named" : "must be named"] : []),
  ].join(", ");
}

function headline({ action, changes }: Step): string {
  if (action === "create" || action === "delete" || changes.length === 0) return action;
  return `${action}: ${changes.length} ${changes.length === 1 ? "field" : "fields"}`;
}

function costsByFields({ action }: Step): boolean {
  return action === "update" || action === "replace" || action === "move";
}

const LISTED_MAX = 5;

function dependentsOf({ dependents }: Step): string {
  const more = dependents.length - LISTED_MAX;
  const listed = dependents.slice(0, LISTED_MAX).map((id) => codeCell(id, NAME_MAX));
  return listed.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

function changeLines(change: FieldChange): string[] {
  const { path, before, after } = shownChange(change);
  const [was, is] = shorten(before ?? "", after ?? "", SIDE_MAX);
  return [...(before === null ? [] : [`- ${path}: ${was}`]), ...(after === null ? [] : [`+ ${path}: ${is}`])];
}
