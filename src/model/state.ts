import type { Digest, Instant, Ms, Oid, ServiceId } from "./basics.ts";
import type { Artifact } from "./catalog.ts";
import type { Swap } from "./ref-store.ts";
import type { Rollout } from "./rollout.ts";
import type { Spec } from "./service.ts";

/** A numbered, immutable revision of a service in an environment. Numbers are never reused. */
export interface Release {
  readonly number: number;
  readonly service: ServiceId;
  readonly spec: Spec;
  readonly specDigest: Digest;
  readonly artifact: Artifact;
  readonly artifactDigest: Digest;
  /** Digest of all that a process can see: instances of releases that share it need no restart. */
  readonly runDigest: Digest;
  /** Versions (ids of the ciphertexts) of the secrets it uses, by name. */
  readonly secrets: Readonly<Record<string, string>>;
  /** The commit it was declared in; null for a working folder. */
  readonly commit: Oid | null;
  readonly createdAt: Instant;
  readonly run: string;
  /** The id that the service had when it was made: what its digest was taken of. */
  readonly renamedFrom?: ServiceId;
}

/** A failed or rolled-back release: plans show it as `held` until its spec or artifact changes, or `fairlead retry`. */
export interface Held {
  readonly release: number;
  readonly specDigest: Digest;
  readonly artifactDigest: Digest;
  readonly reason: string;
  readonly at: Instant;
}

/** What Git records of one service in one environment: one file in State. */
export interface ServiceRecord {
  readonly service: ServiceId;
  /** The number that the next release gets. */
  readonly nextRelease: number;
  /** The release that serves; null before the first success and after a stop. */
  readonly stable: number | null;
  /** The stable one, the one before it, and the one a rollout brings in. Sorted by number. */
  readonly releases: readonly Release[];
  readonly rollout: Rollout | null;
  readonly held: Held | null;
  /** Remembered here: removing the YAML does not remove the guard. */
  readonly protected: boolean;
  readonly updatedAt: Instant;
}

/** Who is applying. Dead when `beat` stood still for `ttlMs` on the observer's monotonic clock. */
export interface Claim {
  readonly run: string;
  readonly url?: string;
  readonly nonce: string;
  readonly epoch: number;
  readonly beat: number;
  readonly ttlMs: Ms;
  readonly since: Instant;
  /** The run whose dead claim this one took over. */
  readonly tookOver?: string;
}

/** One step as journalled: durable before anything acts. */
export interface JournalEntry {
  readonly service: ServiceId;
  readonly action: string;
  readonly digest: Digest;
  readonly release: number | null;
  readonly outcome: null | "done" | "found-done" | "failed" | "rolled-back" | "discarded" | "skipped";
  readonly says?: string;
}

/** The last run's intent and what became of it. Older runs are in the ref's log. */
export interface Journal {
  readonly run: string;
  readonly epoch: number;
  readonly commit: Oid | null;
  readonly planDigest: Digest;
  readonly at: Instant;
  readonly entries: readonly JournalEntry[];
}

export const STATE_VERSION = 1;

/** What Git records of an environment. */
export interface State {
  readonly version: typeof STATE_VERSION;
  readonly environment: string;
  /** The highest epoch ever claimed. */
  readonly epoch: number;
  readonly claim: Claim | null;
  readonly journal: Journal | null;
  /** Sorted by id. */
  readonly services: ReadonlyMap<ServiceId, ServiceRecord>;
  /** The next release number of services whose record was removed: should one come back, no number is given out twice. */
  readonly gone?: ReadonlyMap<ServiceId, number>;
}

/** What a swap of State changes; what is not named stays. */
export interface StateChange {
  readonly epoch?: number;
  readonly claim?: Claim | null;
  readonly journal?: Journal;
  /** null removes the record. */
  readonly services?: ReadonlyMap<ServiceId, ServiceRecord | null>;
  /** The commit subject: the ref's log is the deployment history. */
  readonly message: string;
}

/** A codec over RefStore, one ref an environment. */
export interface StateStore {
  read(): Promise<{ readonly oid: Oid | null; readonly state: State }>;
  swap(expected: Oid | null, change: StateChange, by: { readonly run: string; readonly nonce: string }): Promise<Swap>;
}

/** State before anything was ever applied. */
export function emptyState(environment: string): State {
  return { version: STATE_VERSION, environment, epoch: 0, claim: null, journal: null, services: new Map() };
}
