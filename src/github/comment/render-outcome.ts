import { codeCell, codeSpan, markdownText } from "../../diagnostics/escape-markdown.ts";
import type { Plan, Step } from "../../model/plan.ts";
import { byGravity, STEP_TABLE, stepDetails, stepRow } from "../../plan/step-markdown.ts";
import { COMMENT_LIMIT } from "./comment-input.ts";
import { type Cut, fitted } from "./cut.ts";
import { linker } from "./links.ts";

/** What became of an apply, as plain values. */
export interface OutcomeInput {
  readonly environment: string;
  readonly outcome: "nothing-to-do" | "applied" | "failed" | "busy" | "fenced" | "interrupted" | "paused" | "refused";
  /** One sentence where the outcome needs one. */
  readonly says: string | null;
  readonly services: readonly OutcomeOfService[];
  /** The last plan that was made: what was refused is shown as it is in it. */
  readonly plan: Plan | null;
  readonly runUrl: string | null;
  /** How to go on: a sentence each. */
  readonly next: readonly string[];
  /** Fairlead's own version. */
  readonly version: string;
}

export interface OutcomeOfService {
  readonly service: string;
  readonly action: string;
  readonly outcome: string;
  readonly says: string;
  readonly release: number | null;
}

/** The comment on a merged pull request: what an apply did to one environment. What went wrong comes first and is cut last. */
export function renderOutcome(input: OutcomeInput, limit = COMMENT_LIMIT): string {
  const services = [...input.services].sort((a, b) => Number(isGood(a)) - Number(isGood(b)));
  const rows = services.map(rowOf);
  const links = linker({ server: "", repository: "", runUrl: input.runUrl });
  const log = input.runUrl === null ? "" : ` · ${links.run("the run")} has the whole log`;
  const refused = refusedSteps(input);
  return fitted(limit, (cut) => {
    const kept = rows.slice(0, Math.min(cut.rows + BAD_MIN, cut.graveRows));
    const more = rows.length - kept.length;
    const table =
      kept.length === 0 ? [] : [["| service | action | outcome | release |", "|---|---|---|---|", ...kept].join("\n")];
    return `${[
      `**${sentence(input)}**`,
      ...(input.says === null ? [] : [markdownText(input.says)]),
      ...table,
      ...(more > 0 ? [`And ${more} more, left out here for length.`] : []),
      ...(input.next.length === 0
        ? []
        : [
            input.next
              .slice(0, NEXT_MAX)
              .map((text) => `- ${markdownText(text)}`)
              .join("\n"),
          ]),
      ...refusedPlan(refused, cut),
      `<sub>Fairlead ${codeSpan(input.version, 40)}${log}</sub>`,
    ].join("\n\n")}\n`;
  });
}

const NEXT_MAX = 20;
/** Rows that stay when the rest is cut. */
const BAD_MIN = 50;

/** The steps that nobody had approved as they are now. */
function refusedSteps({ plan, services }: OutcomeInput): readonly Step[] {
  const refused = new Set(services.filter(({ outcome }) => outcome === "refused").map(({ service }) => service));
  return byGravity(plan?.steps.filter(({ service }) => refused.has(service)) ?? []);
}

function refusedPlan(steps: readonly Step[], cut: Cut): string[] {
  if (steps.length === 0) return [];
  const kept = steps.slice(0, cut.rows);
  const more = steps.length - kept.length;
  return [
    "What was refused, as it would be done now:",
    ...(kept.length === 0 ? [] : [[STEP_TABLE, ...kept.map((step) => stepRow(step, false))].join("\n")]),
    ...(more > 0 ? [`And ${more} more, left out here for length.`] : []),
    ...steps.slice(0, cut.diffs).flatMap((step) => stepDetails(step) ?? []),
  ];
}

function rowOf(one: OutcomeOfService): string {
  const words = markdownText(one.outcome.replace("-", " "), codeCell);
  const what = isGood(one) || one.says === "" ? words : `**${words}**: ${markdownText(one.says, codeCell)}`;
  return `| ${codeCell(one.service, 120)} | ${markdownText(one.action, codeCell)} | ${what} | ${one.release === null ? "" : `r${one.release}`} |`;
}

function isGood({ outcome }: OutcomeOfService): boolean {
  return outcome === "done" || outcome === "found-done" || outcome === "restored";
}

function sentence({ environment, outcome, services }: OutcomeInput): string {
  const name = markdownText(environment);
  const changed = services.filter(isGood).length;
  const not = services.length - changed;
  const some = `${changed} changed${not === 0 ? "" : `, ${not} did not`}`;
  switch (outcome) {
    case "nothing-to-do":
      return `${name}: nothing to do`;
    case "applied":
      return `${name}: applied, ${some}`;
    case "failed":
      return services.length === 0
        ? `${name}: nothing could be applied`
        : `${name}: not everything was applied, ${some}`;
    case "busy":
      return `${name}: nothing was applied, since another run is applying`;
    case "fenced":
      return `${name}: stopped, since another run has taken over; it goes on from here`;
    case "interrupted":
    case "paused":
      return `${name}: ${outcome}, ${changed} changed so far; the next apply goes on with the rest`;
    case "refused":
      return `${name}: nothing was applied`;
  }
}
