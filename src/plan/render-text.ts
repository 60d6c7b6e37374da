import { styleText } from "node:util";
import stringWidth from "fast-string-width";
import { escapeTerminal } from "../diagnostics/escape-terminal.ts";
import { wrap } from "../diagnostics/wrap.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Plan, Step, StepAction } from "../model/plan.ts";
import { applyCommand } from "./safety-gate.ts";
import { shorten } from "./shorten.ts";
import { shownChange } from "./shown-value.ts";
import { summaryLine } from "./summary-line.ts";
import { timelineLine } from "./timeline-line.ts";
import { whatRuns } from "./what-runs.ts";

export interface PlanTextOptions {
  readonly color: boolean;
  /** Columns of the terminal; 0 or Infinity means no limit. */
  readonly width: number;
  /** What was found besides: with an error among it the plan says that it cannot be applied. Not rendered themselves. */
  readonly diagnostics?: readonly Diagnostic[];
  /** False where it is applied right away: then nobody has to be told how. */
  readonly goOn?: boolean;
}

type Style = Parameters<typeof styleText>[0];

interface Page {
  readonly paint: (style: Style, text: string) => string;
  readonly width: number;
}

const SYMBOL: Readonly<Record<StepAction, string>> = {
  create: "+",
  update: "~",
  replace: "±",
  delete: "-",
  start: "~",
  stop: "~",
  move: ">",
  "no-op": " ",
  held: "□",
};

const COLOUR: Readonly<Record<StepAction, Style>> = {
  create: "green",
  update: "yellow",
  replace: "magenta",
  delete: "red",
  start: "green",
  stop: "yellow",
  move: "cyan",
  "no-op": "dim",
  held: "blue",
};

/**
 * A plan for people: one sentence, a block per service in the order of application, how to go on. It reads as well without
 * colour; nothing out of a file can steer the terminal; secrets are references. Ends with a line break.
 */
export function renderText(plan: Plan, options: PlanTextOptions): string {
  const paint: Page["paint"] = options.color
    ? (style, text) => styleText(style, text, { validateStream: false })
    : (_, text) => text;
  const page: Page = { paint, width: options.width > 0 ? options.width : Infinity };
  const nameWidth = Math.min(40, Math.max(0, ...plan.steps.map(({ service }) => stringWidth(escapeTerminal(service)))));
  const blocks = [
    wrap(escapeTerminal(summaryLine(plan)), page.width).map((line) => paint("bold", line)),
    ...plan.steps.map((step) => blockOf(step, plan, nameWidth, page)),
    ...remarks(plan, options, page),
  ];
  return `${blocks.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

const INDENT = "    ";

function blockOf(step: Step, plan: Plan, nameWidth: number, page: Page): string[] {
  const { paint } = page;
  const name = escapeTerminal(step.service);
  const padding = " ".repeat(Math.max(0, nameWidth - stringWidth(name)));
  const head = `${paint(COLOUR[step.action], SYMBOL[step.action])} ${paint("bold", name)}${padding}  ${paint(COLOUR[step.action], headline(step))}`;
  const prose = [
    ...step.reasons,
    ...(step.mustBeNamed ? [naming(step, plan)] : []),
    ...(step.action === "create" && step.after ? [whatRuns(step.after)] : []),
    ...rolloutLine(step),
  ];
  const lines = prose.flatMap((text) => wrap(escapeTerminal(text), page.width - INDENT.length));
  return [head, ...lines.map((line) => paint("dim", INDENT + line)), ...fieldLines(step, page)];
}

function headline({ action, impact, previousId }: Step): string {
  if (action === "move") return `move from ${escapeTerminal(previousId ?? "")}`;
  return action === "update" && impact !== "none" ? `update (${impact})` : action;
}

function naming({ service }: Step, { allowDestroy }: Plan): string {
  return allowDestroy.includes(service) ? "named with --allow-destroy" : `must be named: --allow-destroy ${service}`;
}

function rolloutLine(step: Step): string[] {
  const line = timelineLine(step);
  const touches = step.dependents.length === 0 ? [] : [`touches ${listed(step.dependents)}`];
  const parts = [...(line === null ? [] : [line]), ...touches];
  return parts.length === 0 ? [] : [parts.join("; ")];
}

const LISTED_MAX = 8;

function listed(services: readonly string[]): string {
  const more = services.length - LISTED_MAX;
  return more > 0 ? `${services.slice(0, LISTED_MAX).join(", ")} and ${more} more` : services.join(", ");
}

/** Sides are not cut shorter than this: rather they are put below each other. */
const SIDE_MIN = 16;
const PATH_MAX = 44;
const ARROW = " → ";

interface Row {
  readonly path: string;
  readonly before: string;
  readonly after: string;
  readonly impact: string;
}

function fieldLines(step: Step, page: Page): string[] {
  const rows = step.changes.map((change): Row => {
    const shown = shownChange(change);
    const side = (text: string | null): string => (text === null ? "unset" : escapeTerminal(text));
    const impact = change.impact === "none" ? "" : change.impact;
    return { path: `${escapeTerminal(shown.path)}:`, before: side(shown.before), after: side(shown.after), impact };
  });
  const pathWidth = Math.min(PATH_MAX, Math.max(0, ...rows.map(({ path }) => stringWidth(path))));
  const impactWidth = Math.max(0, ...rows.map(({ impact }) => (impact === "" ? 0 : impact.length + 2)));
  const room = page.width - INDENT.length - pathWidth - 1 - impactWidth;
  const sideWidth = Math.max(SIDE_MIN, Math.floor((room - ARROW.length) / 2));
  const fitted = rows.map((row) => {
    // A short side leaves its room to the other.
    const isShort = stringWidth(row.before + ARROW + row.after) <= room;
    const [before, after] = isShort ? [row.before, row.after] : shorten(row.before, row.after, sideWidth);
    const width = stringWidth(before + ARROW + after);
    return { ...row, before, after, width, fits: width <= room && stringWidth(row.path) <= pathWidth, whole: row };
  });
  const valuesWidth = Math.max(0, ...fitted.map(({ fits, width }) => (fits ? width : 0)));
  return fitted.flatMap((row) => {
    if (!row.fits) return stacked(row.whole, page);
    const path = row.path + " ".repeat(pathWidth - stringWidth(row.path));
    const gap = " ".repeat(valuesWidth - row.width + 2);
    const impact = row.impact === "" ? "" : gap + painted(row.impact, page);
    return [`${INDENT}${path} ${page.paint("red", row.before)}${ARROW}${page.paint("green", row.after)}${impact}`];
  });
}

function stacked({ path, before, after, impact }: Row, page: Page): string[] {
  const [was, is] = shorten(before, after, Math.max(SIDE_MIN, page.width - INDENT.length - 4));
  return [
    `${INDENT}${path}${impact === "" ? "" : ` ${painted(impact, page)}`}`,
    `${INDENT}  ${page.paint("red", `- ${was}`)}`,
    `${INDENT}  ${page.paint("green", `+ ${is}`)}`,
  ];
}

function painted(impact: string, page: Page): string {
  return page.paint(impact === "replace" ? "magenta" : "dim", impact);
}

function inEnvironment({ environment }: Plan): string {
  return environment === "development" ? "" : ` -e ${environment}`;
}

/** How to go on. */
function remarks(plan: Plan, { diagnostics = [], goOn = true }: PlanTextOptions, page: Page): string[][] {
  if (plan.steps.length === 0) return [];
  const held = plan.steps.filter(({ action }) => action === "held").map(({ service }) => service);
  const acting = plan.steps.length > held.length;
  const destroyed = plan.steps.filter(({ mustBeNamed, service }) => mustBeNamed || plan.allowDestroy.includes(service));
  const lines: string[] = [];
  if (held.length > 0)
    lines.push(
      `What is held waits for another spec or other code, or for \`fairlead retry ${held[0]}${inEnvironment(plan)}\`.`,
    );
  if (diagnostics.some(({ severity }) => severity === "error"))
    lines.push("Nothing of this is applied before what is wrong with it is put right.");
  else if (acting && goOn) lines.push(`To apply it: \`${applyCommand(plan.environment, destroyed)}\``);
  return lines.length === 0 ? [] : [lines.flatMap((line) => wrap(escapeTerminal(line), page.width))];
}
