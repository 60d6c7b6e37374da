/**
 * `health/` says what samples mean, keeps them in Git and counts them. It promises that uptime is honest: what was
 * expected, what was asked and what passed are counted apart, and every figure can be worked out again from what is kept.
 * It asks nobody anything (`probes/`) and draws nothing (`site/`).
 */
import type { Ms } from "../model/basics.ts";
import type { Because } from "../model/because.ts";
import { formatDuration } from "../model/duration.ts";
import type { Sample, Verdict } from "../model/health.ts";
import type { DesiredStatus } from "../model/service.ts";
import { type Replay, replay } from "./replay.ts";
import { graver } from "./timeline.ts";
import type { Track, TrackEvent } from "./tracks.ts";
import { tooOldForNowMs } from "./watching.ts";

/** A verdict, why, and the same as one English sentence. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly says: string;
  readonly because: Because;
}

/**
 * Judges a service as it is now: what its timeline (`timeline.ts`) last knew, since both come of one replay. Samples arrive
 * late, so this waits longer than the timeline (`tooOldForNowMs`); a sample that is older still says nothing about now: the verdict is `unknown`, never the last one that was known.
 */
export function verdictOf(
  tracks: readonly Track[] | undefined,
  { status, now }: { readonly status: DesiredStatus; readonly now: Ms },
): Judgement {
  if (status === "maintenance") return judgement("maintenance", { is: "declared-maintenance" });
  if (status === "inactive") return judgement("unknown", { is: "switched-off" });
  let judged: TrackJudgement | null = null;
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
  return judged === null ? judgement("unknown", { is: "never-checked" }) : judgement(judged.verdict, judged.because);
}

function judgement(verdict: Verdict, because: Because): Judgement {
  return { verdict, says: sentenceOf(because), because };
}

interface TrackJudgement {
  readonly at: Ms;
  readonly verdict: Verdict;
  readonly because: Because;
}

function judgeTrack(events: readonly TrackEvent[], now: Ms): TrackJudgement | null {
  const last = events.at(-1);
  if (last === undefined) return null;
  const { at, sample } = last;
  if (now - at > tooOldForNowMs(last.watching))
    return { at, verdict: "unknown", because: { is: "stale", ageMs: now - at } };
  if (sample.during === "maintenance") return { at, verdict: "maintenance", because: { is: "announced-maintenance" } };
  if (sample.outcome === "unknown")
    return { at, verdict: "unknown", because: { is: "not-checkable", reason: reasonOf(sample) } };
  const replayed = replay(events);
  const verdict = replayed.changes.at(-1)?.verdict ?? "unknown";
  return { at, verdict, because: becauseOf(last, verdict, replayed) };
}

function becauseOf({ sample, watching }: TrackEvent, verdict: Verdict, { runs }: Replay): Because {
  const { failure_threshold: failures, success_threshold: successes } = watching;
  const reason = reasonOf(sample);
  if (sample.outcome === "fail") {
    if (verdict === "down") return { is: "failing", inRow: runs.failing.n, reason };
    return { is: "failed", inRow: runs.failing.n, of: failures, reason };
  }
  if (verdict === "down") return { is: "answering-again", inRow: runs.answering.n, of: successes };
  if (sample.outcome === "warn") {
    if (verdict === "degraded") return { is: "ailing", reason };
    return { is: "ailed", inRow: runs.ailing.n, of: failures, reason };
  }
  if (verdict === "degraded") return { is: "well-again", inRow: runs.passing.n, of: successes };
  const latencyMs = "latencyMs" in sample ? sample.latencyMs : undefined;
  return { is: "answering", ...(latencyMs !== undefined ? { latencyMs } : {}) };
}

/** In English: for terminals, feeds and programs. The site has its own tables (`site/src/texts`). */
function sentenceOf(because: Because): string {
  switch (because.is) {
    case "declared-maintenance":
      return "In maintenance, as declared.";
    case "announced-maintenance":
      return "In maintenance, as announced.";
    case "switched-off":
      return "Switched off, as declared.";
    case "never-checked":
      return "Not checked yet.";
    case "stale":
      return `Last checked ${roughly(because.ageMs)} ago, too long to say how it is now.`;
    case "not-checkable":
      return `It could not be checked: ${because.reason}.`;
    case "failing":
      return `${because.inRow > 1 ? `${because.inRow} checks in a row` : "The last check"} failed: ${because.reason}.`;
    case "failed":
      return `The last check failed (${because.reason}); ${because.inRow} of ${because.of} in a row before it counts.`;
    case "answering-again":
      return `Answering again; ${because.inRow} of ${because.of} checks in a row before it counts as up.`;
    case "ailing":
      return `Answers, but not well: ${because.reason}.`;
    case "ailed":
      return `Answers, but not well (${because.reason}); ${because.inRow} of ${because.of} in a row before it counts.`;
    case "well-again":
      return `Answering well again; ${because.inRow} of ${because.of} checks in a row before it counts.`;
    case "answering":
      return because.latencyMs === undefined ? "Answering." : `Answering in ${Math.round(because.latencyMs)} ms.`;
  }
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
