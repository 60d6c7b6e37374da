import type { CatalogRule } from "../rule.ts";

export const idsAreUnique: CatalogRule = {
  code: "id-duplicate",
  fact: "idsAreUnique",
  *find({ services, byId }) {
    for (const service of services) {
      const first = byId.get(service.facts.id);
      if (first === undefined || first === service) continue;
      yield {
        service,
        keys: ["id"],
        at: "value",
        problem: {
          code: "id-duplicate",
          severity: "error",
          summary: `the id \`${service.facts.id}\` is declared twice`,
          detail: `${first.placeOf(["id"])} declares it already. Neither of the two is planned until it is clear which is meant.`,
          hint: "give one of them another id, or delete it",
        },
      };
    }
  },
};
