import type { Next, RolloutAction, Strategy } from "../model/rollout.ts";
import type { Release } from "../model/state.ts";
import { pastDeadline, reasonToGiveUp } from "./giving-up.ts";
import { BACK, backAgain, CLEAR, clear, giveUp, SETTLE, settle } from "./going-back.ts";
import { type GroupView, viewOf, viewsBeside } from "./group-view.ts";
import { goalOf, stableOf } from "./releases.ts";
import { retire } from "./retiring.ts";
import { route, routeNothing, servesBy, weightsOf } from "./route.ts";
import { inPlaceTimeline } from "./timelines.ts";
import { end, enter, goOn, inPhase, progressed, type Turn, takeTurn } from "./turn.ts";

/**
 * Makes the running instances those of the new release without a restart, for changes that no process can see: another
 * policy at the edge, another number of instances, another description. Only added instances can fail, so only they
 * are waited for.
 */
export const inPlace: Strategy = {
  timeline: inPlaceTimeline,
  next: (input) =>
    takeTurn(input, (turn) => {
      const stable = stableOf(turn);
      if (turn.rollout.phase === BACK && stable) return back(turn, stable);
      if (turn.rollout.phase === SETTLE && stable) return settle(turn, stable);
      if (turn.rollout.phase === CLEAR) return clear(turn);
      return forward(turn, goalOf(turn), stable);
    }),
};

function forward(asked: Turn, goal: Release, stable: Release | null): Next {
  const adoption = adopt(asked, goal, stable);
  if (adoption.complete) return end(asked, "stable", `r${goal.number} serves`);
  const turn = progressed(asked, adoption.own.healthy);
  const because = reasonToGiveUp(turn, goal, adoption.grows ? adoption.own : { ...adoption.own, ...UNBLAMED });
  if (because !== null) return giveUp(turn, because, back);
  return goOn(inPhase(turn, "adopt"), adoption);
}

/** What fails among instances that ran before this change is none of its doing. */
const UNBLAMED = { crashLoop: null, slowest: null };

function back(asked: Turn, stable: Release): Next {
  const adoption = adopt(asked, stable, asked.input.to);
  const turn = progressed(asked, adoption.own.healthy);
  if (adoption.complete) return backAgain(turn, stable);
  if (pastDeadline(turn, stable)) return settle(enter(turn, SETTLE), stable);
  return goOn(turn, { ...adoption, says: `going back to r${stable.number}: ${adoption.says}` });
}

interface Adoption {
  readonly own: GroupView;
  /** More instances are wanted than the release before had. */
  readonly grows: boolean;
  readonly complete: boolean;
  readonly actions: readonly RolloutAction[];
  readonly says: string;
  readonly soonestAt: number | null;
}

function adopt(turn: Turn, goal: Release, donor: Release | null): Adoption {
  const { replicas } = goal.spec.runtime;
  const how = { minHealthyMs: goal.spec.deployment.min_healthy_time, now: turn.now };
  const own = viewOf(turn.fleet, goal.number, how);
  const others = viewsBeside(turn.fleet, goal.number, how);
  const donated = donor ? others.find((other) => other.release === donor.number) : undefined;
  const strays = others.filter((other) => other !== donated);
  const grows = replicas > (donor?.spec.runtime.replicas ?? 0);
  const adopted = own.wanted === replicas && donated === undefined;
  const actions: RolloutAction[] = [];
  if (replicas === 0) actions.push(...routeNothing(turn, goal));
  else if (own.healthy > 0 || (own.ready > 0 && own.weight > 0)) actions.push(...route(turn, weightsOf(goal), goal));
  // Scaled to nothing, a group drains only after its traffic has gone.
  if (!adopted && (replicas > 0 || own.weight + (donated?.weight ?? 0) === 0))
    actions.push({ do: "ensure", release: goal, wanted: replicas, ...(donor ? { adopt: donor.number } : {}) });
  for (const stray of strays) actions.push(...retire(turn, stray, goal.spec.deployment.drain_time));
  const whole = !grows || own.healthy >= replicas;
  return {
    own,
    grows,
    complete: adopted && whole && strays.length === 0 && servesBy(turn, goal),
    actions,
    says: adopted
      ? `${own.healthy} of ${replicas} instances of r${goal.number} healthy`
      : `r${goal.number} takes over what runs, without a restart`,
    soonestAt: own.healthyAt,
  };
}
