import type { CatalogRule, Declared } from "../rule.ts";

/**
 * Two services collide where an edge could not tell whom a request is for: the same host and the same path. A path inside
 * another's (`/api` and `/api/orders`) is no collision, since the longer one wins; nor are equal paths of services without
 * a host in common, which are reached by ports of their own. Names of parameters do not tell paths apart.
 */
export const endpointsDoNotOverlap: CatalogRule = {
  code: "endpoint-overlap",
  fact: "endpointsDoNotOverlap",
  *find({ services }) {
    const taken = new Map<string, Declared>();
    for (const service of services) {
      const { hosts, endpoints, external, status, id } = service.facts;
      if (external || status === "inactive" || hosts.length === 0) continue;
      const told = new Set<string>();
      for (const host of hosts) {
        // A host without endpoints is the service's whole.
        for (const [index, endpoint] of (endpoints.length > 0 ? endpoints : ["/"]).entries()) {
          const address = `${host.toLowerCase()}${comparable(endpoint)}`;
          const first = taken.get(address);
          if (first === undefined) taken.set(address, service);
          if (first === undefined || first.facts.id === id || told.has(endpoint)) continue;
          told.add(endpoint);
          yield {
            service,
            keys: endpoints.length > 0 ? ["endpoints", String(index)] : ["networking", "hosts"],
            at: "value",
            problem: {
              code: "endpoint-overlap",
              severity: "error",
              summary: `\`${host}${endpoint}\` leads to \`${id}\` and to \`${first.facts.id}\``,
              detail: `${first.placeOf(["endpoints"])} declares the same path on the same host.`,
              hint: "give one of them another path or another host",
            },
          };
        }
      }
    }
  },
};

function comparable(endpoint: string): string {
  const path = endpoint.replace(/\/+$/, "").replace(/\/(?::[^/]+|\{[^/]+\})/g, "/:");
  return path === "" ? "/" : path;
}
