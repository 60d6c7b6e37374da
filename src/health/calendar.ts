import type { Ms } from "../model/basics.ts";

/*
 * Hours, days and months as history knows them: UTC, so that no daylight saving time makes one longer than another. Each is
 * written as the beginning of its ISO 8601 form: `2026-11-24T13`, `2026-11-24`, `2026-11`.
 */

export const SECOND_MS = 1_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

export function hourOf(at: Ms): string {
  return new Date(at).toISOString().slice(0, 13);
}

export function dayOf(at: Ms): string {
  return new Date(at).toISOString().slice(0, 10);
}

export function monthOf(at: Ms): string {
  return new Date(at).toISOString().slice(0, 7);
}

/** When the hour, day, month or year begins and ends; null where the text names none. */
export function stretchOf(period: string): { readonly from: Ms; readonly to: Ms } | null {
  const match = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}))?)?)?$/.exec(period);
  if (match === null) return null;
  const [year, month, day, hour] = match.slice(1).map((part) => (part === undefined ? undefined : Number(part)));
  const from = Date.UTC(year ?? 0, (month ?? 1) - 1, day ?? 1, hour ?? 0);
  // The 31st of June is no day, although `Date` would know one.
  if (Number.isNaN(from) || new Date(from).toISOString().slice(0, period.length) !== period) return null;
  if (hour !== undefined) return { from, to: from + HOUR_MS };
  if (day !== undefined) return { from, to: from + DAY_MS };
  return { from, to: month === undefined ? Date.UTC((year ?? 0) + 1, 0) : Date.UTC(year ?? 0, month) };
}

export function startOfHour(at: Ms): Ms {
  return Math.floor(at / HOUR_MS) * HOUR_MS;
}

export function startOfDay(at: Ms): Ms {
  return Math.floor(at / DAY_MS) * DAY_MS;
}
