import { escapeHtml } from "../diagnostics/escape-html.ts";
import { codeCell, codeSpan, fenced, markdownText } from "../diagnostics/escape-markdown.ts";
import { visibleText } from "../diagnostics/visible-text.ts";
import { IMPACTS, type Impact } from "../model/impact.ts";
import type { FieldChange, Step, StepAction } from "../model/plan.ts";
import { impactInWords, timeInWords } from "./cost-words.ts";
import { dataWords } from "./data-words.ts";
import { declaredLines } from "./declared-lines.ts";
import { concealedSides } from "./mask-secrets.ts";
import { shorten } from "./shorten.ts";
import { shownChange, shownValue } from "./shown-value.ts";
import { whatRuns } from "./what-runs.ts";

/** The head of a table of steps; `stepRow` gives its rows. No wider than a phone can show. */
export const STEP_TABLE = "| service | change | impact | time |\n|---|---|---|---|";

/** Above so many rows a table says only how many depend on a service, and the details name them. */
export const FULL_ROWS_MAX = 10;

/** One step as a row of GitHub's Markdown: what happens and why, what it costs and whom it touches, how long it takes. */
export function stepRow(
  step: Step,
  { isConfirmed, inShort }: { readonly isConfirmed: boolean; readonly inShort: boolean },
): string {
  const why = step.reasons.filter((reason) => step.action !== "delete" || !USUAL.has(reason));
  const more = [...why, ...dataWords(step)].map((reason) => markdownText(reason, codeCell));
  const touched = inShort ? dependentsCounted(step) : dependentsNamed(step, codeCell);
  const impact = [impactInWords(step), touched].filter((text) => text !== null);
  const cells = [
    codeCell(step.service, NAME_MAX),
    [actionOf(step, isConfirmed), ...more].join("<br>"),
    impact.length === 0 ? NONE : impact.join("<br>"),
    step.timeline === null ? NONE : timeInWords(step.timeline),
  ];
  return `| ${cells.join(" | ")} |`;
}

/**
 * Steps that have the same to unfold, in one block: their fields with what each costs, and how they are rolled out. Null where
 * there is no more to say. `inShort`: the table has not named who depends on them.
 */
export function stepDetails(
  steps: readonly Step[],
  { isOpen = false, inShort = false }: { readonly isOpen?: boolean; readonly inShort?: boolean } = {},
): string | null {
  const [step] = steps;
  if (step === undefined) return null;
  const lines = stepDiff(step);
  const rollout = rolloutLine(step);
  if (lines.length === 0 && rollout === null) return null;
  return [
    `<details${isOpen ? " open" : ""}><summary>${summaryOf(steps)}</summary>`,
    ...(steps.length > SUMMARY_NAMES ? [`${steps.map(({ service }) => codeSpan(service, NAME_MAX)).join(", ")}:`] : []),
    ...(lines.length === 0 ? [] : [fenced(lines, "diff", SIDE_MAX + 200)]),
    ...(rollout === null ? [] : [rollout]),
    ...(inShort ? dependentsOf(steps) : []),
    "</details>",
  ].join("\n\n");
}

/** Steps whose details are the very same, together; those that have none are not in it. In the order of the first of each. */
export function detailGroups(steps: readonly Step[]): Step[][] {
  const groups = new Map<string, Step[]>();
  for (const step of steps) {
    const [lines, rollout] = [stepDiff(step), rolloutLine(step)];
    if (lines.length === 0 && rollout === null) continue;
    const key = JSON.stringify([step.action, step.changes.length, lines, rollout]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [step]);
    else group.push(step);
  }
  return [...groups.values()];
}

/** The lines of a step's diff, the costliest fields first. Not escaped. */
export function stepDiff(step: Step): string[] {
  if (step.action === "create" && step.after)
    return [`+ ${whatRuns(step.after)}`, ...declaredLines(step.after.spec).map((line) => `+ ${line}`)];
  if (step.action === "delete" && step.before) return [`- ${whatRuns(step.before)}`];
  return IMPACTS.toReversed().flatMap((impact) => {
    const changes = step.changes.filter((change) => change.impact === impact);
    return changes.length === 0 ? [] : [`@@ ${MEANING[impact]} @@`, ...changes.flatMap(changeLines)];
  });
}

/** Steps for a reader: what must be confirmed, what destroys, what is protected, the rest, the gravest first; equals by id. */
export function byGravity(steps: readonly Step[]): Step[] {
  return [...steps].sort((a, b) => rank(a) - rank(b) || (a.service < b.service ? -1 : 1));
}

/** Whether a reader must see a step, however many there are. */
export function isGrave({ action, mustBeNamed, protected: isProtected }: Step): boolean {
  return action === "delete" || action === "replace" || mustBeNamed || isProtected;
}

const NAME_MAX = 120;
/** Of one side of a field: what is longer says how long it is. Whoever approves a change has to see all of it. */
const SIDE_MAX = 2_000;
/** A list that is no longer than this is easier to read as a whole. */
const LIST_MAX = 160;
/** For whoever hears it read out. */
const NONE = "–";

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

function actionOf({ action, mustBeNamed, protected: isProtected, previousId }: Step, isConfirmed: boolean): string {
  const words = action === "move" ? `move from ${codeCell(previousId ?? "", NAME_MAX)}` : action;
  const destroys = action === "delete" || action === "replace";
  return [
    destroys ? `**${words}**` : words,
    ...(isProtected ? ["protected"] : []),
    ...(mustBeNamed ? [isConfirmed ? "confirmed" : "confirm first"] : []),
  ].join(", ");
}

/** A sentence of HTML: `Update orders-api: 2 fields`. */
function summaryOf(steps: readonly Step[]): string {
  const [step] = steps;
  if (step === undefined) return "";
  const { action, changes } = step;
  const names = steps.map(({ service }) => `<code>${escapeHtml(visibleText(service, NAME_MAX))}</code>`);
  const fields = `${changes.length} ${changes.length === 1 ? "field" : "fields"}`;
  const what = SHOWN[action] ?? (changes.length === 0 ? "how" : steps.length === 1 ? fields : `${fields} each`);
  return `${action.slice(0, 1).toUpperCase()}${action.slice(1)} ${inSentence(names, SUMMARY_NAMES)}: ${what}`;
}

const SHOWN: Readonly<Partial<Record<StepAction, string>>> = { create: "what starts", delete: "what stops" };
const SUMMARY_NAMES = 2;

function rolloutLine({ strategy, timeline }: Step): string | null {
  if (strategy === null || timeline === null) return null;
  const { peakInstances: peak, steps } = timeline;
  const how = `${strategy.slice(0, 1).toUpperCase()}${strategy.slice(1)}, at most ${peak} instance${peak === 1 ? "" : "s"}`;
  return steps.length === 0 ? `${how}.` : `${how}: ${steps.map((line) => markdownText(line)).join(", then ")}.`;
}

const LISTED_MAX = 5;

function dependentsNamed({ dependents }: Step, code: typeof codeSpan, max = LISTED_MAX): string | null {
  if (dependents.length === 0) return null;
  const names = dependents.slice(0, max + 1).map((id) => code(id, NAME_MAX));
  const count = dependents.length;
  return `${inSentence(names, max, count)} ${count === 1 ? "depends" : "depend"} on it`;
}

function dependentsCounted({ dependents: { length } }: Step): string | null {
  if (length === 0) return null;
  return length === 1 ? "1 service depends on it" : `${length} services depend on it`;
}

/** Who depends on the steps of one block, each by its id where they are several. */
function dependentsOf(steps: readonly Step[]): string[] {
  const [only] = steps;
  const lines = steps.flatMap((step) => {
    const named = dependentsNamed(step, codeSpan, DETAILED_MAX);
    return named === null ? [] : [steps.length === 1 ? `${named}.` : `- ${codeSpan(step.service, NAME_MAX)}: ${named}`];
  });
  return only === undefined || lines.length === 0 ? [] : [lines.join("\n")];
}

const DETAILED_MAX = 50;

/** `a`, `a and b`, `a, b and 8 more`. */
function inSentence(names: readonly string[], max: number, count = names.length): string {
  const shown = count > max ? [...names.slice(0, max), `${count - max} more`] : names;
  return shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}

function changeLines(change: FieldChange): string[] {
  const { path, before, after } = shownChange(change);
  const concealed = concealedSides(change);
  if (
    !concealed.before &&
    !concealed.after &&
    Array.isArray(change.before) &&
    Array.isArray(change.after) &&
    (before ?? "").length + (after ?? "").length > LIST_MAX
  )
    return listLines(path, change.before, change.after);
  const [was, is] = shorten(before ?? "", after ?? "", SIDE_MAX);
  return [...(before === null ? [] : [`- ${path}: ${was}`]), ...(after === null ? [] : [`+ ${path}: ${is}`])];
}

/** Item by item, so that none is lost behind the first one that differs. */
function listLines(path: string, before: readonly unknown[], after: readonly unknown[]): string[] {
  const shown = (items: readonly unknown[], index: number): string | null =>
    index < items.length ? (shorten(shownValue(items[index]), "", SIDE_MAX)[0] ?? "") : null;
  return Array.from({ length: Math.max(before.length, after.length) }).flatMap((_, index) => {
    const [was, is] = [shown(before, index), shown(after, index)];
    if (was === is) return [];
    return [
      ...(was === null ? [] : [`- ${path}[${index}]: ${was}`]),
      ...(is === null ? [] : [`+ ${path}[${index}]: ${is}`]),
    ];
  });
}
