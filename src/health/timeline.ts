import type { Ms } from "../model/basics.ts";
import type { Span, Verdict } from "../model/health.ts";
import { SECOND_MS } from "./calendar.ts";
import { type Change, replay, vouchesUntil } from "./replay.ts";
import type { Track } from "./tracks.ts";

/** Of several collectors at one moment the gravest that knows counts; maintenance was declared, and needs no asking. */
const GRAVITY: Readonly<Record<Verdict, number>> = { unknown: 0, operational: 1, degraded: 2, down: 3, maintenance: 4 };

/** `now`: up to where anybody can have asked, the end of the stretch unless told. */
export interface Stretch {
  readonly from: Ms;
  readonly to: Ms;
  readonly now?: Ms;
}

/**
 * The verdicts of one service over a stretch of time, all collectors together: gapless, in order, to the whole second (down).
 * A stretch that nobody vouches for is unknown.
 */
export function timelineOf(tracks: readonly Track[] | undefined, stretch: Stretch): readonly Span[] {
  const { from, to } = { from: wholeSecond(stretch.from), to: wholeSecond(stretch.to) };
  if (to <= from) return [];
  const nothing: readonly Span[] = [{ from, to, verdict: "unknown" }];
  return (tracks ?? []).reduce(
    (merged, track) => mergeTimelines(merged, spansOfTrack(track, { from, to, now: stretch.now ?? stretch.to })),
    nothing,
  );
}

/** Lays one over the other, moment by moment; both over the same stretch. */
export function mergeTimelines(one: readonly Span[], other: readonly Span[]): readonly Span[] {
  const spans: Span[] = [];
  let [i, j] = [0, 0];
  for (let a = one[i], b = other[j]; a !== undefined && b !== undefined; a = one[i], b = other[j]) {
    add(spans, Math.max(a.from, b.from), Math.min(a.to, b.to), graver(a.verdict, b.verdict));
    if (a.to <= b.to) i++;
    if (b.to <= a.to) j++;
  }
  return spans;
}

/** The one of two verdicts of the same moment that counts. */
export function graver(one: Verdict, other: Verdict): Verdict {
  return GRAVITY[other] > GRAVITY[one] ? other : one;
}

/** How long each verdict holds, in seconds. */
export function secondsOf(spans: readonly Span[]): Record<Verdict, number> {
  const seconds = { operational: 0, degraded: 0, down: 0, maintenance: 0, unknown: 0 };
  for (const { from, to, verdict } of spans) seconds[verdict] += (to - from) / SECOND_MS;
  return seconds;
}

function spansOfTrack(track: Track, { from, to, now }: Required<Stretch>): readonly Span[] {
  const events = track.events.filter(({ at }) => at <= now);
  const { changes } = replay(events);
  const spans: Span[] = [];
  let done = from;
  for (const [index, event] of events.entries()) {
    const start = Math.max(done, wholeSecond(event.at));
    const end = Math.min(to, wholeSecond(vouchesUntil(event, events[index + 1]?.at ?? now)));
    if (end <= start) continue;
    add(spans, done, start, "unknown");
    const { during, outcome } = event.sample;
    if (during === "maintenance") add(spans, start, end, "maintenance");
    else if (outcome === "unknown") add(spans, start, end, "unknown");
    else addChanges(spans, start, end, changes);
    done = end;
  }
  add(spans, done, to, "unknown");
  return spans;
}

/** Changes that fall into one second: the last of them counts. */
function addChanges(spans: Span[], from: Ms, to: Ms, changes: readonly Change[]): void {
  let index = firstAfter(changes, from) - 1;
  for (let at = from; at < to; index++) {
    const next = changes[index + 1];
    const end = Math.min(to, next === undefined ? to : wholeSecond(next.at));
    add(spans, at, end, changes[index]?.verdict ?? "unknown");
    at = Math.max(at, end);
  }
}

/** Index of the first change that begins in a later second. */
function firstAfter(changes: readonly Change[], at: Ms): number {
  let [low, high] = [0, changes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (wholeSecond(changes[middle]?.at ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

function add(spans: Span[], from: Ms, to: Ms, verdict: Verdict): void {
  if (to <= from) return;
  const last = spans.at(-1);
  if (last?.verdict === verdict && last.to === from) spans[spans.length - 1] = { ...last, to };
  else spans.push({ from, to, verdict });
}

export function wholeSecond(at: Ms): Ms {
  return Math.floor(at / SECOND_MS) * SECOND_MS;
}
