/**
 * `plan/` compares what is declared (a Catalog) with what is recorded (State), and says what would turn the second into
 * the first: a Plan, one Step per service that changes. It is pure (no disk, network, clock or randomness), the same
 * input gives the same bytes, and what a plan promises is bound to each service's own record, so that a change of one
 * service makes no other's step stale. It never applies anything, and knows of a target only its static profile.
 */
import { inFileOrder } from "../diagnostics/order.ts";
import type { ServiceId } from "../model/basics.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { digestOf } from "../model/digest.ts";
import type { Plan, PlanInput, PlanOf, Step, StepAction } from "../model/plan.ts";
import type { ServiceRecord } from "../model/state.ts";
import { agrees } from "./agrees.ts";
import { dependentsOf } from "./dependents.ts";
import { inOrder } from "./order.ts";
import { removalOf } from "./removal-of.ts";
import { renamedIds } from "./renamed-id.ts";
import { staleAddresses } from "./stale-addresses.ts";
import { type StepDraft, stepOf } from "./step-of.ts";

/** What would turn what is recorded into what is declared. With an error among the diagnostics nothing may be applied. */
export const plan: PlanOf = (input) => {
  const { catalog, state } = input;
  const drafts: StepDraft[] = [];
  const diagnostics: Diagnostic[] = [];
  const moved = new Set<ServiceId>();
  for (const [id, entry] of catalog.services) {
    const record = state.services.get(id) ?? null;
    if (record !== null && agrees(entry, record, input.secretVersions)) continue;
    const movedFrom = record === null ? movedRecord(input, entry.previousId) : null;
    if (movedFrom !== null) moved.add(movedFrom.service);
    const made = stepOf({ entry, record, movedFrom, input });
    drafts.push(made.draft);
    diagnostics.push(...made.diagnostics);
  }
  const unchanged = catalog.services.size - drafts.length;
  for (const [id, record] of state.services)
    if (!catalog.services.has(id) && !catalog.broken.has(id) && !moved.has(id)) drafts.push(removalOf(record, input));

  diagnostics.push(...renamedIds(drafts, catalog), ...staleAddresses(drafts, catalog));
  const steps = drafts.length === 0 ? [] : finished(drafts, input);
  return { plan: planFrom(steps, unchanged, input), diagnostics: inFileOrder(diagnostics) };
};

/** The record that a renamed service has under its old id: only while nobody declares that id. */
function movedRecord({ catalog, state }: PlanInput, previousId: ServiceId | undefined): ServiceRecord | null {
  if (previousId === undefined || catalog.services.has(previousId) || catalog.broken.has(previousId)) return null;
  return state.services.get(previousId) ?? null;
}

function finished(drafts: readonly StepDraft[], { catalog }: PlanInput): Step[] {
  const dependents = dependentsOf(catalog);
  return inOrder(drafts, catalog).map(({ draft, waitsFor }) => ({
    ...draft,
    dependents: touchesOthers(draft) ? dependents(draft.service) : [],
    waitsFor,
  }));
}

/** Nothing that runs depends on what does not run yet, and a held service is left alone. */
function touchesOthers({ action }: StepDraft): boolean {
  return action !== "create" && action !== "held";
}

function planFrom(
  steps: readonly Step[],
  unchanged: number,
  { catalog, state, stateOid, profile, allowDestroy }: PlanInput,
): Plan {
  const counts: Record<StepAction, number> = {
    create: 0,
    update: 0,
    replace: 0,
    delete: 0,
    start: 0,
    stop: 0,
    move: 0,
    "no-op": unchanged,
    held: 0,
  };
  for (const { action } of steps) counts[action]++;
  return {
    environment:
      state.environment === catalog.environment
        ? catalog.environment
        : mismatch(state.environment, catalog.environment),
    project: catalog.project.project,
    target: profile.kind,
    commit: catalog.commit,
    dirty: catalog.dirty,
    stateOid,
    steps,
    digest: digestOf(steps.map(({ digest }) => digest).sort()),
    counts,
    allowDestroy: steps
      .flatMap((step) => (step.mustBeNamed && allowDestroy.has(step.service) ? [step.service] : []))
      .sort(),
  };
}

function mismatch(recorded: string, declared: string): never {
  throw new TypeError(`the State of ${recorded} was handed to a plan of ${declared}`);
}
