import type { Instant, ServiceId } from "../model/basics.ts";
import type { JournalEntry, ServiceRecord } from "../model/state.ts";
import { withOutcome, withRollout } from "../state/records.ts";
import type { ServiceOutcome } from "./apply-input.ts";
import { type Drive, driveRollout } from "./drive-rollout.ts";
import type { Ended } from "./in-order.ts";
import { withOutcomeIn } from "./journal.ts";
import type { Run } from "./run.ts";
import type { Work } from "./work.ts";

/** Performs one work whose intent is durable, and queues what became of it for the journal. */
export async function performWork(run: Run, work: Work): Promise<Ended> {
  const { service, rollout } = work;
  if (run.halted.aborted) {
    noteOutcome(run, work, "unfinished", "not begun");
    return "badly";
  }
  if (rollout === null) {
    // Nothing of it runs here: with the record, all is done.
    if (work.step?.service === service) noteOutcome(run, work, "done", work.record === null ? "forgotten" : "recorded");
    journalOutcome(run, work, { outcome: "done" }, (record) => record);
    return "well";
  }
  const drive = await driveRollout(run, service, rollout);
  await run.input.crash?.("ended");
  if (drive.is === "left") {
    noteOutcome(run, work, "unfinished", drive.says);
    return "badly";
  }
  return concluded(run, work, drive);
}

/** What a rollout's end means for the record, the journal and the report. */
function concluded(run: Run, work: Work, drive: Extract<Drive, { is: "ended" }>): Ended {
  const at = new Date(run.input.clock.now()).toISOString();
  const { as, refused, remains } = drive;
  const well = as === "stable" || as === "gone";
  const says = well ? drive.says : (refused ?? drive.says);
  if (isRestore(run, work)) {
    // The record stands: when it could not be brought back, the next run tries again.
    journalOutcome(run, work, { outcome: well ? "done" : "failed", says }, (record) => withRollout(record, null, at));
    const restored = work.rollout?.to === null ? "done" : "restored";
    noteOutcome(run, work, well ? restored : "failed", says);
    return well ? "well" : "badly";
  }
  const outcome = well
    ? drive.foundDone && work.why === "resume"
      ? "found-done"
      : "done"
    : as === "rolled-back"
      ? "rolled-back"
      : "failed";
  journalOutcome(run, work, { outcome, says }, (record) =>
    withOutcome(record, as, { at, remains, ...(well ? {} : { reason: says }) }),
  );
  noteOutcome(run, work, outcome, says);
  return well ? "well" : "badly";
}

/**
 * A rollout to the release that is recorded as serving brings it back, and one to nothing under a hold takes away what the
 * held release left; by that it is known in a later run, too.
 */
function isRestore(run: Run, { service, rollout, why }: Work): boolean {
  const record = run.holder.state().services.get(service);
  if (rollout === null || record === undefined) return false;
  return why === "restore" || (rollout.to === null ? record.held !== null : record.stable === rollout.to);
}

/** Gives up a work that was journalled and never begun, because what it needs failed. */
export function skipWork(run: Run, work: Work, because: ServiceId): void {
  // The run is ending: its intent stays, and the next one goes on with it.
  if (run.halted.aborted) {
    noteOutcome(run, work, "unfinished", "not begun");
    return;
  }
  const at = new Date(run.input.clock.now()).toISOString();
  const says = `${because}, which it needs, did not succeed`;
  // A service on its way to another id is between two records: there is no way back, so its intent stays.
  if (work.why === "step" && work.rollout?.movedFrom === undefined)
    journalOutcome(run, work, { outcome: "skipped", says }, (record) => asBefore(work, record, at));
  noteOutcome(run, work, "skipped", says);
}

/** The record as it was, an earlier run's rollout included; only the release number is used up. */
function asBefore({ prior, release }: Work, record: ServiceRecord, at: Instant): ServiceRecord {
  if (prior !== null) return { ...prior, nextRelease: record.nextRelease, updatedAt: at };
  const releases = record.releases.filter(({ number }) => number !== release?.number);
  return withRollout({ ...record, releases }, null, at);
}

function journalOutcome(
  run: Run,
  work: Work,
  outcome: Pick<JournalEntry, "outcome" | "says">,
  change: (record: ServiceRecord) => ServiceRecord,
): void {
  const { service, rollout } = work;
  run.holder.later((state) => {
    const journal = withOutcomeIn(state.journal, run.input.run, service, outcome);
    const record = state.services.get(service);
    const message = `${service}: ${outcome.says ?? outcome.outcome}`;
    // Somebody else's rollout by now: then it is no longer ours to end.
    if (record === undefined || (rollout !== null && record.rollout?.id !== rollout.id)) return { ...journal, message };
    return { ...journal, services: new Map([[service, change(record)]]), message };
  });
}

function noteOutcome(run: Run, work: Work, outcome: ServiceOutcome["outcome"], says: string): void {
  const release = work.release?.number ?? work.rollout?.to ?? null;
  run.note({
    service: work.service,
    action: work.step?.action ?? (work.why === "step" ? "resume" : work.why),
    outcome,
    says,
    release,
  });
  // What went well the strategy has said already.
  if (outcome === "skipped" || outcome === "unfinished")
    run.input.onEvent?.({ service: work.service, says: `${outcome}: ${says}` });
}
