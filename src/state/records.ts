import type { Instant, ServiceId } from "../model/basics.ts";
import type { Rollout } from "../model/rollout.ts";
import type { Held, Release, ServiceRecord, State } from "../model/state.ts";

/** How a rollout ended, in a strategy's words. */
export type RolloutOutcome = "stable" | "rolled-back" | "no-stable" | "gone";

/** The record of a service that was never deployed. `nextRelease` goes on from an earlier life (see `recordOf`). */
export function freshRecord(service: ServiceId, at: Instant, nextRelease = 1): ServiceRecord {
  return {
    service,
    nextRelease,
    stable: null,
    releases: [],
    rollout: null,
    held: null,
    protected: false,
    updatedAt: at,
  };
}

/** What is recorded of a service, or a fresh record whose release numbers go on from a life that was deleted. */
export function recordOf(state: State, service: ServiceId, at: Instant): ServiceRecord {
  return state.services.get(service) ?? freshRecord(service, at, state.gone?.get(service));
}

/**
 * What is about to be done, to be written before anything acts. `release` is the one coming in, numbered
 * `record.nextRelease`; null where none is recorded (a delete). A release that failed before is forgotten, unless this
 * one is the same again.
 */
export function withIntent(
  record: ServiceRecord,
  intent: {
    readonly release: Release | null;
    readonly rollout: Rollout | null;
    readonly protected: boolean;
    readonly at: Instant;
    /** Another release that is not to be brought in from now on, as when somebody rolls it back by hand. */
    readonly hold?: Held | undefined;
  },
): ServiceRecord {
  const { release, rollout, at, hold } = intent;
  if (release !== null && release.number !== record.nextRelease)
    throw new TypeError(`${record.service}: r${release.number} would be recorded where r${record.nextRelease} is next`);
  const { held } = record;
  const sameAgain =
    held !== null && release?.specDigest === held.specDigest && release.artifactDigest === held.artifactDigest;
  const intended: ServiceRecord = {
    ...record,
    nextRelease: record.nextRelease + (release === null ? 0 : 1),
    releases: release === null ? record.releases : [...record.releases, release],
    rollout,
    held: hold ?? (sameAgain ? held : null),
    protected: intent.protected,
    updatedAt: at,
  };
  // Where nothing is rolled out (what is external changes on paper alone), no outcome follows that would tidy up.
  return rollout === null && release !== null ? keeping(intended, [record.stable, release.number]) : intended;
}

/** Where a rollout has got to, or that it has an order now; null discards it without an outcome. */
export function withRollout(record: ServiceRecord, rollout: Rollout | null, at: Instant): ServiceRecord {
  return { ...record, rollout, updatedAt: at };
}

/**
 * What became of the rollout under way. `stable` promotes its release; `rolled-back` and `no-stable` hold it, with
 * `reason`; `gone` leaves nothing serving. Only the releases that can still be needed stay: the one that serves, the one
 * before it, what is now declared of a service that has stopped, and what failed where something of it `remains`.
 */
export function withOutcome(
  record: ServiceRecord,
  outcome: RolloutOutcome,
  how: { readonly at: Instant; readonly reason?: string; readonly remains?: boolean },
): ServiceRecord {
  const { rollout } = record;
  if (rollout === null) throw new TypeError(`${record.service} has no rollout that could have ended`);
  const newest = record.releases.at(-1);
  const ended = { ...record, rollout: null, updatedAt: how.at };
  switch (outcome) {
    case "stable":
      // A rollout that names no release has nothing to promote: `gone` is how it ends well.
      if (rollout.to === null) throw new TypeError(`${rollout.id} brings nothing in and cannot become stable`);
      return keeping({ ...ended, stable: rollout.to, held: heldBeside(record, [rollout.to]) }, [
        record.stable,
        rollout.to,
      ]);
    case "gone":
      return keeping({ ...ended, stable: null, held: null }, [wasNotToRun(newest) ? newest.number : null]);
    case "rolled-back":
      return keeping({ ...ended, held: heldBeside(record, [rollout.to, record.stable]) ?? heldOf(record, how) }, [
        before(record),
        record.stable,
        how.remains ? rollout.to : null,
      ]);
    case "no-stable":
      // Something of it may be there still, so something of it stays recorded.
      return keeping({ ...ended, stable: null, held: heldOf(record, how) }, [rollout.to ?? record.stable]);
  }
}

/** `fairlead retry`: what failed may be tried again. */
export function clearHeld(record: ServiceRecord, at: Instant): ServiceRecord {
  return { ...record, held: null, updatedAt: at };
}

/** True where nothing is left of a service but the number that its next release would get. */
export function isForgotten(record: ServiceRecord): boolean {
  const { stable, releases, rollout, held } = record;
  return stable === null && releases.length === 0 && rollout === null && held === null;
}

/**
 * A hold by hand outlives the rollout that it was recorded with: it is of what is neither coming in nor serving. Any other is
 * over, or replaced, when a rollout ends.
 */
function heldBeside({ held, releases }: ServiceRecord, numbers: readonly (number | null)[]): Held | null {
  const isOfOne = releases.some(
    ({ number, specDigest, artifactDigest }) =>
      numbers.includes(number) && specDigest === held?.specDigest && artifactDigest === held.artifactDigest,
  );
  return isOfOne ? null : held;
}

/** The release that did not make it. Taking away what runs fails without one, unless it was a stop that was declared. */
function heldOf(record: ServiceRecord, how: { readonly at: Instant; readonly reason?: string }): Held | null {
  const newest = record.releases.at(-1);
  const number = record.rollout?.to ?? (wasNotToRun(newest) ? newest.number : null);
  const release = record.releases.find((one) => one.number === number);
  if (release === undefined || release.number === record.stable) return null;
  const reason = how.reason ?? record.rollout?.because ?? "no reason was recorded";
  return {
    release: release.number,
    specDigest: release.specDigest,
    artifactDigest: release.artifactDigest,
    reason,
    at: how.at,
  };
}

/** `status: inactive`, like `external`, is recorded by a release of its own, though nothing of it runs. */
function wasNotToRun(release: Release | undefined): release is Release {
  return release !== undefined && (release.spec.status === "inactive" || release.spec.external === true);
}

/** The release that served before the stable one. */
function before(record: ServiceRecord): number | null {
  return record.releases.findLast((release) => release.number < (record.stable ?? 0))?.number ?? null;
}

function keeping(record: ServiceRecord, numbers: readonly (number | null)[]): ServiceRecord {
  return { ...record, releases: record.releases.filter((release) => numbers.includes(release.number)) };
}
