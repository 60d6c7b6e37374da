import { styleText } from "node:util";
import stringWidth from "fast-string-width";
import { escapeTerminal } from "../diagnostics/escape-terminal.ts";
import type { ApplyReport, ServiceOutcome } from "./apply-input.ts";

type Outcome = ServiceOutcome["outcome"];

const MARKS: Readonly<Record<Outcome, readonly [color: "green" | "yellow" | "red", sign: string, words: string]>> = {
  done: ["green", "✓", "done"],
  "found-done": ["green", "✓", "found done"],
  restored: ["green", "✓", "brought back"],
  "rolled-back": ["red", "✗", "rolled back"],
  failed: ["red", "✗", "failed"],
  held: ["yellow", "□", "held"],
  skipped: ["yellow", "–", "skipped"],
  refused: ["yellow", "!", "refused"],
  unfinished: ["yellow", "…", "unfinished"],
};

/** The report for people: a sentence, a line for each service that was touched or should have been, and how to go on. Pure. */
export function renderReport(
  report: ApplyReport,
  { color, width }: { readonly color: boolean; readonly width: number },
): string {
  const paint = (style: Parameters<typeof styleText>[0], text: string): string =>
    color ? styleText(style, text, { validateStream: false }) : text;
  const names = report.services.map(({ service }) => stringWidth(service));
  const column = Math.min(Math.max(0, ...names), Math.max(20, Math.floor(width / 3)));
  const lines = report.services.map(({ service, outcome, says, release }) => {
    const [style, sign, words] = MARKS[outcome];
    const name = service.padEnd(column);
    const number = release === null ? "" : ` r${release}`;
    return `${paint(style, sign)} ${name}  ${paint(style, words)}${number}${saysMore(outcome, says)}`;
  });
  return [paint("bold", sentence(report)), ...lines, ...goOn(report).map((line) => paint("dim", line))].join("\n");
}

/** The report as `--json` prints it: `schemas/apply.schema.json`. */
export function reportToJson(report: ApplyReport): unknown {
  const { environment, run, outcome, says, plan, services, diagnostics } = report;
  return {
    format_version: "1.0",
    environment,
    run,
    outcome,
    ...(says === undefined ? {} : { says }),
    plan_digest: plan?.digest ?? null,
    services,
    diagnostics,
    next: goOn(report),
  };
}

/** Where all went well there is nothing to explain. */
function saysMore(outcome: Outcome, says: string): string {
  return outcome === "done" || outcome === "found-done" || outcome === "restored" ? "" : `: ${escapeTerminal(says)}`;
}

function sentence({ environment, outcome, says, services }: ApplyReport): string {
  const count = (...outcomes: Outcome[]): number => services.filter((one) => outcomes.includes(one.outcome)).length;
  const changed = count("done", "found-done", "restored");
  const not = services.length - changed;
  switch (outcome) {
    case "nothing-to-do":
      return not === 0
        ? `${environment} is as declared: nothing to do.`
        : `${environment}: nothing to do but what is held.`;
    case "applied":
      return `Applied to ${environment}: ${changed} changed${not === 0 ? "" : `, ${not} held`}.`;
    case "failed":
      if (says !== undefined && services.length === 0) return `Nothing could be applied to ${environment}: ${says}.`;
      return says === undefined
        ? `Not everything was applied to ${environment}: ${changed} changed, ${not} did not.`
        : `Stopped applying to ${environment}: ${changed} changed; ${says}.`;
    case "busy":
      return `Nothing was applied to ${environment}: ${says ?? "another run is applying"}.`;
    case "fenced":
      return `Stopped: another run has taken ${environment} over. It goes on from where this one was.`;
    case "interrupted":
      return `Interrupted: ${changed} changed; the next apply goes on with the rest.`;
    case "paused":
      return `Paused: ${changed} changed; the next apply goes on with the rest.`;
    case "refused":
      return `Nothing was applied to ${environment}.`;
  }
}

function goOn({ environment, services, outcome }: ApplyReport): string[] {
  const where = environment === "development" ? "" : ` -e ${environment}`;
  const failed = services.filter((one) => one.outcome === "failed" || one.outcome === "rolled-back");
  const held = [
    ...failed.filter(({ action }) => action !== "restore"),
    ...services.filter((one) => one.outcome === "held"),
  ];
  const lines: string[] = [];
  if (failed.some(({ says }) => /Cannot find (package|module) /.test(says)))
    lines.push("A package is missing: run `npm install`, and look whether the service's package.json names it.");
  if (failed.length > 0) lines.push(`Look at what they wrote: ${commands(`logs${where}`, failed)}.`);
  if (held.length > 0)
    lines.push(`A release that failed is not tried again until it changes, or: ${commands(`retry${where}`, held)}.`);
  if (services.some((one) => one.outcome === "refused")) lines.push(`Look again: \`fairlead plan${where}\`.`);
  if (outcome === "interrupted" || outcome === "paused") lines.push(`Go on: \`fairlead apply${where}\`.`);
  return lines;
}

const COMMANDS_MAX = 3;

/** `fairlead logs a`, `fairlead logs b` and 4 more. */
function commands(command: string, of: readonly ServiceOutcome[]): string {
  const shown = of.slice(0, COMMANDS_MAX).map(({ service }) => `\`fairlead ${command} ${service}\``);
  return of.length > COMMANDS_MAX ? `${shown.join(", ")} and ${of.length - COMMANDS_MAX} more` : shown.join(", ");
}
