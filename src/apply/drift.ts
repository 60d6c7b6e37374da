import { compilePolicy } from "../edge/policy.ts";
import type { ServiceId } from "../model/basics.ts";
import { digestOf } from "../model/digest.ts";
import type { Fleet, Observation } from "../model/fleet.ts";
import type { Release, ServiceRecord, State } from "../model/state.ts";
import { runs } from "../plan/last-applied.ts";

/** The release that should be running undisturbed: recorded as stable, meant to run, nothing under way. */
export function settledRelease(record: ServiceRecord): Release | null {
  if (record.stable === null || record.rollout !== null) return null;
  const release = record.releases.find(({ number }) => number === record.stable);
  return release && runs(release.spec) ? release : null;
}

/**
 * How what runs differs from the release that is recorded, in a sentence; null where it agrees. Instances that are not
 * ready at the moment are no drift: their supervisor is at it.
 */
export function driftOf(release: Release, fleet: Fleet | undefined): string | null {
  const { replicas } = release.spec.runtime;
  const own = fleet?.groups.find((group) => group.release === release.number);
  if (replicas > 0 && (own === undefined || own.wanted === 0)) return "nothing of it runs";
  if (own && own.spec !== release.specDigest) return `what runs as r${release.number} is not what is recorded as it`;
  if ((own?.wanted ?? 0) !== replicas) return `${own?.wanted ?? 0} instances are kept instead of ${replicas}`;
  const other = fleet?.groups.find((group) => group.release !== release.number);
  if (other) return `r${other.release} runs beside r${release.number}`;
  if (fleet?.policy !== digestOf(compilePolicy(release.spec))) return "the edge serves it by another policy";
  const served = Object.entries(fleet.weights).filter(([, weight]) => weight > 0);
  const expected = replicas === 0 ? 0 : 1;
  if (served.length !== expected || (expected === 1 && fleet.weights[release.number] !== 100))
    return "its traffic goes elsewhere";
  return null;
}

/** That something runs of a service that is recorded not to: what a failed release left where the target would not let it go. */
export function strayOf(fleet: Fleet | undefined): string | null {
  return fleet?.groups.some((group) => group.wanted > 0) ? "it runs and should not" : null;
}

/** Services that run although State does not know them; sorted. They are left alone. */
export function unknownOn(observation: Observation, state: State): readonly ServiceId[] {
  return observation.fleets
    .filter(({ service, groups }) => groups.length > 0 && !state.services.has(service))
    .map(({ service }) => service)
    .sort();
}
