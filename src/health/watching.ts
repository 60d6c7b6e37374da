import type { Ms, ServiceId } from "../model/basics.ts";
import type { Segment, Watching } from "../model/health.ts";

/** What samples are judged by whose segment does not say: the defaults of a `health` block. */
export const DEFAULT_WATCHING: Watching = {
  cadenceMs: 30_000,
  timeoutMs: 5_000,
  failure_threshold: 3,
  success_threshold: 2,
};

/** Nobody asks more often; a file that says so was not written by us. */
const CADENCE_MIN_MS = 1_000;

/** How a service was watched while the segment was seen, with every number in the range where it means something. */
export function watchingOf(segment: Pick<Segment, "watching">, service: ServiceId): Watching {
  const said = Object.hasOwn(segment.watching, service) ? segment.watching[service] : undefined;
  if (said === undefined) return DEFAULT_WATCHING;
  return {
    cadenceMs: Math.max(CADENCE_MIN_MS, said.cadenceMs),
    timeoutMs: said.timeoutMs,
    failure_threshold: Math.max(1, said.failure_threshold),
    success_threshold: Math.max(1, said.success_threshold),
  };
}

/** How long after an asking the next may come and still be the one that was due: a beat may be late by half, and be slow. */
export function nextDueByMs({ cadenceMs, timeoutMs }: Pick<Watching, "cadenceMs" | "timeoutMs">): Ms {
  return 1.5 * cadenceMs + timeoutMs;
}

/** After so long without an asking, askings in a row begin anew. */
export function staleAfterMs({ cadenceMs, timeoutMs }: Pick<Watching, "cadenceMs" | "timeoutMs">): Ms {
  return 3 * cadenceMs + timeoutMs;
}

/** Whoever watches keeps what it saw every few minutes only: a page that is built in between must not call that silence. */
const TOLD_LATE_MS: Ms = 10 * 60_000;

/** How old a sample may be before it says nothing about now any more. */
export function tooOldForNowMs(watching: Pick<Watching, "cadenceMs" | "timeoutMs">): Ms {
  return Math.max(staleAfterMs(watching), TOLD_LATE_MS);
}
