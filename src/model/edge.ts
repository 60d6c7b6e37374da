import type { Digest, Ms, ServiceId } from "./basics.ts";
import type { Weights } from "./fleet.ts";
import type { Fence, Receipt } from "./target.ts";

/** Inbound policy of one service, compiled from YAML (`edge/policy.ts`) to plain data. Later issues widen it. */
export interface EdgePolicy {
  readonly service: ServiceId;
  /** The declared port, where clients come in; null: not reachable through the edge. */
  readonly port: number | null;
  readonly hosts: readonly string[];
  readonly endpoints: readonly string[];
  /** Answer 503 with Retry-After, whatever runs behind. */
  readonly maintenance: boolean;
}

/** What the edge counted for one service since it was asked to: the ground that canaries stand on. */
export interface Evidence {
  readonly service: ServiceId;
  readonly from: Ms;
  readonly to: Ms;
  readonly byRelease: Readonly<
    Record<number, { readonly requests: number; readonly failures: number; readonly aborted: number }>
  >;
}

export interface RouteAction {
  readonly do: "route";
  readonly service: ServiceId;
  /** Empty: no release may have traffic (a service being stopped); new requests get 503. */
  readonly weights: Weights;
  readonly policy: EdgePolicy;
}

export interface Edge {
  readonly profile: { readonly weightStep: number; readonly enforces: ReadonlySet<keyof EdgePolicy> };
  /** Takes a whole snapshot, idempotent, and reads it back before it answers. */
  route(action: RouteAction, fence: Fence): Promise<Receipt>;
  evidence(service: ServiceId, since: Ms): Promise<Evidence>;
}

/** One instance that may get requests; the edge reaches it on loopback or on the target's own network. */
export interface EdgeBackend {
  readonly id: string;
  readonly port: number;
}

export interface EdgeService {
  readonly policy: EdgePolicy;
  readonly weights: Weights;
  /** Ready instances by release number; an instance that is not named gets no new request. */
  readonly backends: Readonly<Record<number, readonly EdgeBackend[]>>;
}

/** Everything that an edge process is to serve, whole: what it does not name is not served any more. */
export interface EdgeSnapshot {
  readonly services: readonly EdgeService[];
}

/** What an edge process really serves, told by the process that serves it. */
export interface EdgeReadBack {
  readonly services: Readonly<Record<ServiceId, { readonly policy: Digest; readonly weights: Weights }>>;
  /** Ports that could not be had, with the system's code (`EADDRINUSE`); their services are not served. */
  readonly problems: readonly { readonly service: ServiceId; readonly port: number; readonly code: string }[];
}
