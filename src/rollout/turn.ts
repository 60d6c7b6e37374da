import type { Ms } from "../model/basics.ts";
import type { Fleet } from "../model/fleet.ts";
import type { Next, Rollout, RolloutAction, StrategyInput } from "../model/rollout.ts";

/**
 * The longest silence that still counts as watching. A longer one was a crash or a pause, and uses up no deadline; the
 * driver is asked to come back well within it.
 */
const WATCH_GAP_MS_MAX = 15_000;
const WAKE_MS = 2_000;
const WAKE_AFTER_ACTION_MS = 500;

/** One asking of a strategy: the fleet as seen, and the rollout with the time that was watched since the last asking. */
export interface Turn {
  readonly input: StrategyInput;
  readonly fleet: Fleet;
  readonly rollout: Rollout;
  readonly now: Ms;
}

export type Wake = Next["wake"];

/** Takes a turn with `play`, unless the fleet cannot be seen or somebody ordered a pause: then nothing is decided. */
export function takeTurn(input: StrategyInput, play: (turn: Turn) => Next): Next {
  const { rollout, fleet, now } = input;
  if (rollout.order === "pause") return hold(input, `paused in phase ${rollout.phase}`);
  if (fleet === null) return hold(input, `holding: ${rollout.service} cannot be seen`);
  const silence = now - rollout.lastSeenAt;
  const watched = silence > 0 && silence <= WATCH_GAP_MS_MAX ? silence : 0;
  const seen = { ...rollout, phaseWatchedMs: rollout.phaseWatchedMs + watched, lastSeenAt: now };
  return play({ input, fleet, now, rollout: seen });
}

function hold(input: StrategyInput, says: string): Next {
  return {
    rollout: { ...input.rollout, lastSeenAt: input.now },
    actions: [],
    says,
    wake: { is: "change", by: input.now + WAKE_MS },
  };
}

/** The answer of a turn that goes on: counts its actions and says when to ask again at the latest. */
export function goOn(
  turn: Turn,
  answer: { readonly actions: readonly RolloutAction[]; readonly says: string; readonly soonestAt?: Ms | null },
): Next {
  const latest = turn.now + (answer.actions.length > 0 ? WAKE_AFTER_ACTION_MS : WAKE_MS);
  const soonest = answer.soonestAt ?? latest;
  return {
    rollout: { ...turn.rollout, ordinal: turn.rollout.ordinal + answer.actions.length },
    actions: answer.actions,
    says: answer.says,
    wake: { is: "change", by: Math.max(turn.now + 1, Math.min(latest, soonest)) },
  };
}

/** The answer of the last turn. Asked again, a strategy gives it again: the phase stays. */
export function end(turn: Turn, as: Extract<Wake, { is: "ended" }>["as"], says: string): Next {
  return { rollout: turn.rollout, actions: [], says, wake: { is: "ended", as } };
}

/** The same turn in another phase, whose deadline starts anew. */
export function enter(turn: Turn, phase: string): Turn {
  return { ...turn, rollout: { ...turn.rollout, phase, step: 0, phaseWatchedMs: 0 } };
}

/** The same turn under the phase's own name, which a fresh rollout does not carry yet. */
export function inPhase(turn: Turn, phase: string): Turn {
  return turn.rollout.phase === phase ? turn : { ...turn, rollout: { ...turn.rollout, phase } };
}

/** Notes progress: whenever `reached` is higher than ever in this phase, the deadline starts anew. Bounded by what can be reached. */
export function progressed(turn: Turn, reached: number): Turn {
  if (reached <= turn.rollout.step) return turn;
  return { ...turn, rollout: { ...turn.rollout, step: reached, phaseWatchedMs: 0 } };
}
