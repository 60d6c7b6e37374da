import type { Ms } from "../model/basics.ts";
import type { History, Span } from "../model/health.ts";
import { SECOND_MS } from "./calendar.ts";

/** A collector that keeps what it saw every few minutes is late for a reason only after this. */
const QUIET_MS: Ms = 15 * 60_000;
/** So many of its own cadences are waited out: one that comes every half hour is not silent in between. */
const CADENCES = 3;

/**
 * When a collector that should always watch was heard of, and when not: `operational` and `down` spans over what is kept of
 * the last days, to the whole second. Empty where it was never heard of: then nothing can be said of it.
 */
export function silenceOf({ segments, before }: History, collector: string, now: Ms): readonly Span[] {
  const own = segments.filter((segment) => segment.collector === collector);
  const earlier = before.filter((one) => one.collector === collector).map(({ at }) => at);
  const heard = [...earlier, ...own.flatMap(({ from, to }) => [from, to])].sort((a, b) => a - b);
  const first = heard[0];
  if (first === undefined) return [];
  const cadences = own.flatMap(({ watching }) => Object.values(watching).map(({ cadenceMs }) => cadenceMs));
  const patience = Math.max(QUIET_MS, CADENCES * cadences.reduce((longest, one) => Math.max(longest, one), 0));
  const spans: { from: Ms; to: Ms; verdict: "operational" | "down" }[] = [];
  const add = (from: Ms, to: Ms, verdict: "operational" | "down"): void => {
    const last = spans.at(-1);
    if (to <= from) return;
    if (last?.verdict === verdict) last.to = to;
    else spans.push({ from, to, verdict });
  };
  for (const [index, at] of heard.entries()) {
    const next = Math.min(heard[index + 1] ?? now, now);
    // What it says of a stretch it says at the end: the whole of a segment was watched.
    const watched = own.some(({ from, to }) => from <= at && to >= next);
    add(whole(at), whole(next), !watched && next - at > patience ? "down" : "operational");
  }
  return spans;
}

function whole(at: Ms): Ms {
  return Math.floor(at / SECOND_MS) * SECOND_MS;
}
