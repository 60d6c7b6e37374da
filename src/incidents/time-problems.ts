import type { Ms } from "../model/basics.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { instantOf, writtenTime } from "./written-time.ts";

/** Says one thing about the value, or the key, at a path. */
export type Say = (
  keys: readonly string[],
  at: "value" | "key",
  problem: Pick<Diagnostic, "code" | "summary" | "detail" | "hint"> & Partial<Pick<Diagnostic, "severity">>,
) => void;

/** A moment with its offset; null where there is none, or where it was said to be wrong. */
export function timeAt(text: string | undefined, keys: readonly string[], say: Say): Ms | null {
  if (text === undefined) return null;
  const time = writtenTime(text);
  const instant = time && instantOf(time);
  if (time === null) say(keys, "value", noTime(text));
  else if (instant === null)
    say(keys, "value", {
      code: "time-invalid",
      summary: `\`${text}\` does not say in which zone`,
      hint: `in UTC it is \`${text}Z\`; else add the offset, such as \`+01:00\``,
    });
  return instant;
}

/** What cannot be read as a moment at all. */
export function noTime(text: string): Parameters<Say>[2] {
  return {
    code: "time-invalid",
    summary: `\`${text.slice(0, 60)}\` is no time`,
    detail: "A time is a day of the calendar and a time of day, in ISO 8601.",
    hint: "write it like `2026-11-24T09:31Z`",
  };
}

export function endBeforeStart(start: string): Parameters<Say>[2] {
  return { code: "time-order", summary: `it ends before ${start}`, hint: "is a digit of the date wrong?" };
}

/** Updates out of order. */
export function beforeAnother(what: string): Parameters<Say>[2] {
  return {
    code: "time-order",
    summary: `this is before ${what}`,
    detail: "Updates stand in the order in which they were made, the oldest first.",
    hint: "put them in order, or mend the time",
  };
}
