import { digestOf } from "../../src/model/digest.ts";
import type { Plan, Step } from "../../src/model/plan.ts";
import type { Release, ServiceRecord, State } from "../../src/model/state.ts";
import { beginRollout } from "../../src/rollout/begin.ts";
import { freshRecord, withIntent, withOutcome } from "../../src/state/records.ts";

/**
 * What State records once a plan has been applied and all went well: pure, with nothing run. Held steps are left alone.
 * It uses the records' own changes, so that what it says of a plan after an apply holds for a real one.
 */
export function applyInMemory(state: State, plan: Plan): State {
  const services = new Map(state.services);
  for (const step of plan.steps) {
    if (step.action === "held") continue;
    const before = services.get(step.previousId ?? step.service) ?? null;
    services.delete(step.previousId ?? step.service);
    const after = recordAfter(step, before);
    if (after !== null) services.set(step.service, after);
  }
  return { ...state, services: new Map([...services].sort(([a], [b]) => (a < b ? -1 : 1))) };
}

const AT = "2026-01-01T00:00:00.000Z";

function recordAfter(step: Step, recorded: ServiceRecord | null): ServiceRecord | null {
  if (step.after === null) return null;
  const old = recorded ?? freshRecord(step.service, AT);
  const record: ServiceRecord = { ...old, service: step.service, rollout: null };
  const release = releaseOf(step, step.after, record.nextRelease);
  const intent = { release, protected: step.after.spec.protected, at: AT };
  if (step.strategy === null) return withIntent(record, { ...intent, rollout: null });
  const to = step.strategy === "retire" ? null : release.number;
  const { service, strategy } = step;
  const rollout = beginRollout({
    service,
    from: record.stable,
    to,
    strategy,
    claim: { epoch: 1, nonce: "0".repeat(32) },
    now: 0,
  });
  return withOutcome(withIntent(record, { ...intent, rollout }), to === null ? "gone" : "stable", { at: AT });
}

function releaseOf(step: Step, after: NonNullable<Step["after"]>, number: number): Release {
  return { ...after, number, service: step.service, commit: null, createdAt: AT, run: digestOf("run").slice(0, 8) };
}
