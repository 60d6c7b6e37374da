import { markdownText } from "../../diagnostics/escape-markdown.ts";
import type { Step } from "../../model/plan.ts";
import { byGravity, isGrave } from "../../plan/step-markdown.ts";
import { ACTIONS_IN_WORDS } from "../../plan/summary-line.ts";
import type { EnvironmentReview, Review } from "../review.ts";
import { costInWords, costOf, stopsInWords, worstOf } from "./cost.ts";
import { ownSteps } from "./own-steps.ts";

/** The whole plan in one plain line, the gravest first: `1 to delete, 2 to update in production · 3 to update in staging`. */
export function headline({ environments }: Review): string {
  const changed = environments.filter((one) => ownSteps(one).length > 0).sort((a, b) => gravity(b) - gravity(a));
  const where = new Map<string, string[]>();
  for (const environment of changed) {
    const counts = countsInWords(ownSteps(environment));
    where.set(counts, [...(where.get(counts) ?? []), environment.name]);
  }
  const parts = [...where].map(([counts, names]) => `${counts} in ${listed(names)}`);
  const unplanned = environments.filter(({ plan }) => plan === null).map(({ name }) => name);
  return [...parts, ...(unplanned.length === 0 ? [] : [`no plan for ${listed(unplanned)}`])].join(" · ");
}

/** Names as a sentence lists them, few enough for one line. */
export function listed(names: readonly string[]): string {
  const more = names.length - NAMES_MAX;
  const shown = more > 0 ? [...names.slice(0, NAMES_MAX), `${more} more`] : names;
  return shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}

/** The comment's first lines: what changes everywhere, and what that costs. */
export function headBlock(review: Review): string {
  const line = `### Plan: ${markdownText(headline(review))}`;
  const costs = review.environments.map((environment) => costOf(ownSteps(environment)));
  const worst = worstOf(costs);
  const stopping = stopsInWords(worst);
  const several = costs.filter(({ restarts }) => restarts > 0).length > 1;
  const nothing = worst.restarts === 0 && stopping === null ? ["nothing restarts"] : [];
  const rest = [...nothing, ...costInWords(worst)].join(" · ");
  const sentences = [
    ...(stopping === null ? [] : [`${stopping}.`]),
    ...(rest === "" ? [] : [`${several ? `In each environment at most: ${rest}` : capital(rest)}.`]),
  ];
  return `${line}\n\n${sentences.join(" ")}`;
}

/** Steps by action, the gravest first: `1 to delete, 2 to update`. */
export function countsInWords(steps: readonly Step[]): string {
  return ACTIONS_IN_WORDS.flatMap(([action, words]) => {
    const count = steps.filter((step) => step.action === action).length;
    return count === 0 ? [] : [`${count} ${words}`];
  }).join(", ");
}

const NAMES_MAX = 10;

/** By the gravest step; of equals the later in the order of promotion counts more, since what is last is what matters most. */
function gravity(environment: EnvironmentReview): number {
  const [gravest] = byGravity(ownSteps(environment));
  if (gravest === undefined) return 0;
  const place = ACTIONS_IN_WORDS.findIndex(([action]) => action === gravest.action);
  return (isGrave(gravest) ? 100 : 0) + ACTIONS_IN_WORDS.length - place;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
