import type { Ms } from "../model/basics.ts";
import type { Counts, Tally, Verdict } from "../model/health.ts";
import { mergeSketches, sketchOf } from "./latency-sketch.ts";
import { type Stretch, secondsOf, timelineOf } from "./timeline.ts";
import { countMissed, since, type Track } from "./tracks.ts";

export const VERDICTS = [
  "operational",
  "degraded",
  "down",
  "maintenance",
  "unknown",
] as const satisfies readonly Verdict[];

const NO_SECONDS: Counts["seconds"] = { operational: 0, degraded: 0, down: 0, maintenance: 0, unknown: 0 };

export const NOTHING: Tally = {
  expected: 0,
  actual: 0,
  passed: 0,
  warned: 0,
  failed: 0,
  unknown: 0,
  maintenance: 0,
  seconds: NO_SECONDS,
  latency: {},
};

/**
 * Counts one service over a stretch: each asking at its moment, so that stretches which lie side by side add up. `isLive`
 * also expects what the cadence has called for since the collector's last segment, until `now`.
 */
export function tallyOf(tracks: readonly Track[] | undefined, stretch: Stretch & { readonly isLive?: boolean }): Tally {
  return { ...askingsOf(tracks, stretch), seconds: secondsOf(timelineOf(tracks, stretch)) };
}

/** The counts without the seconds; only these tell one track's share from another's. */
export function askingsOf(
  tracks: readonly Track[] | undefined,
  { from, to, now = to, isLive = false }: Stretch & { readonly isLive?: boolean },
): Omit<Tally, "seconds"> {
  const counts = { expected: 0, actual: 0, passed: 0, warned: 0, failed: 0, unknown: 0, maintenance: 0 };
  const latencies: Ms[] = [];
  for (const { events, missed, end } of tracks ?? []) {
    for (const event of events) {
      if (event.is === "standing" || event.at < from || event.at >= to) continue;
      const { outcome, during, latencyMs } = event.sample;
      counts.actual++;
      if (event.due) counts.expected++;
      counts[during === "maintenance" ? "maintenance" : COUNTED_AS[outcome]]++;
      if (latencyMs !== undefined && during === undefined && outcome !== "unknown") latencies.push(latencyMs);
    }
    const trailing = isLive && end !== null ? since(end.at, now, end.watching.cadenceMs) : [];
    for (const one of [...missed, ...trailing]) counts.expected += countMissed(one, from, to);
  }
  return { ...counts, latency: sketchOf(latencies) };
}

const COUNTED_AS = { pass: "passed", warn: "warned", fail: "failed", unknown: "unknown" } as const;

/** Of two stretches, of two services, of two halves: everything adds up. */
export function mergeTallies(...tallies: readonly Tally[]): Tally {
  return { ...mergeCounts(...tallies), latency: mergeSketches(...tallies.map(({ latency }) => latency)) };
}

export function mergeCounts(...all: readonly Counts[]): Counts {
  const sum = { expected: 0, actual: 0, passed: 0, warned: 0, failed: 0, unknown: 0, maintenance: 0 };
  const seconds = { ...NO_SECONDS };
  for (const counts of all) {
    for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += counts[key];
    for (const verdict of VERDICTS) seconds[verdict] += counts.seconds[verdict];
  }
  return { ...sum, seconds };
}

/** With the time that nobody counted, since nobody was there, as unknown. */
export function filledUp<T extends Counts>(counts: T, seconds: number): T {
  const counted = Object.values(counts.seconds).reduce((sum, n) => sum + n, 0);
  const lacks = Math.max(0, seconds - counted);
  return lacks === 0 ? counts : { ...counts, seconds: { ...counts.seconds, unknown: counts.seconds.unknown + lacks } };
}

/** The counts alone, in the order in which they are published. */
export function countsOf({ expected, actual, passed, warned, failed, unknown, maintenance, seconds }: Counts): Counts {
  return { expected, actual, passed, warned, failed, unknown, maintenance, seconds };
}
