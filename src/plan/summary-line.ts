import type { Plan, StepAction } from "../model/plan.ts";

/** What becomes of services, in words that follow a number; the gravest first. */
export const ACTIONS_IN_WORDS: readonly (readonly [StepAction, string])[] = [
  ["delete", "to delete"],
  ["replace", "to replace"],
  ["create", "to create"],
  ["move", "to move"],
  ["start", "to start"],
  ["stop", "to stop"],
  ["update", "to update"],
  ["held", "held"],
];

/** A plan in one sentence, the gravest first: `Plan for production: 1 to delete, 2 to update; 37 unchanged.` */
export function summaryLine({ environment, counts }: Plan): string {
  const parts = ACTIONS_IN_WORDS.filter(([action]) => counts[action] > 0).map(
    ([action, words]) => `${counts[action]} ${words}`,
  );
  const unchanged = counts["no-op"];
  if (parts.length === 0) return `Plan for ${environment}: nothing to do, ${asDeclared(unchanged)}.`;
  return `Plan for ${environment}: ${parts.join(", ")}; ${unchanged} unchanged.`;
}

function asDeclared(count: number): string {
  if (count === 0) return "no service is declared or recorded";
  return count === 1 ? "the one service is as declared" : `all ${count} services are as declared`;
}
