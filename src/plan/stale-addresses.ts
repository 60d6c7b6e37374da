import type { Catalog } from "../model/catalog.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { runs } from "./last-applied.ts";
import type { StepDraft } from "./step-of.ts";

/**
 * Services are given the addresses of what they depend on when they start. One whose dependency gets another port, and which
 * does not restart in the same plan, goes on asking at the old one: the reader is told, since no step of its own would.
 */
export function staleAddresses(drafts: readonly StepDraft[], { services, environment }: Catalog): Diagnostic[] {
  const byId = new Map(drafts.map((draft) => [draft.service, draft]));
  return drafts.flatMap(({ service, changes }): Diagnostic[] => {
    const port = changes.find(({ path }) => path.join(".") === "networking.port");
    if (port?.before === undefined || port.after === undefined) return [];
    const stale = [...services.values()].filter((entry) => {
      const strategy = byId.get(entry.id)?.strategy ?? null;
      const stays = strategy === null || strategy === "in-place";
      // Last, since a spec that nobody has looked at yet is worked out for it.
      return stays && entry.dependencies.includes(service) && runs(entry.spec);
    });
    return stale.map((entry) => ({
      code: "address-of-before",
      severity: "warning",
      environment,
      service: entry.id,
      summary: `\`${entry.id}\` asks \`${service}\` at port ${String(port.before)} until it restarts, and ${String(port.after)} is the new one`,
      detail: "A service learns where its dependencies are when it starts; this plan does not restart it.",
      hint: "change something in it that restarts it in the same merge, or keep the port",
      range: entry.rangeOf("dependencies"),
    }));
  });
}
