import type { Ms } from "../../model/basics.ts";
import type { Step } from "../../model/plan.ts";
import { spanOf } from "../../plan/timeline-line.ts";

/** What steps cost, as far as a reader decides by it. */
export interface Cost {
  /** Services whose processes start anew. */
  readonly restarts: number;
  /** Those of them that answer nothing meanwhile. */
  readonly gaps: number;
  /** Of the slowest step. */
  readonly shortestMs: Ms;
  readonly longestMs: Ms;
  /** Instances that run meanwhile beside those of before and of after. */
  readonly extraInstances: number;
}

/** Adds up the timelines of steps. */
export function costOf(steps: readonly Step[]): Cost {
  const restarted = steps.filter(restarts);
  const timelines = steps.flatMap(({ timeline }) => timeline ?? []);
  const slowest = timelines.reduce((worst, one) => (one.longestMs > worst.longestMs ? one : worst), {
    shortestMs: 0,
    longestMs: 0,
  });
  return {
    restarts: restarted.length,
    gaps: restarted.filter(({ strategy }) => strategy === "recreate").length,
    shortestMs: slowest.shortestMs,
    longestMs: slowest.longestMs,
    extraInstances: steps.reduce((sum, step) => sum + extra(step), 0),
  };
}

/** Whether what serves now is replaced by processes that start anew. */
export function restarts({ action, strategy }: Pick<Step, "action" | "strategy">): boolean {
  return CHANGING.has(action) && strategy !== null && strategy !== "in-place" && strategy !== "retire";
}

/** A cost in words: `2 services restart, 1 of them with a gap in service`. Empty where nothing is worth telling. */
export function costInWords({ restarts: count, gaps, shortestMs, longestMs, extraInstances }: Cost): string[] {
  return [
    ...(count === 0
      ? []
      : [`${count === 1 ? "1 service restarts" : `${count} services restart`}${gapInWords(count, gaps)}`]),
    ...(longestMs === 0 ? [] : [`the slowest rollout takes ${spanOf(shortestMs)} to ${spanOf(longestMs)}`]),
    ...(extraInstances === 0
      ? []
      : [`up to ${extraInstances} more ${extraInstances === 1 ? "instance" : "instances"} meanwhile`]),
  ];
}

const CHANGING: ReadonlySet<Step["action"]> = new Set(["update", "replace", "move"]);

function gapInWords(count: number, gaps: number): string {
  if (gaps === 0) return "";
  if (gaps === count) return count === 1 ? " and answers nothing meanwhile" : " and answer nothing meanwhile";
  return gaps === 1 ? ", 1 of them answers nothing meanwhile" : `, ${gaps} of them answer nothing meanwhile`;
}

function extra({ action, timeline, before, after }: Step): number {
  if (timeline === null || !CHANGING.has(action)) return 0;
  const settled = Math.max(before?.spec.runtime.replicas ?? 0, after?.spec.runtime.replicas ?? 0);
  return Math.max(0, timeline.peakInstances - settled);
}
