import type { Next } from "../model/rollout.ts";

/**
 * The fence key of one of `next.actions`: the rollout's id and the action's ordinal. Ordinals go on counting over the
 * whole life of a rollout, so a key that a target already knows is a replay.
 */
export function fenceKeyOf(next: Next, index: number): string {
  return `${next.rollout.id}#${next.rollout.ordinal - next.actions.length + index}`;
}
