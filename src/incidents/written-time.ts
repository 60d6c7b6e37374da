import type { Ms } from "../model/basics.ts";

/** A moment as somebody wrote it: the clock's face, as if it were UTC, and how far that clock is from UTC; null: not said. */
export interface WrittenTime {
  readonly faceMs: Ms;
  readonly offsetMs: Ms | null;
}

const GRAMMAR =
  /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?(?: ?(?:(Z|UTC)|([+-])(\d\d):?(\d\d)))?$/;

/** `2026-11-24T09:31Z`, `2026-11-24 10:31 +01:00`, `2026-11-24T10:31`: ISO 8601 to the minute at least. Null for anything else. */
export function writtenTime(text: string): WrittenTime | null {
  const match = GRAMMAR.exec(text.trim());
  if (match === null) return null;
  const [, year, month, day, hour, minute, second = "0", fraction = "0", utc, sign, offsetHours, offsetMinutes] = match;
  const parts = [year, month, day, hour, minute, second].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const [y, mo, d, h, mi, s] = parts;
  const faceMs = Date.UTC(y, mo - 1, d, h, mi, s, Number(fraction.padEnd(3, "0")));
  const read = new Date(faceMs);
  // Date rolls 30 February over into March: what does not come back as it went in is no day.
  const isReal =
    read.getUTCFullYear() === y &&
    read.getUTCMonth() === mo - 1 &&
    read.getUTCDate() === d &&
    h < 24 &&
    mi < 60 &&
    s < 60 &&
    y >= 1970;
  if (!isReal) return null;
  if (utc !== undefined) return { faceMs, offsetMs: 0 };
  if (sign === undefined) return { faceMs, offsetMs: null };
  if (Number(offsetHours) > 14 || Number(offsetMinutes) > 59) return null;
  const offsetMs = (Number(offsetHours) * 60 + Number(offsetMinutes)) * 60_000;
  return { faceMs, offsetMs: sign === "-" ? -offsetMs : offsetMs };
}

/** Milliseconds since the Unix epoch; null where no offset was written. */
export function instantOf({ faceMs, offsetMs }: WrittenTime): Ms | null {
  return offsetMs === null ? null : faceMs - offsetMs;
}

/**
 * The same for a clock that hangs in a zone. A time that occurs twice is the first of the two, one that does not occur is as
 * much later as clocks were put forward (RFC 5545, 3.3.5).
 */
export async function instantIn(time: WrittenTime, timeZone: string): Promise<Ms> {
  const known = instantOf(time);
  if (known !== null) return known;
  const { Temporal } = await import("temporal-polyfill");
  const face = new Date(time.faceMs).toISOString().slice(0, -1);
  return Temporal.PlainDateTime.from(face).toZonedDateTime(timeZone).epochMilliseconds;
}

export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
