import type { ServicePage } from "../../../src/model/site-data.ts";
import { count, date, duration, percent, weekday } from "./format.ts";
import { texts } from "./texts.ts";
import { uptimeShare } from "./uptime.ts";

type Day = ServicePage["days"][number];

export interface CalendarMonth {
  /** `2026-11`. */
  readonly month: string;
  /** How many cells lie before its first day shown; weeks begin on Monday. */
  readonly before: number;
  readonly days: readonly Day[];
}

/**
 * Days, which are sorted and without gaps, by month. Months before the first of which anything is known are left out: each
 * of their days would say the same.
 */
export function calendarOf(days: readonly Day[]): readonly CalendarMonth[] {
  const first = days.find(({ verdict }) => verdict !== "unknown") ?? days.at(-1);
  const told = days.filter(({ day }) => day.slice(0, 7) >= (first?.day.slice(0, 7) ?? ""));
  return Object.entries(Object.groupBy(told, ({ day }) => day.slice(0, 7))).map(([month, own = []]) => ({
    month,
    before: (new Date(`${own[0]?.day}T00:00:00Z`).getUTCDay() + 6) % 7,
    days: own,
  }));
}

/** A day's figures in one sentence. */
export function dayInWords({ day, verdict, seconds, expected, actual, passed, warned }: Day): string {
  const { service, verdicts } = texts();
  const parts = [verdicts[verdict]];
  const share = uptimeShare(seconds);
  if (share !== null) parts.push(service.up(percent(share)));
  for (const [name, n] of [
    [service.timeDown, seconds.down],
    [service.timeDegraded, seconds.degraded],
    [service.timeMaintenance, seconds.maintenance],
    [service.timeUnknown, actual === 0 ? 0 : seconds.unknown],
  ] as const)
    if (n > 0) parts.push(`${name} ${duration(n * 1_000, 2)}`);
  if (actual === 0 && seconds.maintenance === 0) parts.push(service.noResultsThatDay);
  else if (actual > 0) {
    parts.push(service.passed(count(passed + warned), count(actual)));
    if (expected > actual) parts.push(service.due(count(expected), count(expected - actual)));
  }
  return `${date(day)}: ${parts.join(" · ")}`;
}

/** Monday to Sunday, one letter or two. */
export function weekdays(): readonly string[] {
  // The 5th of January 1970 was a Monday.
  return Array.from({ length: 7 }, (_, index) => weekday(new Date((index + 4) * 86_400_000)));
}
