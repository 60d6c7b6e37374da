import { formatDuration } from "../model/duration.ts";
import type { Release } from "../model/state.ts";
import type { GroupView } from "./group-view.ts";
import type { Turn } from "./turn.ts";

/**
 * Why a rollout should not go on, as one sentence; null while it may. Somebody ordered it, an instance is beyond waiting,
 * or a deadline passed in watched time.
 */
export function reasonToGiveUp(turn: Turn, goal: Release, own: GroupView): string | null {
  if (turn.rollout.order === "abort") return "it was ordered to abort";
  if (own.crashLoop) return `${own.crashLoop.id} of r${goal.number} crash-loops${because(own.crashLoop.says)}`;
  const { healthy_deadline: healthyMs } = goal.spec.deployment;
  const { phaseWatchedMs } = turn.rollout;
  // Both: an instance may well have been starting for long while nobody watched.
  if (own.slowest && own.slowest.forMs > healthyMs && phaseWatchedMs > healthyMs) {
    const { instance } = own.slowest;
    return `${instance.id} of r${goal.number} was not healthy within ${formatDuration(healthyMs)}${because(instance.says)}`;
  }
  return pastDeadline(turn, goal)
    ? `no progress within ${formatDuration(goal.spec.deployment.progress_deadline)}`
    : null;
}

/** True when this phase went without progress for as long as `governing` allows, draining included. */
export function pastDeadline(turn: Turn, governing: Release | null): boolean {
  const { progress_deadline: progressMs, drain_time: drainMs } = governing?.spec.deployment ?? DEFAULTS;
  return turn.rollout.phaseWatchedMs > progressMs + drainMs;
}

/** For groups that no release of State explains. */
const DEFAULTS = { progress_deadline: 600_000, drain_time: 30_000 };

function because(says: string | undefined): string {
  return says === undefined ? "" : `: ${says}`;
}
