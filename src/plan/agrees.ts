import type { CatalogEntry } from "../model/catalog.ts";
import type { PlanInput } from "../model/plan.ts";
import type { ServiceRecord } from "../model/state.ts";
import { hasVolumes, lastApplied, runs } from "./last-applied.ts";

/**
 * Whether a record is as declared, so that there is no step. Nearly every service of nearly every plan ends here, so specs,
 * which are computed when they are first asked for, are not touched unless nothing runs or only the protection differs.
 */
export function agrees(
  entry: CatalogEntry,
  record: ServiceRecord,
  secretVersions: PlanInput["secretVersions"],
): boolean {
  if (record.rollout !== null) return false;
  const release = lastApplied(record);
  if (release === null || release.specDigest !== entry.specDigest || release.artifactDigest !== entry.artifactDigest)
    return false;
  let versions: Readonly<Record<string, string>> | undefined;
  for (const name in release.secrets) {
    versions ??= secretVersions(entry.id);
    if (!Object.hasOwn(versions, name) || versions[name] !== release.secrets[name]) return false;
  }
  if (record.stable === null && runs(entry.spec)) return false;
  return record.protected === entry.protected || record.protected === (entry.protected || hasVolumes(entry.spec));
}
