/** How figures and times are written, in the site's language. Everything is UTC: the page is built once for readers everywhere. */
import { texts } from "./texts.ts";

const made = new Map<string, Intl.DateTimeFormat | Intl.NumberFormat>();

/** Formats are dear to make and a page asks for hundreds: each is made once. */
function dates(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const { locale } = texts();
  const key = `d${locale}${JSON.stringify(options)}`;
  const format = made.get(key) ?? new Intl.DateTimeFormat(locale, { ...options, timeZone: "UTC" });
  made.set(key, format);
  return format as Intl.DateTimeFormat;
}

function numbers(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const { locale } = texts();
  const key = `n${locale}${JSON.stringify(options)}`;
  const format = made.get(key) ?? new Intl.NumberFormat(locale, options);
  made.set(key, format);
  return format as Intl.NumberFormat;
}

/** `24 Nov 2026`. */
export function date(instant: string): string {
  return dates({ day: "numeric", month: "short", year: "numeric" }).format(new Date(instant));
}

/** `November 2026`, of `2026-11` or an instant. */
export function month(instant: string): string {
  return dates({ month: "long", year: "numeric" }).format(new Date(`${instant.slice(0, 7)}-01T00:00:00Z`));
}

/** `M`. */
export function weekday(day: Date): string {
  return dates({ weekday: "narrow" }).format(day);
}

/** `12:03:20`. */
export function time(instant: string): string {
  return instant.slice(11, 19);
}

/** `12:03:20 UTC`, with the date where it is not the day of `now`. */
export function moment(instant: string, now?: string): string {
  const isToday = now !== undefined && instant.slice(0, 10) === now.slice(0, 10);
  return texts().moment(time(instant), isToday ? null : date(instant));
}

/** The same to the minute, where seconds would be noise: announced times. Without the date where it is the day of `begin`. */
export function minuteOf(instant: string, begin?: string): string {
  return texts().moment(instant.slice(11, 16), instant.slice(0, 10) === begin?.slice(0, 10) ? null : date(instant));
}

const DAY_CODES = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/** `Every week: Sunday`, of `FREQ=WEEKLY;BYDAY=SU` (RFC 5545); null of a rule that takes more words. */
export function repetition(rule: string): string | null {
  const [, frequency, days] =
    /^FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)(?:;BYDAY=([A-Z]{2}(?:,[A-Z]{2})*))?$/.exec(rule) ?? [];
  if (frequency === undefined || (days !== undefined && frequency !== "WEEKLY")) return null;
  const every = texts().maintenance.every[frequency as "DAILY"];
  // The fifth of January 1970 was a Monday.
  const names = (days?.split(",") ?? []).map((code) =>
    dates({ weekday: "long" }).format(new Date((4 + DAY_CODES.indexOf(code)) * 86_400_000)),
  );
  return names.length === 0 ? every : `${every}: ${names.join(", ")}`;
}

/** `8.4 ms`, `132 ms`, `1.25 s`: three figures at most. */
export function latency(ms: number): string {
  const [value, unit, digits] = ms >= 1_000 ? [ms / 1_000, "s", 2] : [ms, "ms", ms >= 10 ? 0 : 1];
  return `${numbers({ maximumFractionDigits: Number(digits) }).format(Number(value))} ${unit}`;
}

const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
] as const;

/** To the second: `1 hr 2 min 5 sec`; `most` leaves out what is smaller than the so many largest units. */
export function duration(ms: number, most = 4): string {
  let left = Math.round(ms / 1_000) * 1_000;
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const n = Math.floor(left / size);
    left -= n * size;
    if (n > 0) parts.push(numbers({ style: "unit", unit, unitDisplay: "short" }).format(n));
    if (parts.length > 0) most--;
    if (most === 0) break;
  }
  return parts.length > 0
    ? parts.join(" ")
    : numbers({ style: "unit", unit: "second", unitDisplay: "short" }).format(0);
}

/** `24 hrs`. */
export function hours(n: number): string {
  return numbers({ style: "unit", unit: "hour", unitDisplay: "short" }).format(n);
}

/** `99.98%`, two decimals, rounded down: 99.999 % is not 100 %, and `<0.01%` is not 0 %. */
export function percent(share: number): string {
  if (share <= 0 || share >= 1) return numbers({ style: "percent" }).format(share <= 0 ? 0 : 1);
  const two = numbers({ style: "percent", minimumFractionDigits: 2, maximumFractionDigits: 2 });
  if (share < 0.0001) return `<${two.format(0.0001)}`;
  // A share of two decimals may lie a hair below itself as a binary number.
  return two.format(Math.min(0.9999, Math.floor(share * 10_000 + 1e-9) / 10_000));
}

/** `99.95%`, a promise as it was declared. */
export function exactPercent(share: number): string {
  return numbers({ style: "percent", maximumFractionDigits: 12 }).format(share);
}

/** `98%`: how much is known; `<1%` where it is less. Only all is 100 %, and only nothing is 0 %. */
export function roughPercent(share: number): string {
  const whole = numbers({ style: "percent" });
  if (share > 0 && share < 0.01) return `<${whole.format(0.01)}`;
  return whole.format(share < 1 ? Math.min(0.99, share) : 1);
}

/** `12,345`. */
export function count(n: number): string {
  return numbers({}).format(n);
}

/** `1.4`. */
export function factor(n: number): string {
  return numbers({ maximumFractionDigits: n >= 10 ? 0 : 1 }).format(n);
}
