import type { Bytes, Digest, Ms, ServiceId } from "../../model/basics.ts";
import type { RouteAction } from "../../model/edge.ts";
import type { HealthSpec, LoggingSpec } from "../../model/service.ts";
import type { Fence, Receipt } from "../../model/target.ts";

/** What clients and the agent say to each other over the agent's Unix socket. */

/** Raised when an older side could misunderstand: then the agent is replaced. */
export const AGENT_PROTOCOL = 1;

export interface AgentHello {
  readonly protocol: number;
  /** Of the code that runs: another build is replaced, its instances are adopted. */
  readonly build: string;
  readonly pid: number;
  readonly root: string;
  readonly environment: string;
}

/** How an instance is judged ready. Without a health block its port must take connections; without a port it must live. */
export type Readiness =
  | ({ readonly is: "http"; readonly endpoint: string } & Pick<
      HealthSpec,
      "interval" | "timeout" | "start_period" | "failure_threshold" | "success_threshold"
    >)
  | { readonly is: "tcp" }
  | { readonly is: "alive" };

/** All that starting an instance of a release takes. */
export interface Launch {
  readonly cwd: string;
  readonly command: readonly string[];
  /** Without PORT and what is the agent's to add. */
  readonly variables: Readonly<Record<string, string>>;
  readonly readiness: Readiness;
  readonly memoryLimit: Bytes | null;
  readonly drainMs: Ms;
  readonly logging: LoggingSpec;
}

export interface EnsureRequest {
  readonly service: ServiceId;
  readonly release: number;
  readonly spec: Digest;
  readonly wanted: number;
  readonly adopt?: number;
  readonly launch: Launch;
  readonly fence: Fence;
}

export interface RetireRequest {
  readonly service: ServiceId;
  readonly release: number;
  readonly drainMs: Ms;
  readonly fence: Fence;
}

export interface RouteRequest {
  readonly action: RouteAction;
  readonly fence: Fence;
}

/** The port that a service is to be served on. */
export interface WantedPort {
  readonly service: ServiceId;
  readonly port: number;
}

/** A receipt; or the release's folder was swept away meanwhile, and has to be filled again. */
export type EnsureAnswer = Receipt | { readonly is: "files-missing" };

/** What `stop` leaves behind: nothing, and how many instances it ended. */
export interface StopAnswer {
  readonly stopped: number;
}

/** One thing that happened, for whoever watches `fairlead up`. */
export type AgentEvent =
  | {
      readonly is: "instance";
      readonly service: ServiceId;
      readonly release: number;
      readonly instance: string;
      readonly says: string;
    }
  /** A log line of a service whose `logging.outputs` names the console. */
  | { readonly is: "log"; readonly service: ServiceId; readonly line: string };
