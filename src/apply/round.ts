import type { ServiceId } from "../model/basics.ts";
import type { Catalog } from "../model/catalog.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Observation } from "../model/fleet.ts";
import type { Plan, Step } from "../model/plan.ts";
import { plan } from "../plan/plan.ts";
import { safetyGate } from "../plan/safety-gate.ts";
import { beginRollout } from "../rollout/begin.ts";
import { timelineFor } from "../rollout/strategies.ts";
import { withRollout } from "../state/records.ts";
import type { Permission } from "./apply-input.ts";
import { driftOf, settledRelease, strayOf } from "./drift.ts";
import { intentOf } from "./intent.ts";
import type { Run } from "./run.ts";
import { trusted } from "./trusted.ts";
import type { Work, WorkDraft } from "./work.ts";

/** What is to be done in one round, or why nothing may be. */
export type Round =
  | { readonly is: "works"; readonly works: readonly Work[]; readonly plan: Plan }
  | { readonly is: "refused"; readonly diagnostics: readonly Diagnostic[] };

/** Re-plans on what is declared and recorded now, and chooses what this run may do of it. */
export async function nextRound(run: Run, observation: Observation): Promise<Round> {
  const { input, holder } = run;
  const declared = await input.declared();
  const made = plan({
    catalog: declared.value,
    state: holder.state(),
    stateOid: holder.oid(),
    profile: input.target.profile,
    impacts: input.impacts,
    timelineOf: timelineFor,
    secretVersions: input.secretVersions,
    // Named or not, the steps are the same: the permission is asked for the plan.
    allowDestroy: new Set(),
  });
  run.plan = made.plan;
  await input.crash?.("planned");
  const problems = [...declared.diagnostics, ...made.diagnostics].filter(({ severity }) => severity === "error");
  if (problems.length > 0) return { is: "refused", diagnostics: problems };
  const permission = await input.permit(made.plan);
  if ("refused" in permission) return { is: "refused", diagnostics: permission.refused };
  const guards = safetyGate(made.plan, {
    project: declared.value.project,
    environment: input.environment,
    recordedCount: holder.state().services.size,
    allowDestroy: permission.allowDestroy,
  });
  const whole = guards.filter(({ service, severity }) => service === undefined && severity === "error");
  if (whole.length > 0) return { is: "refused", diagnostics: whole };

  const unreachable = new Set(observation.unreachable);
  const steps = made.plan.steps.filter((step) => mayTake(run, step, { permission, guards, unreachable }));
  const stepped = steps.flatMap((step) => intentOf(run, step));
  const busy = new Set(stepped.map(({ service }) => service));
  const others = [...resumed(run, busy), ...restored(run, { observation, busy, catalog: declared.value })];
  const drafts = await trusted(run, [...stepped, ...others], { observation, catalog: declared.value });
  const { services } = holder.state();
  const works = drafts.map((work) => ({ ...work, prior: services.get(work.service) ?? null }));
  return { is: "works", works, plan: made.plan };
}

/** Whether a step is to be done by this run; if not, what becomes of it is noted. */
function mayTake(
  run: Run,
  step: Step,
  on: {
    readonly permission: Permission;
    readonly guards: readonly Diagnostic[];
    readonly unreachable: ReadonlySet<ServiceId>;
  },
): boolean {
  const { permission, guards, unreachable } = on;
  const { approved, refusals } = permission;
  if (run.taken.get(step.service) === step.digest || wasGivenUp(run, step.service)) return false;
  const because = (outcome: "held" | "refused", says: string): false => {
    if (!run.taken.has(step.service))
      run.note({ service: step.service, action: step.action, outcome, says, release: null });
    return false;
  };
  if (step.action === "held") return because("held", step.reasons[0] ?? "an earlier release of it failed");
  if (unreachable.has(step.service)) return because("refused", "it cannot be reached on the target");
  const guard = guards.find(({ service, severity }) => service === step.service && severity === "error");
  if (guard) {
    run.diagnostics.push(guard);
    return because("refused", guard.summary);
  }
  if (approved !== "all" && approved.get(step.service) !== step.digest)
    return because(
      "refused",
      refusals?.get(step.service) ??
        (approved.has(step.service)
          ? "it has changed since this was approved: plan again"
          : "it was not part of what was approved"),
    );
  run.taken.set(step.service, step.digest);
  return true;
}

/**
 * What it needs has failed in this run, and that the failure is recorded by now does not mend it; or this run has waited for
 * it in vain, and leaves it to the next.
 */
function wasGivenUp(run: Run, service: ServiceId): boolean {
  const outcome = run.outcomes.get(service)?.outcome;
  return outcome === "skipped" || outcome === "unfinished";
}

/** Rollouts that an earlier run began and that no approved step takes up: their intent is recorded, so they are ended. */
function resumed(run: Run, busy: Set<ServiceId>): WorkDraft[] {
  const works: WorkDraft[] = [];
  for (const [service, record] of run.holder.state().services) {
    const { rollout } = record;
    if (rollout === null || busy.has(service) || wasGivenUp(run, service)) continue;
    if (run.taken.has(`${service}/${rollout.id}`)) continue;
    run.taken.set(`${service}/${rollout.id}`, "");
    busy.add(service);
    works.push({ service, step: null, why: "resume", release: null, rollout, record, waitsFor: [], needsThem: false });
  }
  return works;
}

/** Services that run otherwise than recorded, dependencies first: brought back to their release, without a new one. */
function restored(
  run: Run,
  on: { readonly observation: Observation; readonly busy: ReadonlySet<ServiceId>; readonly catalog: Catalog },
): WorkDraft[] {
  const now = run.input.clock.now();
  const at = new Date(now).toISOString();
  const { claim } = run.holder;
  const works = new Map<ServiceId, WorkDraft>();
  for (const [service, record] of run.holder.state().services) {
    if (record.rollout !== null || on.busy.has(service) || run.taken.has(service)) continue;
    if (on.observation.unreachable.includes(service)) continue;
    const release = settledRelease(record);
    const fleet = on.observation.fleets.find((candidate) => candidate.service === service);
    const drift = release === null ? strayOf(fleet) : driftOf(release, fleet);
    if (drift === null) continue;
    const remedy = release === null ? "it is taken away" : `r${release.number} is brought back`;
    run.input.onEvent?.({ service, says: `${drift}: ${remedy}` });
    run.taken.set(service, "restored");
    const strategy = release === null ? "retire" : "rolling";
    const rollout = beginRollout({ service, from: null, to: release?.number ?? null, strategy, claim, now });
    const waitsFor = release?.spec.dependencies.toSorted() ?? [];
    const work = { service, step: null, release: null, rollout, waitsFor, needsThem: false } as const;
    works.set(service, { ...work, why: "restore", record: withRollout(record, rollout, at) });
  }
  return dependenciesFirst(works);
}

function dependenciesFirst(works: ReadonlyMap<ServiceId, WorkDraft>): WorkDraft[] {
  const placed = new Set<WorkDraft>();
  const place = (work: WorkDraft, trail: ReadonlySet<ServiceId>): void => {
    if (placed.has(work) || trail.has(work.service)) return;
    for (const other of work.waitsFor) {
      const before = works.get(other);
      if (before) place(before, new Set([...trail, work.service]));
    }
    placed.add(work);
  };
  for (const work of works.values()) place(work, new Set());
  return [...placed];
}
