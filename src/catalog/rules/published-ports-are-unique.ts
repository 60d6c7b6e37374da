import type { CatalogRule, Declared } from "../rule.ts";

/**
 * Each declared port is a listening socket of its own. A stopped service has none, and an external one listens elsewhere.
 */
export const publishedPortsAreUnique: CatalogRule = {
  code: "port-collision",
  fact: "publishedPortsAreUnique",
  *find({ services }) {
    const taken = new Map<number, Declared>();
    for (const service of services) {
      const { port, external, status, id } = service.facts;
      if (port === null || external || status === "inactive") continue;
      const first = taken.get(port);
      if (first === undefined) {
        taken.set(port, service);
        continue;
      }
      if (first.facts.id === id) continue; // the same service twice: said already
      yield {
        service,
        keys: ["networking", "port"],
        at: "value",
        problem: {
          code: "port-collision",
          severity: "error",
          summary: `port ${port} of \`${id}\` is taken by \`${first.facts.id}\``,
          detail: `${first.placeOf(["networking", "port"])} declares it already.`,
          hint: "give one of them another port",
        },
      };
    }
  },
};
