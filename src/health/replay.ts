import type { Ms } from "../model/basics.ts";
import type { Standing } from "../model/health.ts";
import type { TrackEvent } from "./tracks.ts";
import { nextDueByMs, staleAfterMs } from "./watching.ts";

/** A verdict that holds from `at` on, as one collector sees it. */
export interface Change {
  readonly at: Ms;
  readonly verdict: Standing["verdict"];
}

/** Askings in a row, and since when. */
export interface Run {
  readonly n: number;
  readonly since: Ms;
}

export interface Replay {
  /** By time; each from the first of the askings that confirmed it, so that a confirmation reaches back. */
  readonly changes: readonly Change[];
  /** What the newest askings are that have not changed the verdict yet. */
  readonly runs: Readonly<Record<"failing" | "ailing" | "answering" | "passing", Run>>;
}

const NONE: Run = { n: 0, since: 0 };

/**
 * The one state machine by which everything that is said of a service is decided: now (`verdict.ts`), minutes
 * (`timeline.ts`) and incidents. `failure_threshold` failing askings in a row are down, as many that failed or warned are
 * degraded; `success_threshold` that did not fail end being down, as many that passed end being degraded. Where
 * nothing is known yet, one that passed decides at once; one that did not needs to be confirmed like any other. What was asked in maintenance, or could not be asked, decides nothing.
 *
 * After a time of which nothing is known, askings in a row begin anew: a failure of yesterday confirms none of today. What was
 * not well then ends with the first good answer, since a collector that comes seldom would never see two in a row.
 */
export function replay(events: readonly TrackEvent[]): Replay {
  let state = "unknown" as Standing["verdict"];
  let [failing, ailing, answering, passing] = [NONE, NONE, NONE, NONE];
  const changes: Change[] = [];
  let judgedAt: Ms | null = null;
  const become = (verdict: Standing["verdict"], since: Ms): void => {
    state = verdict;
    const at = Math.max(since, changes.at(-1)?.at ?? since);
    if (changes.at(-1)?.at === at) changes.pop();
    if (changes.at(-1)?.verdict !== verdict) changes.push({ at, verdict });
  };
  for (const event of events) {
    const { at, watching, sample } = event;
    if (event.is === "standing") {
      [failing, ailing, answering, passing] = [NONE, NONE, NONE, NONE];
      if (event.sample.verdict !== state) become(event.sample.verdict, at);
      judgedAt = event.sample.judgedAt ?? null;
      continue;
    }
    if (!judges(event)) continue;
    const { outcome } = sample;
    const isAnew = judgedAt === null || at - judgedAt > staleAfterMs(watching);
    judgedAt = at;
    if (isAnew) [failing, ailing, answering, passing] = [NONE, NONE, NONE, NONE];
    // A failure that was asked again before it was written down has been confirmed as often.
    const weight = outcome === "pass" ? 1 : Math.max(1, event.sample.attempts ?? 1);
    failing = outcome === "fail" ? longer(failing, at, weight) : NONE;
    ailing = outcome !== "pass" ? longer(ailing, at, weight) : NONE;
    answering = outcome !== "fail" ? longer(answering, at, 1) : NONE;
    passing = outcome === "pass" ? longer(passing, at, 1) : NONE;
    const { failure_threshold } = watching;
    const success_threshold = isAnew ? 1 : watching.success_threshold;
    if (state === "unknown" && outcome === "pass") become("operational", at);
    else if (state !== "down" && failing.n >= failure_threshold) become("down", failing.since);
    else if ((state === "operational" || state === "unknown") && ailing.n >= failure_threshold)
      become("degraded", ailing.since);
    else if (state === "down" && answering.n >= success_threshold)
      // Up again, unless it only ever warned since.
      become(ailing.n > 0 && ailing.since <= answering.since ? "degraded" : "operational", answering.since);
    else if (state === "degraded" && passing.n >= success_threshold) become("operational", passing.since);
  }
  return { changes, runs: { failing, ailing, answering, passing } };
}

/** Whether an asking says something of the service. */
export function judges({ is, sample }: TrackEvent): boolean {
  return is === "sample" && sample.during !== "maintenance" && sample.outcome !== "unknown";
}

function longer(run: Run, at: Ms, by: number): Run {
  return { n: run.n + by, since: run.n === 0 ? at : run.since };
}

/** Until when an asking vouches for what it saw: the next one, or its own cadence where that comes later than it was due. */
export function vouchesUntil(event: TrackEvent, next: Ms): Ms {
  return next - event.at > nextDueByMs(event.watching) ? event.at + event.watching.cadenceMs : next;
}

/** The verdict that held at a moment, as one collector came to see it. */
export function verdictAt(changes: readonly Change[], at: Ms): Standing["verdict"] {
  return changes.findLast((change) => change.at <= at)?.verdict ?? "unknown";
}
