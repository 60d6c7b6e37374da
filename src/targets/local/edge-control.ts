import type { Ms, ServiceId } from "../../model/basics.ts";
import type { EdgeReadBack, EdgeSnapshot, Evidence } from "../../model/edge.ts";

/** The edge process as the agent drives it; the faces hand in the edge room's client. Every call rejects when it is not there. */
export interface EdgeControl {
  hello(): Promise<{ readonly protocol: number; readonly build: string; readonly pid: number }>;
  put(snapshot: EdgeSnapshot): Promise<EdgeReadBack>;
  /** Requests in flight by instance. */
  inFlight(): Promise<Readonly<Record<string, number>>>;
  evidence(service: ServiceId, since: Ms): Promise<Evidence>;
  /** Resolves when it serves nothing any more; its process ends right after. */
  close(graceMs: Ms): Promise<void>;
  disconnect(): Promise<void>;
}

/** How the agent gets at an edge process. */
export interface EdgeAccess {
  /** The protocol that we speak; an edge of another one is replaced. */
  readonly protocol: number;
  connect(): EdgeControl;
  /** Starts an edge process that outlives us. True: another may have been there, and hold its ports for a moment yet. */
  start(): boolean;
}
