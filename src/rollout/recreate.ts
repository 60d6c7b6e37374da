import type { Next, RolloutAction, Strategy } from "../model/rollout.ts";
import type { Release } from "../model/state.ts";
import { pastDeadline, reasonToGiveUp } from "./giving-up.ts";
import { BACK, backAgain, CLEAR, clear, giveUp, SETTLE, settle } from "./going-back.ts";
import { type GroupView, viewOf, viewsBeside } from "./group-view.ts";
import { goalOf, stableOf } from "./releases.ts";
import { retire } from "./retiring.ts";
import { route, routeNothing, servesBy, weightsOf } from "./route.ts";
import { recreateTimeline } from "./timelines.ts";
import { end, enter, goOn, inPhase, progressed, type Turn, takeTurn } from "./turn.ts";

/**
 * Stops the old release entirely before the new one starts: for what must never run twice, such as the owner of a volume.
 * Clients are answered 503 with Retry-After in between; that is the price, and the plan says so.
 */
export const recreate: Strategy = {
  timeline: recreateTimeline,
  next: (input) =>
    takeTurn(input, (turn) => {
      const stable = stableOf(turn);
      if (turn.rollout.phase === BACK && stable) return back(turn, stable);
      if (turn.rollout.phase === SETTLE && stable) return settle(turn, stable);
      if (turn.rollout.phase === CLEAR) return clear(turn);
      return forward(turn, goalOf(turn));
    }),
};

function forward(asked: Turn, goal: Release): Next {
  const swap = swapTo(asked, goal);
  if (swap.complete) return end(asked, "stable", `r${goal.number} serves`);
  const turn = progressed(asked, swap.reached);
  const because = reasonToGiveUp(turn, goal, swap.own);
  if (because !== null) return giveUp(turn, because, back);
  return goOn(inPhase(turn, swap.alone ? "start" : "stop"), swap);
}

function back(asked: Turn, stable: Release): Next {
  const swap = swapTo(asked, stable);
  const turn = progressed(asked, swap.reached);
  if (swap.complete) return backAgain(turn, stable);
  if (pastDeadline(turn, stable)) return settle(enter(turn, SETTLE), stable);
  return goOn(turn, { ...swap, says: `going back to r${stable.number}: ${swap.says}` });
}

interface Swap {
  readonly own: GroupView;
  readonly alone: boolean;
  readonly complete: boolean;
  /** How far it has come: the others gone, then each healthy instance. */
  readonly reached: number;
  readonly actions: readonly RolloutAction[];
  readonly says: string;
  readonly soonestAt: number | null;
}

function swapTo(turn: Turn, goal: Release): Swap {
  const { replicas } = goal.spec.runtime;
  const how = { minHealthyMs: goal.spec.deployment.min_healthy_time, now: turn.now };
  const own = viewOf(turn.fleet, goal.number, how);
  const others = viewsBeside(turn.fleet, goal.number, how);
  const whole = own.wanted === replicas && own.healthy >= replicas;
  // Told to go earlier and not gone yet: its successor waits, though both are the same release.
  const leaving = own.wanted === 0 && own.alive > 0;
  const alone = others.length === 0 && !leaving;
  const actions: RolloutAction[] = [];
  const othersServe = others.some((other) => other.weight > 0);
  if (whole || (othersServe && own.weight > 0 && own.ready > 0)) actions.push(...route(turn, weightsOf(goal), goal));
  else if (othersServe || (!alone && own.weight === 0)) actions.push(...routeNothing(turn, turn.input.from ?? goal));
  for (const other of others) actions.push(...retire(turn, other, goal.spec.deployment.drain_time));
  if (alone && own.wanted !== replicas) actions.push({ do: "ensure", release: goal, wanted: replicas });
  const leavers = others.map((other) => `r${other.release}`).join(" and ");
  return {
    own,
    alone,
    complete: alone && whole && servesBy(turn, goal),
    reached: alone ? 1 + own.healthy : 0,
    actions,
    says: alone
      ? `${own.healthy} of ${replicas} instances of r${goal.number} healthy`
      : `waiting until ${leavers || `the last instance of r${goal.number}`} has stopped`,
    soonestAt: own.healthyAt,
  };
}
