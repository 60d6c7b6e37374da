import type { Ms } from "../model/basics.ts";
import { formatDuration } from "../model/duration.ts";
import type { Strategy, Timeline } from "../model/rollout.ts";
import type { DeploymentSpec } from "../model/service.ts";

type TimelineOf = Strategy["timeline"];

/** A few instances at a time, beside those that run. */
export const rollingTimeline: TimelineOf = ({ before, spec, profile }) => {
  const { deployment } = spec;
  const { replicas } = spec.runtime;
  const surge = Math.max(deployment.max_surge, deployment.max_unavailable === 0 ? 1 : 0);
  const healthy = `healthy for ${formatDuration(deployment.min_healthy_time)}`;
  if (!before) {
    const steps = [`start ${instances(replicas)}`, `wait until each has been ${healthy}`, "give them all traffic"];
    return timeline({ steps, peak: replicas, shortestMs: deployment.min_healthy_time, rounds: replicas, deployment });
  }
  const batch = Math.min(replicas, surge + deployment.max_unavailable);
  const rounds = batch === 0 ? 0 : Math.ceil(replicas / batch);
  const steps = [
    `replace ${before.runtime.replicas} by ${instances(replicas)}, ${batch} at a time`,
    profile.weightStep >= 100
      ? `switch traffic once most have been ${healthy}`
      : `shift traffic as each has been ${healthy}`,
    `drain what is replaced, at most ${formatDuration(deployment.drain_time)} each`,
  ];
  const peak = Math.max(before.runtime.replicas, replicas + Math.min(surge, replicas));
  return timeline({ steps, peak, shortestMs: rounds * deployment.min_healthy_time, rounds: replicas, deployment });
};

/** Everything stops before anything starts. */
export const recreateTimeline: TimelineOf = ({ before, spec }) => {
  const { deployment } = spec;
  const { replicas } = spec.runtime;
  const start = `start ${instances(replicas)}, healthy for ${formatDuration(deployment.min_healthy_time)}`;
  const steps = before
    ? [`stop ${instances(before.runtime.replicas)}; clients get 503 until the new release serves`, start]
    : [start];
  const peak = Math.max(before?.runtime.replicas ?? 0, replicas);
  return timeline({ steps, peak, shortestMs: deployment.min_healthy_time, rounds: 1 + replicas, deployment });
};

/** Nothing restarts. */
export const inPlaceTimeline: TimelineOf = ({ before, spec }) => {
  const { deployment } = spec;
  const had = before?.runtime.replicas ?? 0;
  const has = spec.runtime.replicas;
  const steps =
    has > had
      ? [`add ${instances(has - had)} to the ${had} that run`]
      : has < had
        ? [`drain ${had - has} of ${instances(had)}`]
        : ["take over what runs, without a restart"];
  const shortestMs = has > had ? deployment.min_healthy_time : 0;
  return timeline({ steps, peak: Math.max(had, has), shortestMs, rounds: 1 + Math.max(0, has - had), deployment });
};

/** Traffic first, then the instances. */
export const retireTimeline: TimelineOf = ({ before, spec }) => {
  const running = before?.runtime.replicas ?? 0;
  const drain = formatDuration(spec.deployment.drain_time);
  const steps = ["answer 503 to new requests", `drain for at most ${drain} and stop ${instances(running)}`];
  return timeline({ steps, peak: running, shortestMs: 0, rounds: 1, deployment: spec.deployment });
};

/** The longest: in every round the deadline may just not pass. After that it has succeeded or given up. */
function timeline(parts: {
  readonly steps: readonly string[];
  readonly peak: number;
  readonly shortestMs: Ms;
  readonly rounds: number;
  readonly deployment: DeploymentSpec;
}): Timeline {
  const roundMs = parts.deployment.progress_deadline + parts.deployment.drain_time;
  return {
    steps: parts.steps,
    peakInstances: parts.peak,
    shortestMs: parts.shortestMs,
    longestMs: Math.max(1, parts.rounds) * roundMs,
  };
}

function instances(count: number): string {
  return count === 1 ? "1 instance" : `${count} instances`;
}
