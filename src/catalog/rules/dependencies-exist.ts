import { suggest } from "../../diagnostics/suggest.ts";
import type { CatalogRule } from "../rule.ts";

/** Looking for a near id means comparing with all of them; past this many missing ones nobody reads on. */
const SUGGESTIONS_MAX = 50;

export const dependenciesExist: CatalogRule = {
  code: "dependency-missing",
  fact: "dependenciesExist",
  *find({ services, byId, broken }) {
    let missing = 0;
    for (const service of services) {
      for (const [index, id] of service.facts.dependencies.entries()) {
        if (byId.has(id) || broken.has(id)) continue;
        const meant = ++missing > SUGGESTIONS_MAX ? undefined : suggest(id, byId.keys());
        yield {
          service,
          keys: ["dependencies", String(index)],
          at: "value",
          problem: {
            code: "dependency-missing",
            severity: "error",
            summary: `\`${service.facts.id}\` depends on \`${id}\`, which no file declares`,
            hint:
              meant === undefined
                ? "declare it, with `external: true` if others run it, or remove it from the list"
                : `did you mean \`${meant}\`?`,
          },
        };
      }
    }
  },
};
