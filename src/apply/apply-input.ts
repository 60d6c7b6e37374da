import type { Clock, Digest, Ms, ServiceId } from "../model/basics.ts";
import type { Catalog } from "../model/catalog.ts";
import type { Diagnosed, Diagnostic } from "../model/diagnostic.ts";
import type { Edge } from "../model/edge.ts";
import type { ImpactTable } from "../model/impact.ts";
import type { Plan, PlanInput, StepAction } from "../model/plan.ts";
import type { Release, StateStore } from "../model/state.ts";
import type { SecretReader, Target } from "../model/target.ts";
import type { CrashPoint } from "./crash-points.ts";

/** Everything that an apply needs of the world; a face hands it in. */
export interface ApplyInput {
  readonly environment: string;
  readonly store: StateStore;
  readonly target: Target;
  readonly edge: Edge;
  readonly secrets: SecretReader;
  /** What is declared now; asked again after each round, since HEAD may have moved. */
  readonly declared: () => Promise<Diagnosed<Catalog>>;
  readonly impacts: ImpactTable;
  readonly secretVersions: PlanInput["secretVersions"];
  /** Makes sure that what a release runs can be had later; asked before its intent is journalled. Errors refuse the step. */
  readonly keep: (release: Release) => Promise<readonly Diagnostic[]>;
  /** What of a plan this run may do. Asked again of each round's plan: what was merged meanwhile has its own approval. */
  readonly permit: (plan: Plan) => Permission | Refusal | Promise<Permission | Refusal>;
  /**
   * Whether a recorded release is what a commit of ours declares. State is hostile input: whoever can push its branch could
   * have written one that no review has seen. Asked of every release that this run might bring back or go on with and that
   * is not what is declared now; `isRunning` says that the target runs a release of this number and spec. Without it (a
   * State that only this machine can write) each is believed.
   */
  readonly vouch?: (release: Release, on: { readonly isRunning: boolean }) => Promise<boolean>;
  readonly run: string;
  readonly url?: string;
  readonly clock: Clock;
  /** Fresh random letters and digits at each call. */
  readonly nonce: () => string;
  /** Services changed side by side. */
  readonly parallelism: number;
  /** After how long without a sign of life a claim is dead. */
  readonly ttlMs?: Ms;
  /** How long to wait for somebody else's claim. */
  readonly patienceMs?: Ms;
  /** The least time between two writes of outcomes. */
  readonly coalesceMs?: Ms;
  /** How long this run may take; what is not finished then is paused, for a later run to go on with. */
  readonly budgetMs?: Ms;
  /** Aborted: nothing more is begun, and what is under way is left for the next run. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: ApplyEvent) => void;
  /** Called at each point where a crash must do no harm: the suite ends the process there. */
  readonly crash?: (point: CrashPoint) => void | Promise<void>;
}

/** Approved steps by their digest, which goes stale with its own service's record alone, and services that may be destroyed. */
export interface Permission {
  readonly approved: "all" | ReadonlyMap<ServiceId, Digest>;
  readonly allowDestroy: ReadonlySet<ServiceId>;
  /** Why a step is not approved, and what would approve it: shown in place of the ordinary words. */
  readonly refusals?: ReadonlyMap<ServiceId, string>;
}

/** Nothing at all may be done: what the plan stands on is not to be trusted. */
export interface Refusal {
  readonly refused: readonly Diagnostic[];
}

/** One line for people, about a service or about the whole. */
export interface ApplyEvent {
  readonly service?: ServiceId;
  readonly says: string;
}

/** What became of one service. */
export interface ServiceOutcome {
  readonly service: ServiceId;
  readonly action: StepAction | "resume" | "restore" | "rollback";
  /**
   * `done`; `found-done`: an earlier run had done it and could not say so; `restored`: it ran otherwise than recorded;
   * `rolled-back`, `failed`: held from now on; `held`: by an earlier failure; `skipped`: what it needs failed;
   * `refused`: not approved as it is now; `unfinished`: left for the next run.
   */
  readonly outcome:
    | "done"
    | "found-done"
    | "restored"
    | "rolled-back"
    | "failed"
    | "held"
    | "skipped"
    | "refused"
    | "unfinished";
  readonly says: string;
  readonly release: number | null;
}

export interface ApplyReport {
  readonly environment: string;
  readonly run: string;
  readonly outcome: "nothing-to-do" | "applied" | "failed" | "busy" | "fenced" | "interrupted" | "paused" | "refused";
  /** One sentence where the outcome needs one. */
  readonly says?: string;
  /** The last plan that was made; null where it did not come to one. */
  readonly plan: Plan | null;
  /** By service, one each. */
  readonly services: readonly ServiceOutcome[];
  readonly diagnostics: readonly Diagnostic[];
}
