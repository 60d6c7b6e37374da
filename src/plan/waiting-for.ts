import type { ServiceId } from "../model/basics.ts";
import type { Plan } from "../model/plan.ts";

/**
 * Services of a plan that the environment which has to have a change first does not have, each with the words that say so.
 * `before`: that environment's own plan of the same commit, and the ids whose files it cannot use; null: nobody can say.
 */
export function waitingFor(
  plan: Plan,
  after: string,
  before: { readonly plan: Plan; readonly broken: ReadonlySet<ServiceId> } | null,
): ReadonlyMap<ServiceId, string> {
  const open = new Map(before?.plan.steps.map(({ service, action }) => [service, action]));
  const why = (service: ServiceId): string | null => {
    if (before === null) return ", and cannot be planned";
    if (before.broken.has(service)) return ", and cannot use its file";
    const action = open.get(service);
    if (action === undefined) return null;
    return action === "held" ? ", and holds it" : "";
  };
  return new Map(
    plan.steps.flatMap(({ service }) => {
      const reason = why(service);
      return reason === null ? [] : [[service, `${after} has to have it first${reason}`] as const];
    }),
  );
}
