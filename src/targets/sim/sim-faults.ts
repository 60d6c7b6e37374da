import type { RolloutAction } from "../../model/rollout.ts";

/** What goes wrong between whoever acts or looks and the world. */
export interface SimFaults {
  /** `lost-before` and `lost-after`: the connection broke before, or after, the action had its effect; the caller cannot tell. */
  onAct(action: RolloutAction): "none" | "refused" | "lost-before" | "lost-after";
  /** `stale`: the fleet as it was when last shown. `lost`: the question broke altogether. */
  onObserve(): "none" | "unreachable" | "stale" | "lost";
}

export const NO_FAULTS: SimFaults = { onAct: () => "none", onObserve: () => "none" };

/** How often each fault strikes, from 0 to 1. */
export interface FaultRates {
  readonly refused: number;
  readonly lost: number;
  readonly unreachable: number;
  readonly stale: number;
}

/** Faults that follow from `random` alone, until `stop` is called: from then on nothing goes wrong any more. */
export function seededFaults(random: () => number, rates: FaultRates): SimFaults & { stop(): void } {
  let stopped = false;
  return {
    onAct() {
      if (stopped) return "none";
      const ticket = random();
      if (ticket < rates.refused) return "refused";
      if (ticket < rates.refused + rates.lost / 2) return "lost-before";
      return ticket < rates.refused + rates.lost ? "lost-after" : "none";
    },
    onObserve() {
      if (stopped) return "none";
      const ticket = random();
      if (ticket < rates.unreachable) return "unreachable";
      if (ticket < rates.unreachable + rates.stale) return "stale";
      return ticket < rates.unreachable + rates.stale + rates.lost / 4 ? "lost" : "none";
    },
    stop() {
      stopped = true;
    },
  };
}
