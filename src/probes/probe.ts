/**
 * `probes/` asks services how they are, each over the protocol that it speaks. It promises that nothing a service answers,
 * or fails to answer, can hang or break the asking, and that no secret it asks with is in what it says. What the samples mean
 * over time is the business of `health/`; it neither starts nor mends services, and reads no clock, environment or randomness
 * of its own.
 */
import type { Clock } from "../model/basics.ts";
import type { Sample } from "../model/health.ts";
import type { HealthSpec, Spec } from "../model/service.ts";
import { askService } from "./ask-service.ts";
import type { SecretOf } from "./prepare.ts";
import { type Registrations, registrations } from "./registrations.ts";
import { targetsOf } from "./target.ts";

/** How a service is asked, and how often. */
export interface Probe {
  readonly service: string;
  readonly health: HealthSpec;
  /** What is asked, for people: `GET /health`, `TCP 3000`. */
  readonly says: string;
  /** Once. Never throws, and never outlasts `health.timeout`. */
  ask(signal?: AbortSignal): Promise<Sample>;
}

/** What a service without a `health` block is held to. */
export const DEFAULT_HEALTH: HealthSpec = {
  interval: 30_000,
  timeout: 5_000,
  start_period: 0,
  failure_threshold: 3,
  success_threshold: 2,
  checks: [],
  conditions: [],
};

/**
 * The probe of a service, or null when there is nothing to ask: it has neither a port nor an address of its own, it is not
 * meant to run, or only its host may ask it and we are elsewhere.
 */
export function probeOf({
  spec,
  clock,
  host = "127.0.0.1",
  from = "host",
  secretOf = () => undefined,
  registries = registrations({ clock }),
}: {
  readonly spec: Spec;
  readonly clock: Clock;
  /** Where the service's port is reached. */
  readonly host?: string;
  /** Where we are. */
  readonly from?: "public" | "host";
  /** What a header or an address that is `{secret: NAME}` stands for. */
  readonly secretOf?: SecretOf;
  /** Who is asked until when domains are registered, where a condition wants to know. One for all, so that they share what it keeps. */
  readonly registries?: Registrations;
}): Probe | null {
  if (spec.status === "inactive" || spec.schedule !== undefined) return null;
  const health = spec.health ?? DEFAULT_HEALTH;
  if (health.from === "host" && from === "public") return null;
  const targets = targetsOf(spec, host);
  if (targets.length === 0) return null;
  return {
    service: spec.id,
    health,
    says: targets.map(({ says }) => says).join(", "),
    ask: (signal) =>
      askService({ spec, health, targets, clock, secretOf, registrations: registries, ...(signal ? { signal } : {}) }),
  };
}
