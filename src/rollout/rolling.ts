import type { Next, Strategy } from "../model/rollout.ts";
import type { Release } from "../model/state.ts";
import { converge } from "./converge.ts";
import { pastDeadline, reasonToGiveUp } from "./giving-up.ts";
import { BACK, CLEAR, clear, giveUp, rollBack, SETTLE, settle } from "./going-back.ts";
import { viewOf } from "./group-view.ts";
import { goalOf, stableOf } from "./releases.ts";
import { rollingTimeline } from "./timelines.ts";
import { end, enter, goOn, inPhase, progressed, type Turn, takeTurn } from "./turn.ts";

const FINISH = "finish";

/**
 * Replaces instances a few at a time: start new ones within `max_surge`, give them their share of traffic once they have
 * been healthy for `min_healthy_time`, let as many old ones go, and so on until the new release is alone.
 *
 * Phases: `roll` until the new release is whole and serves alone, `finish` while the old one drains away; or `back`,
 * `settle`, `clear` (`going-back.ts`). An order to promote only lifts a pause: there is no gate to skip.
 */
export const rolling: Strategy = {
  timeline: rollingTimeline,
  next: (input) =>
    takeTurn(input, (turn) => {
      const stable = stableOf(turn);
      if (turn.rollout.phase === BACK && stable) return rollBack(turn, stable);
      if (turn.rollout.phase === SETTLE && stable) return settle(turn, stable);
      if (turn.rollout.phase === CLEAR) return clear(turn);
      const goal = goalOf(turn);
      return turn.rollout.phase === FINISH ? finish(turn, goal) : roll(turn, goal);
    }),
};

function roll(asked: Turn, goal: Release): Next {
  const step = converge(asked, goal, { allAtOnce: asked.rollout.from === null, inRetreat: false });
  if (step.complete) return finish(enter(asked, FINISH), goal);
  const turn = progressed(asked, step.own.healthy);
  const because = reasonToGiveUp(turn, goal, step.own);
  if (because !== null) return giveUp(turn, because, rollBack);
  const { replicas } = goal.spec.runtime;
  const share = step.own.weight > 0 && step.own.weight < 100 ? `, ${step.own.weight}% of traffic` : "";
  return goOn(inPhase(turn, "roll"), {
    actions: step.actions,
    soonestAt: step.soonestAt,
    says: `${step.own.healthy} of ${replicas} instances of r${goal.number} healthy${share}`,
  });
}

/** The new release has replaced the stable one. Giving up now means to go to whichever copy is healthy. */
function finish(turn: Turn, goal: Release): Next {
  const step = converge(turn, goal, { allAtOnce: false, inRetreat: false });
  if (step.others.length === 0 && (step.own.weight === 100 || goal.spec.runtime.replicas === 0))
    return end(turn, "stable", `r${goal.number} serves`);
  const because = reasonToGiveUp(turn, goal, step.own);
  if (because !== null && turn.rollout.from !== null) {
    const old = viewOf(turn.fleet, turn.rollout.from, { minHealthyMs: 0, now: turn.now });
    const oldIsFitter = turn.rollout.order === "abort" ? old.ready >= step.own.ready : old.ready > step.own.ready;
    if (old.ready > 0 && oldIsFitter) return giveUp(turn, because, rollBack);
  }
  if (pastDeadline(turn, goal))
    return end(turn, "stable", `r${goal.number} serves; what it replaced has not gone away yet`);
  return goOn(turn, {
    actions: step.actions,
    soonestAt: step.soonestAt,
    says: `r${goal.number} serves, ${step.others.map((other) => `r${other.release}`).join(" and ")} drains`,
  });
}
