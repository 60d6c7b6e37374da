import type { Ms, ServiceId } from "./basics.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { Fleet, Observation } from "./fleet.ts";
import type { Impact } from "./impact.ts";
import type { Spec } from "./service.ts";
import type { Release } from "./state.ts";

/** Static and pure: all that the planner knows of a target. */
export interface TargetProfile {
  readonly kind: string;
  readonly can: ReadonlySet<
    | "image"
    | "command"
    | "template"
    | "schedule"
    | "processes"
    | "volumes"
    | "preview"
    | "instance-drain"
    | "sticky"
    | "rename"
  >;
  /** Smallest share of traffic in percent; 100 means no weights. */
  readonly weightStep: number;
  /** May raise the impact that the schema declares, never lower it. */
  impact(path: string, declared: Impact): Impact;
  /** Drops what this target cannot report, for drift. */
  project(spec: Spec): Spec;
  /** True where only clean commits of the default branch may be applied: every target but `local` and `sim`. */
  readonly needsCleanCommit: boolean;
}

/** On release groups, never on instances: which instance goes, and how it drains, is the target's own business. */
export type TargetAction =
  /**
   * Create or scale a group. The target drains whom it removes, and removes those first that are not ready. `adopt` names
   * the release whose instances become this one's without a restart, because nothing that a process can see has changed;
   * its share of traffic goes with them, so that no request is without a backend in between.
   */
  | { readonly do: "ensure"; readonly release: Release; readonly wanted: number; readonly adopt?: number }
  | { readonly do: "retire"; readonly service: ServiceId; readonly release: number; readonly drainMs: Ms }
  /** Only where the profile can `rename`: everything of one service becomes another's, untouched. */
  | { readonly do: "rename"; readonly service: ServiceId; readonly to: ServiceId };

/** A target refuses a lower epoch than it has seen, and answers `done` to a key that it has already done. */
export interface Fence {
  readonly epoch: number;
  /** Rollout id and ordinal: a replay is a no-op. */
  readonly key: string;
}

export type Receipt =
  | { readonly is: "done" }
  | { readonly is: "fenced"; readonly seen: number }
  /** `passing`: a matter of moments (it is stopping, its disk is full), which says nothing of the release. */
  | { readonly is: "refused"; readonly diagnostic: Diagnostic; readonly passing?: true };

/** Values of a release's secrets, by name. The secrets room comes with its issue; until then every reference is unresolved. */
export interface SecretReader {
  read(service: ServiceId, name: string): Promise<string | null>;
}

export interface Target {
  readonly profile: TargetProfile;
  observe(only?: readonly ServiceId[]): Promise<Observation>;
  /** Returns when the action is accepted, not when it has had its effect. */
  act(action: TargetAction, fence: Fence, secrets: SecretReader): Promise<Receipt>;
  /** Yields the fleet now and after each change until `signal` aborts. Polling is lawful. */
  watch(service: ServiceId, signal: AbortSignal): AsyncIterable<Fleet>;
}

/** Puts what a release runs into a folder: its files from Git, or a rendered template. Handed to targets that run commands. */
export interface ReleaseFiles {
  /** Fills `folder` (empty and existing); returns the working folder and command to run there, or says why not. */
  materialise(
    release: Release,
    folder: string,
  ): Promise<
    | { readonly is: "ready"; readonly cwd: string; readonly command: readonly string[] }
    | { readonly is: "refused"; readonly diagnostic: Diagnostic }
  >;
}
