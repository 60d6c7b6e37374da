import type { Ms } from "../model/basics.ts";
import type { Step, StepAction } from "../model/plan.ts";
import { spanOf } from "./timeline-line.ts";

/** What a step does to what serves now, in a word or two. Null where it touches nothing that serves. */
export function impactInWords(step: Step): string | null {
  if (stops(step)) return "stops";
  if (!CHANGING.has(step.action)) return null;
  if (restarts(step)) return step.strategy === "recreate" ? `restart, ${GAP}` : "restart";
  return step.impact === "scale" ? "scale" : "no restart";
}

/** Of what is stopped before the new release serves. */
export const GAP = "answers 503 meanwhile";

/** Whether what serves now is replaced by processes that start anew. */
export function restarts({ action, strategy }: Pick<Step, "action" | "strategy">): boolean {
  return CHANGING.has(action) && strategy !== null && strategy !== "in-place" && strategy !== "retire";
}

/** Whether what serves now ends, and nothing takes its place. */
export function stops({ action, strategy }: Pick<Step, "action" | "strategy">): boolean {
  return (action === "delete" || action === "stop") && strategy === "retire";
}

/** How long a rollout takes: `6s when healthy, gives up after 31m 30s`. */
export function timeInWords({ shortestMs, longestMs }: { readonly shortestMs: Ms; readonly longestMs: Ms }): string {
  const best = shortestMs === 0 ? "at once at best" : `${spanOf(shortestMs)} when healthy`;
  return `${best}, gives up after ${spanOf(longestMs)}`;
}

const CHANGING: ReadonlySet<StepAction> = new Set(["update", "replace", "move"]);
