import type { Ms, ServiceId } from "../model/basics.ts";
import type { Rollout, RolloutStrategy } from "../model/rollout.ts";
import type { Claim } from "../model/state.ts";

/**
 * The Rollout that a step starts with: nothing watched, nothing emitted. `from` is the stable release (null: none yet),
 * `to` the new one (null: the service goes away); `now` is wall time.
 */
export function beginRollout(start: {
  readonly service: ServiceId;
  readonly from: number | null;
  readonly to: number | null;
  readonly strategy: RolloutStrategy;
  /** Of the run that begins it. Its nonce keeps the fence keys of a State that was begun anew apart from those of the old one. */
  readonly claim: Pick<Claim, "epoch" | "nonce">;
  readonly now: Ms;
}): Rollout {
  return {
    id: `${start.service}/${start.to ?? "gone"}/${start.claim.epoch}-${start.claim.nonce.slice(0, 8)}`,
    service: start.service,
    from: start.from,
    to: start.to,
    strategy: start.strategy,
    phase: "begin",
    step: 0,
    ordinal: 0,
    phaseWatchedMs: 0,
    lastSeenAt: start.now,
  };
}
