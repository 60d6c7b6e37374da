/**
 * `health/` says what samples mean, keeps them in Git and counts them. It promises that uptime is honest: what was
 * expected, what was asked and what passed are counted apart, and every figure can be worked out again from what is kept.
 * It asks nobody anything (`probes/`) and draws nothing (`site/`).
 */
import type { Ms } from "../model/basics.ts";
import { formatDuration } from "../model/duration.ts";
import type { Sample, Verdict } from "../model/health.ts";
import type { DesiredStatus } from "../model/service.ts";
import { type Replay, replay, vouchesUntil } from "./replay.ts";
import { graver } from "./timeline.ts";
import type { Track, TrackEvent } from "./tracks.ts";

/** A verdict and one sentence for people that says why. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly says: string;
}

/**
 * Judges a service as it is now: what its timeline (`timeline.ts`) ends with at this moment, since both come of one replay. A
 * sample that is too old says nothing about now: the verdict is `unknown`, never the last one that was known.
 */
export function verdictOf(
  tracks: readonly Track[] | undefined,
  { status, now }: { readonly status: DesiredStatus; readonly now: Ms },
): Judgement {
  if (status === "maintenance") return { verdict: "maintenance", says: "In maintenance, as declared." };
  if (status === "inactive") return { verdict: "unknown", says: "Switched off, as declared." };
  let judged: (Judgement & { readonly at: Ms }) | null = null;
  for (const track of tracks ?? []) {
    const one = judgeTrack(
      track.events.filter(({ at }) => at <= now),
      now,
    );
    if (one === null) continue;
    const isGraver =
      judged === null || (one.verdict !== judged.verdict && graver(judged.verdict, one.verdict) === one.verdict);
    if (judged === null || isGraver || (one.verdict === judged.verdict && one.at > judged.at)) judged = one;
  }
  return judged === null
    ? { verdict: "unknown", says: "Not checked yet." }
    : { verdict: judged.verdict, says: judged.says };
}

function judgeTrack(events: readonly TrackEvent[], now: Ms): (Judgement & { readonly at: Ms }) | null {
  const last = events.at(-1);
  if (last === undefined) return null;
  const { at } = last;
  if (vouchesUntil(last, now) < now) {
    return { at, verdict: "unknown", says: `Last checked ${roughly(now - at)} ago, too long to say how it is now.` };
  }
  const { sample } = last;
  if (sample.during === "maintenance") return { at, verdict: "maintenance", says: "In maintenance, as announced." };
  if (sample.outcome === "unknown")
    return { at, verdict: "unknown", says: `It could not be checked: ${reasonOf(sample)}.` };
  const replayed = replay(events);
  const verdict = replayed.changes.at(-1)?.verdict ?? "unknown";
  return { at, verdict, says: sentence(last, verdict, replayed) };
}

function sentence({ sample, watching }: TrackEvent, verdict: Verdict, { runs }: Replay): string {
  const { failure_threshold: failures, success_threshold: successes } = watching;
  const reason = reasonOf(sample);
  if (sample.outcome === "fail") {
    if (verdict === "down")
      return `${runs.failing.n > 1 ? `${runs.failing.n} checks in a row` : "The last check"} failed: ${reason}.`;
    return `The last check failed (${reason}); ${runs.failing.n} of ${failures} in a row before it counts.`;
  }
  if (verdict === "down")
    return `Answering again; ${runs.answering.n} of ${successes} checks in a row before it counts as up.`;
  if (sample.outcome === "warn") {
    if (verdict === "degraded") return `Answers, but not well: ${reason}.`;
    return `Answers, but not well (${reason}); ${runs.ailing.n} of ${failures} in a row before it counts.`;
  }
  if (verdict === "degraded")
    return `Answering well again; ${runs.passing.n} of ${successes} checks in a row before it counts.`;
  const latency =
    "latencyMs" in sample && sample.latencyMs !== undefined ? ` in ${Math.round(sample.latencyMs)} ms` : "";
  return `Answering${latency}.`;
}

/** Why a sample did not pass, in a few words. */
function reasonOf(sample: Pick<Sample, "outcome"> & Partial<Sample>): string {
  if (sample.error !== undefined) return sample.error;
  const missed = sample.conditions?.find((condition) => !condition.held);
  if (missed) return missed.condition;
  const bad = Object.entries(sample.checks ?? {}).find(([, status]) => status === "fail" || status === "warn");
  if (bad) return `${bad[0]} reports ${bad[1]}`;
  return `it reports ${sample.outcome} itself`;
}

function roughly(age: Ms): string {
  for (const unit of [86_400_000, 3_600_000, 60_000]) if (age >= 2 * unit) return formatDuration(age - (age % unit));
  return formatDuration(age - (age % 1_000));
}
