import { digestOf } from "../model/digest.ts";
import type { EdgePolicy } from "../model/edge.ts";
import type { Next, RolloutAction, Strategy } from "../model/rollout.ts";
import { pastDeadline } from "./giving-up.ts";
import { BACK, giveUp, rollBack, SETTLE, settle } from "./going-back.ts";
import { servesOnly, viewsBeside } from "./group-view.ts";
import { stableOf } from "./releases.ts";
import { retire as retireGroup } from "./retiring.ts";
import { retireTimeline } from "./timelines.ts";
import { end, goOn, inPhase, type Turn, takeTurn } from "./turn.ts";

const NO_DEPLOYMENT_DRAIN_MS = 10_000;

/**
 * Takes a service away: first its traffic, then, drained, every instance, and last its place at the edge. If that does not
 * succeed in time, or somebody orders it back, the stable release serves again.
 */
export const retire: Strategy = {
  timeline: retireTimeline,
  next: (input) =>
    takeTurn(input, (turn) => {
      const stable = stableOf(turn);
      if (turn.rollout.phase === BACK && stable) return rollBack(turn, stable);
      if (turn.rollout.phase === SETTLE && stable) return settle(turn, stable);
      return away(turn);
    }),
};

function away(turn: Turn): Next {
  const { from } = turn.input;
  const nowhere = unreachable(turn.rollout.service);
  const groups = viewsBeside(turn.fleet, null, { minHealthyMs: 0, now: turn.now });
  const forgotten = turn.fleet.policy === null || turn.fleet.policy === digestOf(nowhere);
  if (groups.length === 0 && servesOnly(turn.fleet, null) && forgotten)
    return end(turn, "gone", `${turn.rollout.service} has stopped`);
  const late = pastDeadline(turn, from);
  const because = turn.rollout.order === "abort" ? "it was ordered to abort" : late ? "it did not stop in time" : null;
  if (because !== null && from) return giveUp(turn, because, rollBack);
  if (late) return end(turn, "no-stable", `${turn.rollout.service} did not stop in time`);
  const drainMs = from?.spec.deployment.drain_time ?? NO_DEPLOYMENT_DRAIN_MS;
  // While instances drain, the edge still answers on the service's port; with the last one the port is free again.
  const policy = from && groups.length > 0 ? turn.input.policyOf(from) : nowhere;
  const actions: RolloutAction[] = [];
  if (!servesOnly(turn.fleet, null) || groups.length === 0)
    actions.push({ do: "route", service: turn.rollout.service, weights: {}, policy });
  for (const group of groups) actions.push(...retireGroup(turn, group, drainMs));
  return goOn(inPhase(turn, "retire"), { actions, says: `${turn.rollout.service} drains and stops` });
}

function unreachable(service: string): EdgePolicy {
  return { service, port: null, hosts: [], endpoints: [], maintenance: false };
}
