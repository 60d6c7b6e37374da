/**
 * `edge/` is the gateway in front of a service's instances. A holder process keeps the listening sockets and a serving
 * child forwards requests by weight, so that whatever dies, connections wait instead of being refused. It promises: a
 * request is only ever lost when the process that answers it dies, and then it is counted. It starts no service, judges no
 * health and decides no weight: all of that arrives as whole snapshots.
 */
import type { EdgePolicy } from "../model/edge.ts";
import type { Spec } from "../model/service.ts";

/** Compiles what a service file says about its inbound side to plain data. Pure. */
export function compilePolicy(spec: Spec): EdgePolicy {
  return {
    service: spec.id,
    port: spec.networking?.port ?? null,
    hosts: spec.networking?.hosts ?? [],
    endpoints: spec.endpoints,
    maintenance: spec.status === "maintenance",
  };
}

/** What the embedded gateway really does with a policy today; `hosts` and `endpoints` ride along until routing is built. */
export const enforcedPolicy: ReadonlySet<keyof EdgePolicy> = new Set(["service", "port", "maintenance"]);
