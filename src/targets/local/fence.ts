import type { Fence } from "../../model/target.ts";

/** What one service has seen of fences: kept with the agent's state, so that a restarted agent still refuses. */
export interface SeenFence {
  readonly epoch: number;
  /** Keys done under this epoch. A key of an earlier epoch says nothing: its rollout may since have gone another way. */
  readonly keys: readonly string[];
}

export const NO_FENCE: SeenFence = { epoch: 0, keys: [] };

/** A rollout emits a few dozen actions; replays come at once. */
const KEYS_MAX = 2_000;

/** Whether an action may act: `fenced` by a higher epoch, a `replay` of what was done, or `new`. Pure. */
export function judgeFence(seen: SeenFence, fence: Fence): "fenced" | "replay" | "new" {
  if (fence.epoch < seen.epoch) return "fenced";
  return fence.epoch === seen.epoch && seen.keys.includes(fence.key) ? "replay" : "new";
}

/** What is seen once an action under `fence` was taken. Pure. */
export function afterFence(seen: SeenFence, { epoch, key }: Fence): SeenFence {
  return { epoch, keys: epoch > seen.epoch ? [key] : [...seen.keys, key].slice(-KEYS_MAX) };
}
