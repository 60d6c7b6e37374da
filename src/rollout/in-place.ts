import type { Next, RolloutAction, Strategy } from "../model/rollout.ts";
import type { Release } from "../model/state.ts";
import { converge } from "./converge.ts";
import { pastDeadline, reasonToGiveUp } from "./giving-up.ts";
import { BACK, backAgain, CLEAR, clear, giveUp, SETTLE, settle } from "./going-back.ts";
import type { GroupView } from "./group-view.ts";
import { goalOf, stableOf } from "./releases.ts";
import { servesBy } from "./route.ts";
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

/** First the instances change hands, then the rest (more, fewer, another policy, leftovers) goes as in a rolling change. */
function adopt(turn: Turn, goal: Release, donor: Release | null): Adoption {
  const { replicas } = goal.spec.runtime;
  const grows = replicas > (donor?.spec.runtime.replicas ?? 0);
  const step = converge(turn, goal, { allAtOnce: false, inRetreat: false });
  const donated = donor ? step.others.find((other) => other.release === donor.number) : undefined;
  if (donor && donated) {
    const wanted = wantedOnAdoption(goal, donated, [step.own, ...step.others]);
    return {
      ...step,
      grows,
      complete: false,
      actions: [{ do: "ensure", release: goal, wanted, adopt: donor.number }],
      says: `r${goal.number} takes over what runs, without a restart`,
    };
  }
  const whole = step.own.wanted === replicas && (!grows || step.own.healthy >= replicas);
  return {
    ...step,
    grows,
    complete: whole && step.others.length === 0 && servesBy(turn, goal),
    says: `${step.own.healthy} of ${replicas} instances of r${goal.number} healthy`,
  };
}

/** As many as are wanted in the end, but not more than may run at once; and none leaves with its traffic. */
function wantedOnAdoption(goal: Release, donated: GroupView, groups: readonly GroupView[]): number {
  const { replicas } = goal.spec.runtime;
  const total = groups.reduce((sum, group) => sum + Math.max(group.wanted, group.alive), 0);
  const room = Math.max(0, replicas + goal.spec.deployment.max_surge - total);
  const had = donated.wanted + (groups[0]?.wanted ?? 0);
  return Math.min(Math.max(replicas, 1), had + room);
}
