import type { Clock, ServiceId } from "../model/basics.ts";
import type { Diagnosed, Diagnostic } from "../model/diagnostic.ts";
import type { Edge } from "../model/edge.ts";
import type { ReleaseFiles, Target } from "../model/target.ts";

/** All that a face knows of the machine and the repository, for whatever kind of target wants to know it. */
export interface Connecting {
  /** The user's repository. Absolute. */
  readonly root: string;
  readonly environment: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** The Node that runs us, for processes of our own. */
  readonly node: string;
  /** `agent/agent-main`, as it stands. */
  readonly agentEntry: string;
  /** Of the code that runs: processes of another build are replaced. */
  readonly build: string;
  /** The user's number; null where the system has none. */
  readonly uid: number | null;
  /** A folder with a short path for Unix sockets. */
  readonly socketHome: string;
  readonly files: ReleaseFiles;
  /** `http://127.0.0.1:4001` of a service that clients can reach; null of one without a port. Without it no service learns of another. */
  readonly addressOf?: (service: ServiceId) => string | null;
  /** `target:` of the environment, as declared. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** A target that can be reached. */
export interface Connection {
  readonly target: Target;
  readonly edge: Edge;
  /**
   * What would keep services from being served there, found before anything begins: ports that others hold. Each names
   * its service.
   */
  obstacles(ports: ReadonlyMap<ServiceId, number>): Promise<readonly Diagnostic[]>;
  /** One line for each thing that happens there, until `signal` aborts. */
  events(signal: AbortSignal): AsyncIterable<TargetEvent>;
  /** Drains and stops everything that runs there, and what we run to keep it. Says how many instances were stopped. */
  stop(): Promise<Diagnosed<number>>;
  /** Lets go of the connection; everything goes on. */
  close(): Promise<void>;
}

export interface TargetEvent {
  readonly service: ServiceId;
  /** `log` is a line that the service itself wrote. */
  readonly is: "happened" | "log";
  readonly says: string;
}

export interface LogRequest {
  readonly service: ServiceId;
  readonly lines: number;
  readonly follow: boolean;
  readonly signal: AbortSignal;
}

/** How one kind of target is reached; loaded when it is. */
export interface Connector {
  /** `start` brings up what is needed to keep services there; `find` is null where nothing runs. */
  connect(connecting: Connecting, mode: "start" | "find"): Promise<Diagnosed<Connection | null>>;
  /** Lines that a service has written, oldest first. */
  logs(connecting: Connecting, request: LogRequest): AsyncIterable<string> | Diagnostic;
}
