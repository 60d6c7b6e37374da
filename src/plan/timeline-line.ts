import type { Ms } from "../model/basics.ts";
import type { Step } from "../model/plan.ts";

/** How a step is rolled out, in one line: `rolling, at most 3 instances, 4s to 15m 30s`. Null where nothing runs. */
export function timelineLine({ strategy, timeline }: Pick<Step, "strategy" | "timeline">): string | null {
  if (strategy === null) return null;
  if (timeline === null) return strategy;
  const { peakInstances, shortestMs, longestMs } = timeline;
  const peak = `at most ${peakInstances} instance${peakInstances === 1 ? "" : "s"}`;
  return `${strategy}, ${peak}, ${spanOf(shortestMs)} to ${spanOf(longestMs)}`;
}

/** A stretch of time for people, its two largest units: `4s`, `15m 30s`, `1h 5m`. */
export function spanOf(ms: Ms): string {
  if (ms < 1_000) return ms === 0 ? "0s" : `${Math.round(ms)}ms`;
  const seconds = Math.round(ms / 1_000);
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3_600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "m"],
    [seconds % 60, "s"],
  ];
  const from = parts.findIndex(([amount]) => amount > 0);
  return parts
    .slice(from, from + 2)
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount}${unit}`)
    .join(" ");
}
