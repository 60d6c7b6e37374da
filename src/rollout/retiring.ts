import type { Ms } from "../model/basics.ts";
import type { TargetAction } from "../model/target.ts";
import type { GroupView } from "./group-view.ts";
import { releaseOf } from "./releases.ts";
import type { Turn } from "./turn.ts";

/**
 * Retires a group that is seen to have no traffic; nothing while it still has some, or once it is on its way out. How
 * each instance drains is the target's business, within the `drain_time` of the release that the instance runs.
 */
export function retire(turn: Turn, group: GroupView, fallbackDrainMs: Ms): TargetAction[] {
  if (group.weight > 0 || (group.wanted === 0 && group.staying === 0)) return [];
  const { service } = turn.rollout;
  return [
    { do: "retire", service, release: group.release, drainMs: drainMsOf(turn, group.release) ?? fallbackDrainMs },
  ];
}

function drainMsOf(turn: Turn, number: number): Ms | undefined {
  return releaseOf(turn, number)?.spec.deployment.drain_time;
}
