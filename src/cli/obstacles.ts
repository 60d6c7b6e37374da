import type { ServiceId } from "../model/basics.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Connection } from "../targets/connection.ts";
import type { Planned } from "./open-environment.ts";

/**
 * What would keep a planned service from being served, asked before anything is started: a release must not be held for
 * another program's sake. Each problem stands at the port in the service's file.
 */
export async function obstaclesOf(
  connection: Connection,
  { plan, catalog }: Pick<Planned, "plan" | "catalog">,
): Promise<readonly Diagnostic[]> {
  const ports = new Map<ServiceId, number>();
  for (const { service, action } of plan.steps) {
    const port = catalog.services.get(service)?.spec.networking?.port;
    if (port !== undefined && action !== "stop" && action !== "held") ports.set(service, port);
  }
  if (ports.size === 0) return [];
  const found = await connection.obstacles(ports);
  return found.map((problem) => {
    const entry = catalog.services.get(problem.service ?? "");
    return entry === undefined ? problem : { ...problem, range: entry.rangeOf("networking.port") };
  });
}
