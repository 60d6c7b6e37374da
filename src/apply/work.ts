import type { ServiceId } from "../model/basics.ts";
import type { Step } from "../model/plan.ts";
import type { Rollout } from "../model/rollout.ts";
import type { Release, ServiceRecord } from "../model/state.ts";

/** One service that this round changes. */
export interface Work {
  readonly service: ServiceId;
  /** What the plan says; null where an earlier run's rollout is gone on with, what ran is brought back, or somebody rolls back. */
  readonly step: Step | null;
  readonly why: "step" | "resume" | "restore" | "rollback";
  /** The release coming in that this round recorded; null where none was. */
  readonly release: Release | null;
  /** Null: nothing runs, so that recording it was all there was to do. */
  readonly rollout: Rollout | null;
  /** The record as it is to be written before anything acts; null removes it. */
  readonly record: ServiceRecord | null;
  /** The record as this round found it: what stands again should the work be skipped. */
  readonly prior: ServiceRecord | null;
  /** Works of this round that must have ended before. Sorted. */
  readonly waitsFor: readonly ServiceId[];
  /** Whether those must have ended well, too. */
  readonly needsThem: boolean;
}

/** A work before its place in the round is known. */
export type WorkDraft = Omit<Work, "prior">;
