import type { CatalogRule, Declared } from "../rule.ts";

/** A rename moves what runs under the old id: nobody else may have that id, nor be moved from it as well. */
export const previousIdsAreFree: CatalogRule = {
  code: "previous-id-taken",
  fact: "previousIdsAreFree",
  *find({ services, byId }) {
    const claimed = new Map<string, Declared>();
    for (const service of services) {
      const old = service.facts.previousId;
      if (old === undefined) continue;
      const holder = byId.get(old) ?? claimed.get(old);
      claimed.set(old, service);
      if (holder === undefined) continue;
      const itself = holder === service;
      yield {
        service,
        keys: ["previous_id"],
        at: "value",
        problem: {
          code: "previous-id-taken",
          severity: "error",
          summary: itself
            ? `\`${old}\` names itself as its previous id`
            : `the previous id \`${old}\` of \`${service.facts.id}\` is not free`,
          ...(itself ? {} : { detail: `${holder.placeOf(byId.has(old) ? ["id"] : ["previous_id"])} has it.` }),
          hint: "remove `previous_id` if this is no rename",
        },
      };
    }
  },
};
