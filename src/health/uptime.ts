import type { Ms, ServiceId } from "../model/basics.ts";
import type { Counts, Period, Tally, Verdict } from "../model/health.ts";
import type { ServicePage } from "../model/site-data.ts";
import { DAY_MS, dayOf, HOUR_MS, hourOf, SECOND_MS, startOfDay, startOfHour } from "./calendar.ts";
import { mergeSketches, percentileOf, sketchSize } from "./latency-sketch.ts";
import { countsOf, filledUp, mergeCounts, NOTHING } from "./tally.ts";

export const DAYS_SHOWN = 90;

type Day = ServicePage["days"][number];
type Latency = NonNullable<ServicePage["latency"]>;

/**
 * The last 90 UTC days, oldest first; today as far as it has passed. A day on which nobody watched is unknown, never up.
 */
export function daysOf(days: ReadonlyMap<string, Period>, service: ServiceId, now: Ms): readonly Day[] {
  const today = startOfDay(now);
  return Array.from({ length: DAYS_SHOWN }, (_, index) => {
    const from = today - (DAYS_SHOWN - 1 - index) * DAY_MS;
    const passed = Math.floor(Math.min(DAY_MS, now - from) / SECOND_MS);
    const counts = countsOf(filledUp(tallyIn(days.get(dayOf(from)), service) ?? NOTHING, passed));
    return { day: dayOf(from), verdict: dayVerdict(counts), ...counts };
  });
}

/**
 * Down when that was so for 5 % or more of the time that is known; degraded when it was down at all, when 5 % was degraded, or
 * when 5 % of the askings failed or warned, though never so many in a row that it counted.
 */
export function dayVerdict({
  seconds,
  passed,
  warned,
  failed,
}: Pick<Counts, "seconds" | "passed" | "warned" | "failed">): Verdict {
  const known = seconds.operational + seconds.degraded + seconds.down;
  if (known === 0) return seconds.maintenance > 0 ? "maintenance" : "unknown";
  if (seconds.down * 20 >= known) return "down";
  const ailed = warned + failed;
  if (ailed > 0 && ailed * 20 >= passed + ailed) return "degraded";
  return seconds.down > 0 || seconds.degraded * 20 >= known ? "degraded" : "operational";
}

/** Counts over all the days. */
export function sumOf(days: readonly Counts[]): Counts {
  return countsOf(mergeCounts(NOTHING, ...days));
}

/** How far back the windows of percentiles reach: this hour or day, and so many before it. */
export const LATENCY_WINDOWS = { "24h": 24, "7d": 7, "30d": 30, "90d": 90 } as const;

/** Percentiles of the last 24 hours, by the hour, and of the last 7, 30 and 90 days, by the day. */
export function latenciesOf(
  { hours, days }: { readonly hours: ReadonlyMap<string, Period>; readonly days: ReadonlyMap<string, Period> },
  service: ServiceId,
  now: Ms,
): ServicePage["percentiles"] {
  const over = (count: number, at: (n: number) => Period | undefined): Latency | null =>
    latencyOf(Array.from({ length: count }, (_, n) => tallyIn(at(n), service) ?? NOTHING));
  const inDays = (n: number) => days.get(dayOf(startOfDay(now) - n * DAY_MS));
  return {
    "24h": over(LATENCY_WINDOWS["24h"], (n) => hours.get(hourOf(startOfHour(now) - n * HOUR_MS))),
    "7d": over(LATENCY_WINDOWS["7d"], inDays),
    "30d": over(LATENCY_WINDOWS["30d"], inDays),
    "90d": over(LATENCY_WINDOWS["90d"], inDays),
  };
}

/** Nearest rank, within 2 % (`latency-sketch.ts`), and of how many answers; null without any. */
export function latencyOf(tallies: readonly Pick<Tally, "latency">[]): Latency | null {
  const sketch = mergeSketches(...tallies.map(({ latency }) => latency));
  const [p50, p95, p99] = [50, 95, 99].map((percent) => percentileOf(sketch, percent));
  if (typeof p50 !== "number" || typeof p95 !== "number" || typeof p99 !== "number") return null;
  return { p50, p95, p99, samples: sketchSize(sketch) };
}

export function byPeriod(periods: readonly Period[]): ReadonlyMap<string, Period> {
  return new Map(periods.map((period) => [period.at, period]));
}

function tallyIn(period: Period | undefined, service: ServiceId): Tally | undefined {
  return period !== undefined && Object.hasOwn(period.services, service) ? period.services[service] : undefined;
}
