/**
 * `probes/` asks services how they are, each over the protocol that it speaks. It promises that nothing a service answers,
 * or fails to answer, can hang or break the asking. What the samples mean over time is the business of `health/`; it
 * neither starts nor mends services, and reads no clock, environment or randomness of its own.
 */
import type { Clock } from "../model/basics.ts";
import type { Sample } from "../model/health.ts";
import type { HealthSpec, Spec } from "../model/service.ts";
import { probeHttp } from "./probe-http.ts";
import { probeTcp } from "./probe-tcp.ts";

/** How a service is asked, and how often. */
export interface Probe {
  readonly service: string;
  readonly health: HealthSpec;
  /** What is asked, for people: `GET /health`, `TCP 3000`. */
  readonly says: string;
  ask(signal?: AbortSignal): Promise<Sample>;
}

/** What a service without a `health` block is held to. */
export const DEFAULT_HEALTH: HealthSpec = {
  endpoint: "",
  interval: 30_000,
  timeout: 5_000,
  start_period: 0,
  failure_threshold: 3,
  success_threshold: 2,
  checks: [],
  conditions: [],
};

/**
 * The probe of a service, or null when there is nothing to ask: it has neither a port nor an absolute endpoint, or it is
 * not meant to run. `host` is where its port is reached, `127.0.0.1` unless told.
 */
export function probeOf({
  spec,
  clock,
  host = "127.0.0.1",
}: {
  readonly spec: Spec;
  readonly clock: Clock;
  readonly host?: string;
}): Probe | null {
  if (spec.status === "inactive" || spec.schedule !== undefined) return null;
  const health = spec.health ?? DEFAULT_HEALTH;
  const port = spec.networking?.port;
  const service = spec.id;
  const url = spec.health ? urlOf(spec.health.endpoint, host, port) : null;
  if (url !== null) {
    return {
      service,
      health,
      says: `GET ${health.endpoint}`,
      ask: (signal) => probeHttp({ service, url, health, clock, ...(signal ? { signal } : {}) }),
    };
  }
  if (port === undefined || spec.external === true) return null;
  return {
    service,
    health,
    says: `TCP ${port}`,
    ask: (signal) => probeTcp({ service, host, port, timeoutMs: health.timeout, clock, ...(signal ? { signal } : {}) }),
  };
}

/** An absolute endpoint as it stands; a path on the service's own port. */
function urlOf(endpoint: string, host: string, port: number | undefined): string | null {
  if (/^https?:\/\//i.test(endpoint)) return URL.canParse(endpoint) ? endpoint : null;
  if (port === undefined) return null;
  const path = endpoint.startsWith("/") ? endpoint : `/${endpoint}`;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}${path}`;
}
