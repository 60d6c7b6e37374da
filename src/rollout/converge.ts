import type { Ms } from "../model/basics.ts";
import type { Weights } from "../model/fleet.ts";
import type { RolloutAction } from "../model/rollout.ts";
import type { Release } from "../model/state.ts";
import { type GroupView, viewOf, viewsBeside } from "./group-view.ts";
import { releaseOf } from "./releases.ts";
import { retire } from "./retiring.ts";
import { route, servesBy, weightsOf } from "./route.ts";
import type { Turn } from "./turn.ts";
import { sameWeights, splitTraffic } from "./weights.ts";

/** One step of a rolling change, forward or back, as far as the fleet allows at this moment. */
export interface Convergence {
  readonly actions: readonly RolloutAction[];
  readonly own: GroupView;
  readonly others: readonly GroupView[];
  /** Every instance of the goal is healthy and the edge serves it alone. */
  readonly complete: boolean;
  readonly soonestAt: Ms | null;
}

interface Plan {
  readonly own: GroupView;
  readonly wantOwn: number;
  readonly others: readonly (GroupView & { readonly keep: number })[];
}

/**
 * Moves a service towards `goal` without ever having fewer than `replicas - max_unavailable` ready instances or more than
 * `replicas + max_surge` in all, by our doing. Every decision follows from the fleet alone, so it does not matter how
 * often it is asked or who asked before. With `allAtOnce` a service that nobody serves yet gets traffic only when whole;
 * `inRetreat` lets instances of the others that are not ready go before the goal's own are.
 */
export function converge(
  turn: Turn,
  goal: Release,
  mode: { readonly allAtOnce: boolean; readonly inRetreat: boolean },
): Convergence {
  const plan = sizes(turn, goal, mode.inRetreat);
  const { own } = plan;
  const weights = weightsFor(turn, goal, plan, mode.allAtOnce);
  const actions: RolloutAction[] = [];
  if (plan.wantOwn > own.wanted) actions.push({ do: "ensure", release: goal, wanted: plan.wantOwn });
  actions.push(...routeTo(turn, goal, weights));
  if (plan.wantOwn < own.wanted) actions.push({ do: "ensure", release: goal, wanted: plan.wantOwn });
  for (const other of plan.others) {
    const release = releaseOf(turn, other.release);
    if (other.keep === 0) actions.push(...retire(turn, other, goal.spec.deployment.drain_time));
    else if (other.keep < other.wanted && release) actions.push({ do: "ensure", release, wanted: other.keep });
  }
  const { replicas } = goal.spec.runtime;
  const complete = own.healthy >= replicas && own.wanted === replicas && servesBy(turn, goal);
  return { actions, own, others: plan.others, complete, soonestAt: own.healthyAt };
}

/** How many instances each group should have next. */
function sizes(turn: Turn, goal: Release, inRetreat: boolean): Plan {
  const { replicas } = goal.spec.runtime;
  const { max_unavailable: unavailable, min_healthy_time: minHealthyMs } = goal.spec.deployment;
  // A change that may neither add nor take away an instance could never begin.
  const surge = Math.max(goal.spec.deployment.max_surge, unavailable === 0 ? 1 : 0);
  const own = viewOf(turn.fleet, goal.number, { minHealthyMs, now: turn.now });
  // Each by its own release's word: one that never served may need longer than the goal does.
  const ownMs = (number: number) => releaseOf(turn, number)?.spec.deployment.min_healthy_time ?? minHealthyMs;
  const others = inOrderOfLeaving(turn, viewsBeside(turn.fleet, goal.number, { minHealthyMs: ownMs, now: turn.now }));
  // What State does not know cannot be scaled, only retired whole: were it counted, two of them could block each other.
  const counted = [own, ...others.filter((other) => releaseOf(turn, other.release))];
  const total = counted.reduce((sum, group) => sum + Math.max(group.wanted, group.alive), 0);
  const room = Math.max(0, replicas + surge - total);
  const least = own.weight > 0 ? Math.max(1, replicas) : replicas;
  const wantOwn = own.wanted > replicas ? Math.min(own.wanted, least) : Math.min(replicas, own.wanted + room);

  const floor = Math.max(0, replicas - unavailable);
  const readyOthers = others.reduce((sum, other) => sum + other.ready, 0);
  let spare = Math.max(0, Math.min(own.healthy, wantOwn) + readyOthers - floor);
  // The last one serving goes before there is another only where nothing may be added.
  if (replicas > 0 && own.healthy === 0 && (surge > 0 || own.alive > 0))
    spare = Math.min(spare, Math.max(0, readyOthers - 1));
  const ownIsWell = own.healthy >= own.wanted && (own.wanted > 0 || room === 0);
  const unreadyMayGo = inRetreat || ownIsWell;

  const sized = others.map((other) => {
    const unready = unreadyMayGo ? other.wanted - other.ready : 0;
    const readyToGo = Math.min(other.ready, spare);
    const keep = other.wanted - unready - readyToGo;
    if (keep > 0 && !releaseOf(turn, other.release)) return { ...other, keep: other.wanted };
    spare -= readyToGo;
    return { ...other, keep };
  });
  return { own, wantOwn, others: sized };
}

/** Leftovers of an interrupted rollout leave first, the release that serves by right last. */
function inOrderOfLeaving(turn: Turn, others: readonly GroupView[]): GroupView[] {
  const byRight = turn.rollout.from;
  return [...others].sort(
    (a, b) => Number(a.release === byRight) - Number(b.release === byRight) || a.release - b.release,
  );
}

/** The shares of traffic that fit the sizes; null leaves the edge as it is, since nobody could serve better. */
function weightsFor(turn: Turn, goal: Release, plan: Plan, allAtOnce: boolean): Weights | null {
  const { own } = plan;
  const { replicas } = goal.spec.runtime;
  if (replicas === 0) return {};
  const others = plan.others.map((other) => ({
    release: other.release,
    // Whoever serves already may go on with what is ready; whoever does not must have been ready for long enough.
    instances: Math.min(other.keep, other.weight > 0 ? other.ready : other.healthy),
  }));
  const nobodyElse = others.every((other) => other.instances === 0);
  if (allAtOnce && nobodyElse && own.weight === 0 && own.healthy < replicas) return null;
  const weights = splitTraffic({
    incoming: {
      release: goal.number,
      instances: Math.min(own.healthy, plan.wantOwn),
      atLeast: own.ready > 0 ? own.weight : 0,
    },
    others,
    step: turn.input.weightStep ?? 1,
  });
  if (weights) return weights;
  // Everybody is to go before anybody has come: they are dead, or `max_unavailable` allows it.
  return plan.others.length > 0 && plan.others.every((other) => other.keep === 0) && own.ready === 0 ? {} : null;
}

function routeTo(turn: Turn, goal: Release, weights: Weights | null): RolloutAction[] {
  if (weights === null) return [];
  if ((weights[goal.number] ?? 0) > 0 || sameWeights(weights, weightsOf(goal))) return route(turn, weights, goal);
  if (sameWeights(weights, turn.fleet.weights)) return [];
  const most = Object.keys(weights).sort((a, b) => (weights[Number(b)] ?? 0) - (weights[Number(a)] ?? 0))[0];
  return route(turn, weights, (most === undefined ? null : releaseOf(turn, Number(most))) ?? turn.input.from ?? goal);
}
