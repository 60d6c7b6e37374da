/**
 * `health/` says what samples mean, keeps them in Git and counts them. It promises that uptime is honest: what was
 * expected, what was asked and what passed are counted apart, and every figure can be worked out again from what is kept.
 * It asks nobody anything (`probes/`) and draws nothing (`site/`).
 */
import type { Ms } from "../model/basics.ts";
import { formatDuration } from "../model/duration.ts";
import type { Sample, Verdict } from "../model/health.ts";
import type { DesiredStatus } from "../model/service.ts";

export interface VerdictRules {
  readonly status: DesiredStatus;
  readonly intervalMs: Ms;
  /** How long one asking may take: a sample cannot be younger than that. */
  readonly timeoutMs?: Ms;
  readonly failure_threshold: number;
  readonly success_threshold: number;
  readonly now: Ms;
}

/** A verdict and one sentence for people that says why. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly says: string;
}

/**
 * Judges a service by its samples, newest last. A failure counts once `failure_threshold` askings in a row have confirmed
 * it, a recovery after `success_threshold`; without any history the first good answer suffices. Samples older than three
 * intervals say nothing about now: the verdict is `unknown`, never the last one that was known.
 */
export function verdictOf(samples: readonly Sample[], rules: VerdictRules): Judgement {
  if (rules.status === "maintenance") return { verdict: "maintenance", says: "In maintenance, as declared." };
  if (rules.status === "inactive") return { verdict: "unknown", says: "Switched off, as declared." };
  const last = samples.at(-1);
  if (!last) return { verdict: "unknown", says: "Not checked yet." };
  const age = rules.now - last.at;
  if (age > staleAfterMs(rules)) {
    return { verdict: "unknown", says: `Last checked ${roughly(age)} ago, too long to say how it is now.` };
  }
  const { state, run } = replay(samples, rules);
  return state === "down" ? whenDown(last, run, rules) : whenUp(last, state, run, rules);
}

/** How old the newest sample may be before it says nothing any more. */
export function staleAfterMs({ intervalMs, timeoutMs = 0 }: { intervalMs: Ms; timeoutMs?: Ms }): Ms {
  return 3 * intervalMs + timeoutMs;
}

/** `run` counts the newest samples in a row that failed, or that did not. */
function replay(samples: readonly Sample[], rules: VerdictRules): { state: "new" | "up" | "down"; run: number } {
  let state: "new" | "up" | "down" = "new";
  let run = 0;
  let failing = false;
  for (const sample of samples) {
    const failed = sample.outcome === "fail";
    run = failed === failing ? run + 1 : 1;
    failing = failed;
    if (failed && run >= rules.failure_threshold) state = "down";
    else if (!failed && (state === "new" || run >= rules.success_threshold)) state = "up";
  }
  return { state, run };
}

function whenDown(last: Sample, run: number, rules: VerdictRules): Judgement {
  if (last.outcome !== "fail")
    return {
      verdict: "down",
      says: `Answering again; ${run} of ${rules.success_threshold} checks in a row before it counts as up.`,
    };
  return {
    verdict: "down",
    says: `${run === 1 ? "The last check" : `${run} checks in a row`} failed: ${reasonOf(last)}.`,
  };
}

function whenUp(last: Sample, state: "new" | "up", run: number, rules: VerdictRules): Judgement {
  if (last.outcome === "fail") {
    const says = `The last check failed (${reasonOf(last)}); ${run} of ${rules.failure_threshold} in a row before it counts.`;
    return { verdict: state === "up" ? "operational" : "unknown", says };
  }
  if (last.outcome === "warn") return { verdict: "degraded", says: `Answers, but not well: ${reasonOf(last)}.` };
  const latency = last.latencyMs === undefined ? "" : ` in ${Math.round(last.latencyMs)} ms`;
  return { verdict: "operational", says: `Answering${latency}.` };
}

/** Why a sample did not pass, in a few words. */
export function reasonOf(sample: Sample): string {
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
