import type { Instant, ServiceId } from "../model/basics.ts";
import type { Step } from "../model/plan.ts";
import type { Rollout } from "../model/rollout.ts";
import type { Release, ServiceRecord, State } from "../model/state.ts";
import { beginRollout } from "../rollout/begin.ts";
import { recordOf, withIntent } from "../state/records.ts";
import type { Run } from "./run.ts";
import type { WorkDraft } from "./work.ts";

/**
 * What a step means to do, as works with the records to be written before anything acts. Usually one; a move on a target
 * that cannot rename is two: the old service ends, then the new one comes. Decides nothing and touches nothing.
 */
export function intentOf(run: Run, step: Step): readonly WorkDraft[] {
  const { state, at } = moment(run);
  const { previousId } = step;
  if (step.action === "move" && previousId !== undefined && state.services.has(previousId)) {
    if (mayRename(run, step.service, previousId)) return renamed(run, step, previousId);
    const leaving = endingOf(run, previousId);
    const coming = comingOf(run, step, recordOf(state, step.service, at));
    return leaving === null ? [coming] : [leaving, { ...coming, waitsFor: [...coming.waitsFor, previousId].sort() }];
  }
  const record = recordOf(state, step.service, at);
  if (step.after === null) return [removalOf(run, step, record)];
  if (resumes(step, record) && record.rollout !== null)
    return [{ ...workOf(step), why: "resume", rollout: record.rollout, record }];
  if (step.strategy !== "retire") return [comingOf(run, step, record)];
  // What is stopped is recorded as a release of its own, though nothing of it runs.
  const release = releaseOf(run, step, record);
  const rollout = begun(run, record, { from: record.stable, to: null, strategy: "retire" });
  return [workWith(run, step, record, { release, rollout })];
}

/** A rollout that an earlier run began and that still leads to what is declared is gone on with, where it stands. */
function resumes(step: Step, { rollout, releases }: ServiceRecord): boolean {
  if (rollout === null || step.after === null) return false;
  if (rollout.to === null) return step.action === "stop";
  const coming = releases.find(({ number }) => number === rollout.to);
  return coming?.specDigest === step.after.specDigest && coming.artifactDigest === step.after.artifactDigest;
}

function comingOf(run: Run, step: Step, record: ServiceRecord, movedFrom?: ServiceId): WorkDraft {
  const release = releaseOf(run, step, record);
  const { strategy } = step;
  const how = { from: record.stable, to: release.number, ...(movedFrom === undefined ? {} : { movedFrom }) };
  const rollout = strategy === null ? null : begun(run, record, { ...how, strategy });
  return workWith(run, step, record, { release, rollout });
}

/** A rollout in place of the recorded one. A rename that one had still to do, this one has to. */
function begun(
  run: Run,
  record: ServiceRecord,
  { movedFrom = record.rollout?.movedFrom, ...how }: Pick<Rollout, "from" | "to" | "strategy" | "movedFrom">,
): Rollout {
  const { now } = moment(run);
  const rollout = beginRollout({ ...how, service: record.service, claim: run.holder.claim, now });
  return movedFrom === undefined ? rollout : { ...rollout, movedFrom };
}

/**
 * Whether what runs may simply get another id. Not where that id had an earlier life, whose release numbers are used up, and
 * not in the middle of an earlier rename: then nobody can tell under which id it runs.
 */
function mayRename({ input, holder }: Run, to: ServiceId, from: ServiceId): boolean {
  const { gone, services } = holder.state();
  return (
    input.target.profile.can.has("rename") && !gone?.has(to) && services.get(from)?.rollout?.movedFrom === undefined
  );
}

/** Everything recorded goes on under the new id; what runs is renamed first thing, so that nothing has to restart. */
function renamed(run: Run, step: Step, from: ServiceId): readonly WorkDraft[] {
  const { state, at } = moment(run);
  const old = state.services.get(from) ?? recordOf(state, from, at);
  const record: ServiceRecord = {
    ...old,
    service: step.service,
    releases: old.releases.map((release) => {
      // The digest stays: it is what the target reports of instances that nobody touches.
      const renamedFrom = release.renamedFrom ?? from;
      return { ...release, service: step.service, spec: { ...release.spec, id: step.service }, renamedFrom };
    }),
    rollout: null,
  };
  const forgotten: WorkDraft = {
    ...workOf(step),
    service: from,
    step: null,
    release: null,
    rollout: null,
    record: null,
    waitsFor: [],
  };
  return [forgotten, comingOf(run, step, record, from)];
}

function removalOf(run: Run, step: Step, record: ServiceRecord): WorkDraft {
  const work = step.strategy === null ? null : endingOf(run, step.service);
  if (work === null) return { ...workOf(step), rollout: null, record: null };
  return { ...work, step, why: work.why, waitsFor: step.waitsFor, needsThem: true, record: work.record ?? record };
}

/** The end of a recorded service: gone on with where an earlier run began it. Null where nothing of it is recorded. */
function endingOf(run: Run, service: ServiceId): WorkDraft | null {
  const { state, at } = moment(run);
  const record = state.services.get(service);
  if (record === undefined) return null;
  const earlier = record.rollout?.to === null ? record.rollout : null;
  const from = record.stable ?? record.rollout?.from ?? null;
  const rollout = earlier ?? begun(run, record, { from, to: null, strategy: "retire" });
  return {
    service,
    step: null,
    why: earlier === null ? "step" : "resume",
    release: null,
    rollout,
    record: withIntent(record, { release: null, rollout, protected: record.protected, at }),
    waitsFor: [],
    needsThem: true,
  };
}

function releaseOf(run: Run, { service, after }: Step, record: ServiceRecord): Release {
  if (after === null) throw new TypeError(`a step that brings ${service} in says nothing of what it is`);
  const { plan } = run;
  return {
    number: record.nextRelease,
    service,
    spec: after.spec,
    specDigest: after.specDigest,
    artifact: after.artifact,
    artifactDigest: after.artifactDigest,
    runDigest: after.runDigest,
    secrets: after.secrets,
    commit: plan === null || plan.dirty ? null : plan.commit,
    createdAt: moment(run).at,
    run: run.input.run,
  };
}

function workWith(
  run: Run,
  step: Step,
  record: ServiceRecord,
  { release, rollout }: { readonly release: Release; readonly rollout: Rollout | null },
): WorkDraft {
  const { at } = moment(run);
  const isProtected = step.after?.spec.protected === true;
  const intended = withIntent(record, { release, rollout, protected: isProtected, at });
  return { ...workOf(step), release, rollout, record: intended };
}

function workOf(step: Step): WorkDraft {
  const { service, waitsFor } = step;
  return { service, step, why: "step", release: null, rollout: null, record: null, waitsFor, needsThem: true };
}

function moment(run: Run): { readonly state: State; readonly at: Instant; readonly now: number } {
  const now = run.input.clock.now();
  return { state: run.holder.state(), at: new Date(now).toISOString(), now };
}
