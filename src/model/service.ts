import type { Bytes, Ms, ServiceId } from "./basics.ts";

/** A reference to a secret; never its value. */
export interface SecretRef {
  readonly secret: string;
}

export type StrategyName = "rolling" | "blue-green" | "canary" | "recreate";
export type DesiredStatus = "active" | "inactive" | "maintenance";
export type LogLevel = "debug" | "info" | "warn" | "error";

/** What may be said of how an address is asked; each kind of probe reads its own and leaves the others. */
export interface AskedHow {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | SecretRef>>;
  readonly body?: string;
  /** Unset: on the same origin only. */
  readonly follow_redirects?: boolean;
  readonly ip_version?: 4 | 6;
  /** A query in GraphQL's language, sent as POST; `errors` in the answer fail. */
  readonly graphql?: string;
  /** A text to send once connected: over WebSocket as a message, over TCP as it stands. */
  readonly send?: string;
  /** What a database is asked: a statement in SQL, a command of Redis, the name of a command of MongoDB. */
  readonly query?: string;
  readonly dns?: { readonly name?: string; readonly type?: string; readonly value?: string };
  /** The service that a gRPC server is asked for; unset: the server as a whole. */
  readonly grpc_service?: string;
}

/** A further address that is asked for a service. */
export interface HealthTarget extends AskedHow {
  readonly name?: string;
  /** A path on the service's port, or an address of any scheme that there is a probe for. */
  readonly url: string | SecretRef;
  readonly conditions?: readonly string[];
}

export interface HealthSpec extends AskedHow {
  /** A path on the service's port, or an address of any scheme that there is a probe for. Unset: what the kind suggests. */
  readonly endpoint?: string;
  /** Further addresses; a text is an address without more. */
  readonly targets?: readonly (string | HealthTarget)[];
  /** Where it is asked from: `public`, anywhere; `host`, only where the services run. */
  readonly from?: "public" | "host";
  readonly interval: Ms;
  readonly timeout: Ms;
  /** How long after a start failures do not count. */
  readonly start_period: Ms;
  readonly failure_threshold: number;
  readonly success_threshold: number;
  readonly checks: readonly string[];
  /** Gatus' language: `[STATUS] == 200`. */
  readonly conditions: readonly string[];
}

export interface LoggingSpec {
  readonly level: LogLevel;
  readonly format: "json" | "text";
  readonly outputs: readonly string[];
  readonly retention: Ms;
  readonly structured: boolean;
}

export interface DeploymentSpec {
  readonly strategy: StrategyName;
  readonly max_surge: number;
  readonly max_unavailable: number;
  /** How long an instance must stay ready before it counts. */
  readonly min_healthy_time: Ms;
  /** How long one instance may take to become healthy. */
  readonly healthy_deadline: Ms;
  /** How long a rollout may go without progress. */
  readonly progress_deadline: Ms;
  /** How long a stopping instance may finish its requests before SIGKILL. */
  readonly drain_time: Ms;
  readonly auto_apply?: readonly string[];
  readonly release_command?: readonly string[];
}

/**
 * A service resolved for one environment: overlay merged, defaults filled, durations in milliseconds, sizes in bytes, the
 * marker words and short forms rewritten. Keys and nesting are those of the file, so that a path in a plan is a path in
 * the YAML; `x-*`, `environments` and `previous_id` are left out. Blocks that nothing reads yet ride along as JSON.
 */
export interface Spec {
  readonly id: ServiceId;
  readonly name: string;
  readonly description?: string;
  readonly icon?: string;
  readonly project: string;
  readonly owner?: string;
  readonly type: "api" | "data" | "integration" | "utility";
  readonly kind?: string;
  readonly status: DesiredStatus;
  readonly endpoints: readonly string[];
  readonly dependencies: readonly ServiceId[];
  readonly template?: "express" | "php" | "flask";
  readonly template_options?: {
    readonly features?: readonly string[];
    readonly structure?: Readonly<Record<string, unknown>>;
  };
  readonly image?: string;
  readonly command?: readonly string[];
  /** Folder of the code, relative to the repository; the working folder of `command`. */
  readonly source?: string;
  /** Further paths whose content belongs to the artifact. */
  readonly watch?: readonly string[];
  readonly external?: boolean;
  readonly processes?: Readonly<Record<string, readonly string[]>>;
  readonly schedule?: string;
  readonly volumes?: unknown;
  readonly runtime: {
    readonly node_version?: string;
    readonly memory_limit?: Bytes;
    readonly timeout?: Ms;
    readonly concurrency?: number;
    readonly replicas: number;
  };
  readonly environment: Readonly<Record<string, string | SecretRef>>;
  readonly networking?: {
    readonly port?: number;
    readonly hosts?: readonly string[];
    readonly cors_origins?: readonly string[];
    readonly rate_limiting?: unknown;
  };
  readonly health?: HealthSpec;
  /** As it is written; `health/slo.ts` reads it. */
  readonly slo?: {
    readonly availability?: string | number;
    readonly latency?: Readonly<Record<string, Ms>>;
    readonly window: Ms;
  };
  readonly metrics?: unknown;
  readonly logging: LoggingSpec;
  readonly databases?: unknown;
  readonly integrations?: readonly unknown[];
  readonly events?: { readonly publishes?: readonly unknown[]; readonly subscribes?: readonly unknown[] };
  readonly security?: unknown;
  readonly testing?: unknown;
  readonly deployment: DeploymentSpec;
  readonly pipeline?: unknown;
  readonly protected: boolean;
}
