import type { Ms } from "../model/basics.ts";
import type { Span, Verdict } from "../model/health.ts";
import { HOUR_MS, SECOND_MS } from "./calendar.ts";
import { mergeTimelines, secondsOf } from "./timeline.ts";

const LETTERS: Readonly<Record<Verdict, string>> = {
  operational: "o",
  degraded: "d",
  down: "x",
  maintenance: "m",
  unknown: "u",
};
const VERDICT_OF = new Map(Object.entries(LETTERS).map(([verdict, letter]) => [letter, verdict as Verdict]));
const HOUR_SECONDS = HOUR_MS / SECOND_MS;

/** The verdicts of an hour, second by second, as a file holds them: `o3500x100`. What follows the last known one is left out. */
export function textOf(spans: readonly Span[]): string {
  const last = spans.findLastIndex(({ verdict }) => verdict !== "unknown");
  return spans
    .slice(0, last + 1)
    .map(({ from, to, verdict }) => `${LETTERS[verdict]}${(to - from) / SECOND_MS}`)
    .join("");
}

/** The hour that begins at `from`, as spans. Null where the text says nothing of an hour. */
export function spansOf(text: string, from: Ms): readonly Span[] | null {
  if (!/^(?:[odxmu][1-9]\d{0,3})*$/.test(text)) return null;
  const spans: Span[] = [];
  let at = from;
  for (const [, letter = "", seconds] of text.matchAll(/([a-z])(\d+)/g)) {
    const verdict = VERDICT_OF.get(letter) ?? "unknown";
    spans.push({ from: at, to: at + Number(seconds) * SECOND_MS, verdict });
    at += Number(seconds) * SECOND_MS;
  }
  const end = from + HOUR_MS;
  if (at > end) return null;
  if (at < end) spans.push({ from: at, to: end, verdict: "unknown" });
  return spans;
}

/** Two halves of what is known of an hour, laid over each other to the second. */
export function layTexts(one: string, other: string): string {
  if (one === other || other === "") return one;
  return one === "" ? other : textOf(mergeTimelines(spansOf(one, 0) ?? [], spansOf(other, 0) ?? []));
}

/** Seconds of the hour by verdict; `passed` of an hour that is not over yet. */
export function secondsIn(text: string, passed = HOUR_SECONDS): Record<Verdict, number> {
  const seconds = secondsOf(spansOf(text, 0) ?? []);
  return { ...seconds, unknown: Math.max(0, seconds.unknown - (HOUR_SECONDS - passed)) };
}
