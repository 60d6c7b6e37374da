import { impactTable } from "../../src/catalog/impacts.ts";
import type { Catalog } from "../../src/model/catalog.ts";
import type { PlanInput, Step } from "../../src/model/plan.ts";
import { emptyState, type State } from "../../src/model/state.ts";
import { plan } from "../../src/plan/plan.ts";
import { timelineFor } from "../../src/rollout/strategies.ts";
import { profile } from "../support/builders.ts";
import { applyInMemory } from "./apply-in-memory.ts";

/** The real table: what the tests say of impacts holds for the schema as published. */
const impacts = impactTable();

/** Plans a catalog against a State, on a target that can do everything and with no secrets unless told. */
export function planOf(
  catalog: Catalog,
  state: State = emptyState(catalog.environment),
  over: Partial<PlanInput> = {},
) {
  return plan({
    catalog,
    state,
    stateOid: null,
    profile: profile(),
    impacts,
    timelineOf: timelineFor,
    secretVersions: () => ({}),
    allowDestroy: new Set(),
    ...over,
  });
}

/** State as if a catalog had been applied on top of another State. */
export function applied(catalog: Catalog, state?: State, over: Partial<PlanInput> = {}): State {
  const from = state ?? emptyState(catalog.environment);
  return applyInMemory(from, planOf(catalog, from, over).plan);
}

/** The one step of a plan that has one. */
export function onlyStep({ steps }: { readonly steps: readonly Step[] }): Step {
  const [step, ...others] = steps;
  if (!step || others.length > 0)
    throw new Error(
      `expected one step, found: ${steps.map(({ service, action }) => `${action} ${service}`).join(", ") || "none"}`,
    );
  return step;
}

/** Steps in a line each: `update web`. */
export function inShort({ steps }: { readonly steps: readonly Step[] }): string[] {
  return steps.map(({ action, service }) => `${action} ${service}`);
}
