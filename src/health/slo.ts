import type { Ms, ServiceId } from "../model/basics.ts";
import type { Counts, History, Period, SloFigures, SloSpec, Tally } from "../model/health.ts";
import type { Spec } from "../model/service.ts";
import { DAY_MS, dayOf, HOUR_MS, hourOf, startOfDay, startOfHour, stretchOf } from "./calendar.ts";
import { percentileOf } from "./latency-sketch.ts";
import { mergeCounts, mergeTallies, NOTHING, tallyOf } from "./tally.ts";
import type { Track } from "./tracks.ts";

/** Days are published of as many; nothing longer can be recomputed by a reader. */
const WINDOW_MAX_MS: Ms = 90 * DAY_MS;

/** A percentile is read from a sketch that is right within 2 % (`latency-sketch.ts`): a limit is missed only beyond that. */
const LATENCY_SLACK = 1.02;

/** What a service's file promises, in numbers: `99.9%` is 0.999; null where it promises nothing. */
export function sloOf({ slo }: Pick<Spec, "slo">): SloSpec | null {
  if (slo === undefined) return null;
  const { availability, latency, window } = slo;
  const percent = typeof availability === "string" ? Number.parseFloat(availability) : availability;
  return {
    // To a millionth of a percent: 99.9 / 100 is not quite 0.999.
    ...(percent === undefined ? {} : { availability: Number((percent / 100).toFixed(8)) }),
    ...(latency === undefined ? {} : { latency }),
    window: Math.min(WINDOW_MAX_MS, Math.max(DAY_MS, Math.round(window / DAY_MS) * DAY_MS)),
  };
}

/**
 * How a promise is kept: what may be down of the known time of the window (the error budget), what of it is spent, and how fast it burns now. A
 * burn rate of 1 spends exactly the budget. The alert is the multiwindow, multi-burn-rate one of Google's Site
 * Reliability Workbook (chapter 5, "Alerting on SLOs"): 2 % of the budget in an hour or 5 % in six, and still burning as fast
 * in the last twelfth of that time. Unknown time and maintenance are neither kept nor broken promises, and of a month that
 * still runs neither is said. Pure.
 */
export function sloFigures(
  slo: SloSpec,
  {
    service,
    history,
    tracks,
    now,
  }: {
    readonly service: ServiceId;
    readonly history: Pick<History, "hours" | "days" | "months">;
    readonly tracks: readonly Track[] | undefined;
    readonly now: Ms;
  },
): SloFigures {
  const days = Math.round(slo.window / DAY_MS);
  const first = dayOf(startOfDay(now) - (days - 1) * DAY_MS);
  const window = sumOver(history.days, service, first);
  return {
    slo,
    ...(slo.availability === undefined
      ? {}
      : { budget: budgetOf(slo.availability, window), ...burning(slo, { service, history, tracks, now }) }),
    ...(slo.latency === undefined
      ? {}
      : {
          latency: Object.entries(slo.latency).map(([percentile, limitMs]) => {
            const seenMs = percentileOf(window.latency, Number(percentile.slice(1)));
            return { percentile, limitMs, seenMs, isMet: seenMs === null ? null : seenMs <= limitMs * LATENCY_SLACK };
          }),
        }),
    months: slo.availability === undefined ? [] : monthsOf(slo.availability, { months: history.months, service, now }),
  };
}

function budgetOf(availability: number, { seconds }: Counts): NonNullable<SloFigures["budget"]> {
  const known = seconds.operational + seconds.degraded + seconds.down;
  const totalSeconds = Math.round((1 - availability) * known);
  return {
    totalSeconds,
    spentSeconds: seconds.down,
    leftSeconds: totalSeconds - seconds.down,
    availability: known === 0 ? null : (known - seconds.down) / known,
  };
}

function burning(
  slo: SloSpec,
  of: {
    readonly service: ServiceId;
    readonly history: Pick<History, "hours">;
    readonly tracks: readonly Track[] | undefined;
    readonly now: Ms;
  },
): Pick<SloFigures, "burnRates" | "isFastBurn"> {
  const { service, history, tracks, now } = of;
  const allowed = 1 - (slo.availability ?? 0);
  const rateOf = ({ seconds }: Counts): number | null => {
    const known = seconds.operational + seconds.degraded + seconds.down;
    if (known === 0) return null;
    // As it is published: two decimals.
    return Math.round((seconds.down / known / allowed) * 100) / 100;
  };
  const latest = (ms: Ms): Counts => tallyOf(tracks, { from: now - ms, to: now });
  // This hour and the five before it are counted like every other figure; what lacks of six hours is counted of samples.
  const whole = startOfHour(now) - 5 * HOUR_MS;
  const hours = sumOver(history.hours, service, hourOf(whole));
  const rest = tallyOf(tracks, { from: now - 6 * HOUR_MS, to: whole, now });
  const over = { "1h": latest(HOUR_MS), "6h": mergeCounts(hours, rest) };
  const rates = { "1h": rateOf(over["1h"]), "6h": rateOf(over["6h"]) };
  // Of the budget itself: a rate over the few seconds that are known of a young service would say anything.
  const hasSpent = ({ seconds }: Counts, share: number): boolean =>
    seconds.down * 1_000 >= share * allowed * slo.window;
  const burnsOn = (ms: Ms, share: number): boolean => (rateOf(latest(ms / 12)) ?? 0) >= (share * slo.window) / ms;
  const isFast =
    (hasSpent(over["1h"], 0.02) && burnsOn(HOUR_MS, 0.02)) ||
    (hasSpent(over["6h"], 0.05) && burnsOn(6 * HOUR_MS, 0.05));
  return { burnRates: rates, isFastBurn: isFast };
}

/** Newest first. */
function monthsOf(
  availability: number,
  of: { readonly months: readonly Period[]; readonly service: ServiceId; readonly now: Ms },
): SloFigures["months"] {
  const { months, service, now } = of;
  return months
    .flatMap(({ at, services }) => {
      const stretch = stretchOf(at);
      const tally = Object.hasOwn(services, service) ? services[service] : undefined;
      if (stretch === null || tally === undefined) return [];
      const budget = budgetOf(availability, tally);
      const isMet = budget.availability === null || stretch.to > now ? null : budget.leftSeconds >= 0;
      return [{ month: at, ...budget, isMet }];
    })
    .reverse();
}

function sumOver(periods: readonly Period[], service: ServiceId, first: string): Tally {
  const own = periods.flatMap(({ at, services }) => {
    const tally = at >= first && Object.hasOwn(services, service) ? services[service] : undefined;
    return tally === undefined ? [] : [tally];
  });
  return mergeTallies(NOTHING, ...own);
}
