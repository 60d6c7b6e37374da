import type { Ms, ServiceId } from "../model/basics.ts";
import type { Sample, Segment, Verdict } from "../model/health.ts";
import type { ServicePage } from "../model/site-data.ts";

export const DAYS_SHOWN = 90;
const DAY_MS = 86_400_000;

type Counts = ServicePage["uptime"];
type Day = ServicePage["days"][number];

/** What the segments hold of one service. */
export interface ServiceHistory {
  /** By time. */
  readonly samples: readonly Sample[];
  /** Counts by UTC day, as days since the epoch. */
  readonly days: ReadonlyMap<number, Counts>;
}

const NOTHING: Counts = { expected: 0, actual: 0, passed: 0, warned: 0 };

/**
 * Sorts segments by service. A segment counts for the day it began in, with all its expected beats and samples, so that a
 * day's `actual` is never above its `expected` for the sake of midnight. Uptime is what was counted, never what was assumed:
 * time without a collector adds to nothing.
 */
export function historiesOf(segments: readonly Segment[]): ReadonlyMap<ServiceId, ServiceHistory> {
  const found = new Map<
    ServiceId,
    { samples: Sample[]; days: Map<number, { -readonly [K in keyof Counts]: number }> }
  >();
  const historyOf = (service: ServiceId) => {
    let history = found.get(service);
    if (!history) {
      history = { samples: [], days: new Map() };
      found.set(service, history);
    }
    return history;
  };
  for (const segment of segments) {
    const day = dayOf(segment.from);
    const countsOf = (service: ServiceId) => {
      const { days } = historyOf(service);
      let counts = days.get(day);
      if (!counts) {
        counts = { ...NOTHING };
        days.set(day, counts);
      }
      return counts;
    };
    for (const [service, beats] of Object.entries(segment.expected)) countsOf(service).expected += beats;
    for (const sample of segment.samples) {
      historyOf(sample.service).samples.push(sample);
      const counts = countsOf(sample.service);
      counts.actual++;
      if (sample.outcome !== "fail") counts.passed++;
      if (sample.outcome === "warn") counts.warned++;
    }
  }
  for (const { samples } of found.values()) samples.sort((a, b) => a.at - b.at);
  return found;
}

/** The last 90 UTC days, oldest first; a day without samples is unknown, never up. */
export function daysOf(history: ServiceHistory | undefined, now: Ms): readonly Day[] {
  const today = dayOf(now);
  return Array.from({ length: DAYS_SHOWN }, (_, index) => {
    const day = today - DAYS_SHOWN + 1 + index;
    const counts = history?.days.get(day) ?? NOTHING;
    return { day: new Date(day * DAY_MS).toISOString().slice(0, 10), verdict: dayVerdict(counts), ...counts };
  });
}

/** Down when 5 % or more of the day's checks failed, degraded when any failed or 5 % or more were slow. */
export function dayVerdict({ actual, passed, warned }: Counts): Verdict {
  if (actual === 0) return "unknown";
  const failed = actual - passed;
  if (failed * 20 >= actual) return "down";
  return failed > 0 || warned * 20 >= actual ? "degraded" : "operational";
}

export function sumOf(days: readonly Counts[]): Counts {
  return days.reduce(
    (sum, day) => ({
      expected: sum.expected + day.expected,
      actual: sum.actual + day.actual,
      passed: sum.passed + day.passed,
      warned: sum.warned + day.warned,
    }),
    NOTHING,
  );
}

/** Nearest rank: the smallest value that at least `percent` of them do not exceed. `sorted` ascends and is not empty. */
export function percentile(sorted: readonly number[], percent: number): number {
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0;
}

/** Over the answers of the last 24 hours; null when there were none. */
export function latencyOf(samples: readonly Sample[], now: Ms): ServicePage["latency"] {
  const sorted = samples
    .filter((sample) => sample.at > now - DAY_MS && sample.latencyMs !== undefined)
    .map((sample) => sample.latencyMs ?? 0)
    .sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  return {
    p50: percentile(sorted, 50),
    p95: percentile(sorted, 95),
    p99: percentile(sorted, 99),
    samples: sorted.length,
  };
}

function dayOf(at: Ms): number {
  return Math.floor(at / DAY_MS);
}
