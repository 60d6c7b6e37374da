import type { ServiceId } from "../model/basics.ts";
import type { Plan } from "../model/plan.ts";
import { openEnvironment } from "./open-environment.ts";
import type { Look, Workspace } from "./workspace.ts";

/**
 * Services that the environment which has to have a change first does not have yet, each with the words that say so. None
 * where the environment waits for no other.
 */
export async function waitingFor(
  workspace: Workspace,
  on: { readonly after: string; readonly look: () => Promise<Look>; readonly plan: Plan },
): Promise<ReadonlyMap<ServiceId, string>> {
  const { after, plan } = on;
  const waiting = new Map<ServiceId, string>();
  const before = await openEnvironment(workspace, after, on.look);
  // Where the earlier environment cannot even be planned, nobody can say that it has the change.
  const planned = before.value === null ? null : await before.value.planned(new Set());
  const open = new Map(planned?.plan.steps.map(({ service, action }) => [service, action]));
  for (const { service } of plan.steps) {
    const action = open.get(service);
    if (planned === null) waiting.set(service, `${after} has to have it first, and cannot be planned`);
    else if (action === "held") waiting.set(service, `${after} has to have it first, and holds it`);
    else if (action !== undefined) waiting.set(service, `${after} has to have it first`);
    else if (planned.catalog.broken.has(service))
      waiting.set(service, `${after} has to have it first, and cannot use its file`);
  }
  return waiting;
}
