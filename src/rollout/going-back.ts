import type { Next } from "../model/rollout.ts";
import type { Release } from "../model/state.ts";
import { converge } from "./converge.ts";
import { pastDeadline } from "./giving-up.ts";
import { viewOf, viewsBeside } from "./group-view.ts";
import { stableOf } from "./releases.ts";
import { retire } from "./retiring.ts";
import { route, routeNothing, servesBy, weightsOf } from "./route.ts";
import { end, enter, goOn, progressed, type Turn } from "./turn.ts";

/** The phases that every strategy shares once it has given up; a rollback is never rolled back. */
export const BACK = "back";
export const SETTLE = "settle";
export const CLEAR = "clear";

/**
 * Gives up: back to the stable release with its own configuration, or, where there is none, to nothing at all, said
 * plainly instead of hanging. `back` is how this strategy returns.
 */
export function giveUp(turn: Turn, because: string, back: (turn: Turn, stable: Release) => Next): Next {
  const stable = stableOf(turn);
  // The order is obeyed by this; left in place it would be taken for a new one.
  const { order: _obeyed, ...rest } = turn.rollout;
  const informed: Turn = { ...turn, rollout: { ...rest, because } };
  return stable ? back(enter(informed, BACK), stable) : clear(enter(informed, CLEAR));
}

/** Rolls back to the stable release as gently as forward, but lets what fails go first. */
export function rollBack(asked: Turn, stable: Release): Next {
  const step = converge(asked, stable, { allAtOnce: false, inRetreat: true });
  const turn = progressed(asked, step.own.healthy);
  if (step.complete && step.others.length === 0) return backAgain(turn, stable);
  if (pastDeadline(turn, stable)) return settle(enter(turn, SETTLE), stable);
  return goOn(turn, {
    actions: step.actions,
    soonestAt: step.soonestAt,
    says: `going back to r${stable.number}: ${step.own.healthy} of ${stable.spec.runtime.replicas} healthy (${reason(turn)})`,
  });
}

/** The stable release serves again. */
export function backAgain(turn: Turn, stable: Release): Next {
  return end(turn, "rolled-back", `r${stable.number} serves again: ${reason(turn)}`);
}

/**
 * The stable release would not become whole in time. Whatever of it is ready serves, the rest of the change is taken
 * away, and the rollout ends: its supervisor goes on trying, we do not.
 */
export function settle(turn: Turn, stable: Release): Next {
  const how = { minHealthyMs: 0, now: turn.now };
  const own = viewOf(turn.fleet, stable.number, how);
  const others = viewsBeside(turn.fleet, stable.number, how);
  const settled = others.length === 0 && servesBy(turn, stable);
  if (own.ready === 0 || settled || pastDeadline(turn, stable))
    return end(turn, "rolled-back", `r${stable.number} is wanted again but is not healthy: ${reason(turn)}`);
  const drainMs = stable.spec.deployment.drain_time;
  const actions = [
    ...route(turn, weightsOf(stable), stable),
    ...others.flatMap((other) => retire(turn, other, drainMs)),
  ];
  return goOn(turn, { actions, says: `settling for what is ready of r${stable.number} (${reason(turn)})` });
}

/** Takes everything away, since there is no stable release to go back to. */
export function clear(turn: Turn): Next {
  const how = { minHealthyMs: 0, now: turn.now };
  const groups = viewsBeside(turn.fleet, null, how);
  const governing = turn.input.to;
  if (groups.length === 0 || pastDeadline(turn, governing) || !governing)
    return end(turn, "no-stable", `nothing to go back to: ${reason(turn)}`);
  const actions = [
    ...routeNothing(turn, governing),
    ...groups.flatMap((group) => retire(turn, group, governing.spec.deployment.drain_time)),
  ];
  return goOn(turn, {
    actions,
    says: `taking r${governing.number} away, there is no stable release (${reason(turn)})`,
  });
}

function reason(turn: Turn): string {
  return turn.rollout.because ?? "no reason was recorded";
}
