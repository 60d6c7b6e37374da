import type { Digest, Oid, ServiceId } from "./basics.ts";
import type { Artifact, Catalog } from "./catalog.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { FieldFormat, Impact, ImpactTable } from "./impact.ts";
import type { RolloutStrategy, Timeline } from "./rollout.ts";
import type { Spec } from "./service.ts";
import type { State } from "./state.ts";
import type { TargetProfile } from "./target.ts";

export type StepAction = "create" | "update" | "replace" | "delete" | "start" | "stop" | "move" | "no-op" | "held";

export interface FieldChange {
  /** Keys from the top of the service file; the code's own change has the path `["source"]` and format absent. */
  readonly path: readonly string[];
  /** Typed values; absent means that the field is not there on that side. A reference to a secret is `{secret, version}`. */
  readonly before?: unknown;
  readonly after?: unknown;
  readonly impact: Impact;
  readonly format?: FieldFormat;
}

/** One service that changes. */
export interface Step {
  readonly service: ServiceId;
  readonly action: StepAction;
  readonly changes: readonly FieldChange[];
  /** The gravest impact of its changes. */
  readonly impact: Impact;
  /** Why a replace or a hold: one sentence each. */
  readonly reasons: readonly string[];
  readonly before: { readonly spec: Spec; readonly artifact: Artifact } | null;
  readonly after: {
    readonly spec: Spec;
    readonly specDigest: Digest;
    readonly artifact: Artifact;
    readonly artifactDigest: Digest;
    readonly runDigest: Digest;
    /** Versions of the secrets it uses, by name. */
    readonly secrets: Readonly<Record<string, string>>;
  } | null;
  /** Digest of the service's record as the plan saw it; null: none. Staleness is judged by this alone. */
  readonly prior: Digest | null;
  /** H(environment, service, prior, next spec, artifact, action, secret ciphertext ids): what an approval binds to. */
  readonly digest: Digest;
  /** Null: nothing runs (inactive, external), the release is only recorded; or the step is held. */
  readonly strategy: RolloutStrategy | null;
  readonly timeline: Timeline | null;
  /** Services that depend on this one, directly or through others: the blast radius. Sorted; none for a create, which touches nobody. */
  readonly dependents: readonly ServiceId[];
  /** Services of this plan whose steps must have ended well before this one begins. Sorted. */
  readonly waitsFor: readonly ServiceId[];
  readonly previousId?: ServiceId;
  /** By its file or by its record; what is recorded afterwards is what the file says. */
  readonly protected: boolean;
  /** True when the step is applied only if named with `--allow-destroy`. */
  readonly mustBeNamed: boolean;
  readonly file?: string;
}

/** What would turn what is recorded into what is declared. A plain value: the same input gives the same bytes. */
export interface Plan {
  readonly environment: string;
  readonly project: string;
  readonly target: string;
  /** Recorded beside the digests, not hashed into them. */
  readonly commit: Oid | null;
  readonly dirty: boolean;
  readonly stateOid: Oid | null;
  /** In the order of application; services that agree are not listed. */
  readonly steps: readonly Step[];
  /** H of the sorted step digests. */
  readonly digest: Digest;
  /** How many steps of each action; `no-op` counts the services that agree. */
  readonly counts: Readonly<Record<StepAction, number>>;
  /** Steps that must be named and were, sorted: with the digests of their steps this is the permission. */
  readonly allowDestroy: readonly ServiceId[];
}

export interface PlanInput {
  readonly catalog: Catalog;
  readonly state: State;
  readonly stateOid: Oid | null;
  readonly profile: TargetProfile;
  readonly impacts: ImpactTable;
  /** Timelines come from the strategies, which `plan/` may not import; null: this version has no such strategy. */
  readonly timelineOf: (
    strategy: RolloutStrategy,
    input: { readonly before: Spec | null; readonly spec: Spec; readonly profile: TargetProfile },
  ) => Timeline | null;
  /** Ids of the ciphertexts of the secrets a service may use, by name. A reference to another is an error of the plan. */
  readonly secretVersions: (service: ServiceId) => Readonly<Record<string, string>>;
  /** Services named with `--allow-destroy`. */
  readonly allowDestroy: ReadonlySet<ServiceId>;
}

/** Pure: no disk, network, clock or randomness. */
export type PlanOf = (input: PlanInput) => { readonly plan: Plan; readonly diagnostics: readonly Diagnostic[] };
