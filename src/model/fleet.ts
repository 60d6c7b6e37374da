import type { Digest, Ms, ServiceId } from "./basics.ts";

/** Release number → share of traffic, 0 to 100, summing to 100; or empty while nothing may be served. */
export type Weights = Readonly<Record<number, number>>;

/** `starting` until the health endpoint answered; `failing` in back-off or not ready any more; `gone` has ended for good. */
export type InstancePhase = "starting" | "ready" | "failing" | "draining" | "gone";

export interface Instance {
  readonly id: string;
  readonly phase: InstancePhase;
  /** When this phase began. */
  readonly sinceMs: Ms;
  /** Why it fails, for the report: `exited with code 1`, `GET /health answered 503`, `memory 530MB over 512MB`. */
  readonly says?: string;
  /** Restarted so often that waiting is pointless. */
  readonly crashLoop?: boolean;
  readonly restarts?: number;
  readonly pid?: number;
  readonly port?: number;
}

export interface ReleaseGroup {
  readonly release: number;
  /** The release's spec digest, which also tells whether this really is the release that State means. */
  readonly spec: Digest;
  readonly wanted: number;
  readonly instances: readonly Instance[];
}

/** One service as target and edge report it: data only. */
export interface Fleet {
  readonly service: ServiceId;
  /** The highest epoch that acted on this service. */
  readonly epochSeen: number;
  readonly at: Ms;
  /** Sorted by release number; a group with nothing wanted and nothing left is not listed. */
  readonly groups: readonly ReleaseGroup[];
  /** What the edge really serves, read back. */
  readonly weights: Weights;
  readonly policy: Digest | null;
  /** Requests in flight by release number. */
  readonly inFlight: Readonly<Record<number, number>>;
}

export interface Observation {
  readonly at: Ms;
  readonly fleets: readonly Fleet[];
  /** Things on the target that carry no label of ours, or that State does not know. */
  readonly foreign: readonly string[];
  readonly unreachable: readonly ServiceId[];
}
