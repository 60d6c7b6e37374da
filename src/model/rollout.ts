import type { Ms, ServiceId } from "./basics.ts";
import type { EdgePolicy, Evidence, RouteAction } from "./edge.ts";
import type { Fleet } from "./fleet.ts";
import type { Spec, StrategyName } from "./service.ts";
import type { Release } from "./state.ts";
import type { TargetAction, TargetProfile } from "./target.ts";

/**
 * How a service goes from one release to another: what the user chose, or one of two that follow from the plan.
 * `in-place` when no process can see the change; `retire` when nothing is to run any more (delete, `status: inactive`).
 */
export type RolloutStrategy = StrategyName | "in-place" | "retire";

/** Plain JSON in State: this is what makes pause and resume possible. */
export interface Rollout {
  /** Unique in the environment: `<service>/<to>/<epoch>`. */
  readonly id: string;
  readonly service: ServiceId;
  /** The stable release being replaced; null for a first one. */
  readonly from: number | null;
  /** The release being brought in; null when the service goes away. */
  readonly to: number | null;
  readonly strategy: RolloutStrategy;
  /** The strategy's own word for where it is. */
  readonly phase: string;
  readonly step: number;
  /** Counts emitted actions: `<id>#<ordinal>` is the fence key. */
  readonly ordinal: number;
  /** Deadlines count watched time only: a pause or a crash uses none of it. */
  readonly phaseWatchedMs: Ms;
  readonly lastSeenAt: Ms;
  /** From a person or another run. */
  readonly order?: "promote" | "abort" | "pause";
  /** Why it aborts, once it does. */
  readonly because?: string;
  /** The id this service had: what runs under it on the target is renamed before anything else. */
  readonly movedFrom?: ServiceId;
}

export interface StrategyInput {
  readonly rollout: Rollout;
  /** null while target or edge cannot be seen: every strategy then holds, and no deadline runs. */
  readonly fleet: Fleet | null;
  readonly evidence: Evidence | null;
  readonly now: Ms;
  readonly to: Release | null;
  readonly from: Release | null;
  /** Compiled from the release that is to serve: `to`'s, or `from`'s on the way back. */
  readonly policyOf: (release: Release) => EdgePolicy;
  /** Further releases that State knows, so that what an interrupted rollout left can be scaled down step by step. */
  readonly known?: readonly Release[];
  /** Smallest share of traffic that target and edge can give, in percent; 1 when absent, 100 means all or nothing. */
  readonly weightStep?: number;
}

export type RolloutAction = TargetAction | RouteAction;

export interface Next {
  readonly rollout: Rollout;
  /** In order; `fenceKeyOf` (`rollout/fence-key.ts`) gives each its key. */
  readonly actions: readonly RolloutAction[];
  /** One line for people: `2 of 3 instances of r7 ready`. */
  readonly says: string;
  readonly wake:
    | { readonly is: "at"; readonly at: Ms }
    | { readonly is: "change"; readonly by: Ms }
    | { readonly is: "ended"; readonly as: "stable" | "rolled-back" | "no-stable" | "gone" };
}

/** What a plan says of a rollout before it runs. */
export interface Timeline {
  readonly steps: readonly string[];
  readonly peakInstances: number;
  readonly shortestMs: Ms;
  readonly longestMs: Ms;
}

/** A pure state machine, a file each in `rollout/`; the same ones serve every target. */
export interface Strategy {
  /** What it would do with `spec` in place of `before`, for the plan's reader. */
  timeline(input: { readonly before: Spec | null; readonly spec: Spec; readonly profile: TargetProfile }): Timeline;
  /** Idempotent: asked again with the same world it emits the same actions, and none once they have taken effect. */
  next(input: StrategyInput): Next;
}
