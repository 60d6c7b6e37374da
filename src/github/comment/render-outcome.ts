import { codeCell, codeSpan, fenced, markdownText } from "../../diagnostics/escape-markdown.ts";
import type { Plan, Step } from "../../model/plan.ts";
import { byGravity, detailGroups, FULL_ROWS_MAX, STEP_TABLE, stepDetails, stepRow } from "../../plan/step-markdown.ts";
import { COMMENT_LIMIT } from "./comment-input.ts";
import { type Cut, fitted } from "./cut.ts";
import { type Linker, linker } from "./links.ts";

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
  /** Why all of it was refused: a plain sentence each. */
  readonly problems?: readonly string[];
  /** How to go on: a sentence each. */
  readonly next: readonly string[];
  /** Commands for it, a line each, to be copied. */
  readonly commands?: readonly string[];
  /** Pull requests of this repository: where a text names one of them, as `#12`, that is a link. */
  readonly pulls?: readonly number[];
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
  const links = linker({ ...repositoryOf(input.runUrl), runUrl: input.runUrl });
  const pulls = new Set(input.pulls ?? []);
  const told = (text: string): string => markdownText(text, linking(codeSpan, pulls, links));
  const rows = services.map((one) => rowOf(one, (text) => markdownText(text, linking(codeCell, pulls, links))));
  const log = input.runUrl === null ? "" : ` · ${links.run("the run")} has the whole log`;
  const refused = refusedSteps(input);
  const { commands = [] } = input;
  return fitted(limit, (cut) => {
    const kept = rows.slice(0, Math.min(cut.rows + BAD_MIN, cut.graveRows));
    const more = rows.length - kept.length;
    const table =
      kept.length === 0 ? [] : [["| service | action | outcome | release |", "|---|---|---|---|", ...kept].join("\n")];
    return `${[
      `### ${sentence(input)}`,
      ...(input.says === null ? [] : [told(input.says)]),
      ...list(input.problems ?? [], Math.min(PROBLEMS_MAX, cut.errors), told),
      ...table,
      ...(more > 0 ? [`And ${more} more, left out here for length.`] : []),
      ...list(input.next, NEXT_MAX, told),
      ...(commands.length === 0 ? [] : [fenced(commands.slice(0, NEXT_MAX), "sh")]),
      ...refusedPlan(refused, cut),
      `<sub>Fairlead ${codeSpan(input.version, 40)}${log}</sub>`,
    ].join("\n\n")}\n`;
  });
}

const NEXT_MAX = 20;
const PROBLEMS_MAX = 50;
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
  const look = { isConfirmed: false, inShort: steps.length > FULL_ROWS_MAX };
  return [
    "What was refused, as it would be done now:",
    ...(kept.length === 0 ? [] : [[STEP_TABLE, ...kept.map((step) => stepRow(step, look))].join("\n")]),
    ...(more > 0 ? [`And ${more} more, left out here for length.`] : []),
    ...detailGroups(steps)
      .slice(0, cut.diffs)
      .flatMap((group) => stepDetails(group, look) ?? []),
  ];
}

function list(texts: readonly string[], max: number, told: (text: string) => string): string[] {
  if (texts.length === 0) return [];
  const more = texts.length - max;
  return [
    [...texts.slice(0, max).map((text) => `- ${told(text)}`), ...(more > 0 ? [`- and ${more} more`] : [])].join("\n"),
  ];
}

/** Lets what stands alone in code be a link, where it is the number of a pull request that we know. */
function linking(code: typeof codeSpan, pulls: ReadonlySet<number>, links: Linker): typeof codeSpan {
  return (text, max) => {
    const [, before = "", digits = "", after = ""] = /^(\(?)#([1-9]\d{0,9})([).,;:]*)$/.exec(text) ?? [];
    return pulls.has(Number(digits)) ? `${before}${links.pull(Number(digits))}${after}` : code(text, max);
  };
}

/** A run's address begins with its repository's. */
function repositoryOf(runUrl: string | null): { readonly server: string; readonly repository: string } {
  const [, server = "", repository = ""] =
    /^(https?:\/\/[^/]+)\/([^/]+\/[^/]+)\/actions\/runs\//.exec(runUrl ?? "") ?? [];
  return { server, repository };
}

function rowOf(one: OutcomeOfService, told: (text: string) => string): string {
  const words = markdownText(one.outcome.replace("-", " "), codeCell);
  const what = isGood(one) || one.says === "" ? words : `**${words}**: ${told(one.says)}`;
  return `| ${codeCell(one.service, 120)} | ${markdownText(one.action, codeCell)} | ${what} | ${one.release === null ? "–" : `r${one.release}`} |`;
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
