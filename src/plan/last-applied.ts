import type { Spec } from "../model/service.ts";
import type { Release, ServiceRecord } from "../model/state.ts";

/**
 * The release that a record stands for: the stable one; or, where nothing serves, the newest that was not meant to run
 * (`status: inactive`), since a stop is recorded as a release too. Null where none was ever brought in successfully.
 */
export function lastApplied(record: ServiceRecord): Release | null {
  const { stable, releases, rollout } = record;
  for (let index = releases.length - 1; index >= 0; index--) {
    const release = releases[index];
    if (release === undefined) continue;
    if (stable !== null ? release.number === stable : release.number !== rollout?.to && !runs(release.spec))
      return release;
  }
  return null;
}

/** Whether the target runs anything for it: what is inactive is stopped, and what is external others run. */
export function runs(spec: Spec): boolean {
  return spec.status !== "inactive" && spec.external !== true;
}

/** Whether instances are, or may be, there: a release serves, a rollout is under way, or one that failed has left something. */
export function isRunning({ stable, rollout, releases }: ServiceRecord, base: Release | null): boolean {
  if (rollout !== null) return true;
  if (base === null) return releases.length > 0;
  return stable !== null && runs(base.spec);
}

/** Whether an earlier run began to take the service away and did not finish. */
export function isEnding({ rollout }: ServiceRecord): boolean {
  return rollout !== null && rollout.to === null;
}

/** Volumes have one owner at a time and outlive their service: they imply recreate and protection. */
export function hasVolumes(spec: Spec): boolean {
  return typeof spec.volumes === "object" && spec.volumes !== null && Object.keys(spec.volumes).length > 0;
}
