import type { Clock, Ms } from "../../model/basics.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { digestOf } from "../../model/digest.ts";
import type { RouteAction } from "../../model/edge.ts";
import type { EdgeLink } from "./edge-link.ts";
import { portOwner } from "./port-owner.ts";

const AGAIN_MS: Ms = 300;

/** Brings a route that was just ordered to the edge and compares what it then says it serves; null when that is the route. */
export async function routeProblem(
  action: RouteAction,
  { link, clock }: { readonly link: EdgeLink; readonly clock: Clock },
): Promise<Diagnostic | null> {
  const { service, policy } = action;
  for (;;) {
    const readBack = await link.put().catch((error: unknown) => String(error));
    if (typeof readBack === "string") return edgeProblem(service, readBack);
    const problem = readBack.problems.find((one) => one.service === service);
    if (problem && link.isFresh) {
      await clock.sleep(AGAIN_MS);
      continue;
    }
    if (problem) return portProblem(service, problem);
    const served = readBack.services[service];
    // A service that nobody can reach any more is not served at all.
    if (!served && policy.port === null) return null;
    return served?.policy === digestOf(policy)
      ? null
      : edgeProblem(service, "it serves another policy than it was given");
  }
}

/** Who holds a port, and what to do about it. */
export function portProblem(
  service: string,
  { port, code }: { readonly port: number; readonly code: string },
): Diagnostic {
  if (code !== "EADDRINUSE")
    return {
      code: "port-unavailable",
      severity: "error",
      service,
      summary: `port ${port} of ${service} cannot be opened (${code})`,
      hint:
        code === "EACCES" ? "Ports below 1024 need rights of their own: choose a higher one." : "Choose another port.",
    };
  const owner = portOwner(port);
  return {
    code: "port-unavailable",
    severity: "error",
    service,
    summary: `port ${port} of ${service} is in use by ${owner ?? "another program"}`,
    detail: "The edge listens on each service's declared port, so nobody else may.",
    hint: "Stop that program, or choose another `networking.port`.",
  };
}

function edgeProblem(service: string, why: string): Diagnostic {
  return {
    code: "edge-unreachable",
    severity: "error",
    service,
    summary: `the edge did not take the route of ${service}: ${why}`,
    hint: "What was served before goes on; see edge.log under `.fairlead/local/`.",
  };
}
