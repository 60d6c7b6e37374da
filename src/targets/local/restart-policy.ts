import type { Ms } from "../../model/basics.ts";

export interface RestartTuning {
  /** Wait before the first restart; each further one waits twice as long. */
  readonly baseMs: Ms;
  readonly maxMs: Ms;
  /** So long healthy, and earlier exits are forgotten. */
  readonly forgetAfterMs: Ms;
  /** So many exits within the window are a crash loop. */
  readonly loopExits: number;
  readonly loopWindowMs: Ms;
}

export const RESTART_TUNING: RestartTuning = {
  baseMs: 500,
  maxMs: 30_000,
  forgetAfterMs: 60_000,
  loopExits: 5,
  loopWindowMs: 300_000,
};

export interface RestartDecision {
  /** Exits that still count, the one just seen last; milliseconds since the epoch. */
  readonly exits: readonly Ms[];
  readonly delayMs: Ms;
  readonly crashLoop: boolean;
  /** From the first exit that counts to this one. */
  readonly spanMs: Ms;
}

/** What follows when an instance has ended by itself. `healthyForMs`: how long it had been ready, 0 if it never was. Pure. */
export function afterExit(
  exits: readonly Ms[],
  { at, healthyForMs }: { readonly at: Ms; readonly healthyForMs: Ms },
  tuning: RestartTuning,
): RestartDecision {
  const kept = healthyForMs >= tuning.forgetAfterMs ? [] : exits.filter((exit) => at - exit <= tuning.loopWindowMs);
  const counted = [...kept, at];
  const delayMs = Math.min(tuning.maxMs, tuning.baseMs * 2 ** Math.min(counted.length - 1, 30));
  return {
    exits: counted,
    delayMs,
    crashLoop: counted.length >= tuning.loopExits,
    spanMs: at - (counted[0] ?? at),
  };
}
