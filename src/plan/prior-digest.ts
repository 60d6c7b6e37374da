import type { Digest } from "../model/basics.ts";
import { digestOf } from "../model/digest.ts";
import type { ServiceRecord } from "../model/state.ts";

/**
 * Digest of a service's record, by which alone the staleness of its step is judged: an approved step is refused if and only
 * if this differs. Null where there is no record.
 */
export function priorDigest(record: ServiceRecord | null | undefined): Digest | null {
  if (!record) return null;
  // A spec may be a getter, which only asking for it makes sure of.
  return digestOf({ ...record, releases: record.releases.map((release) => ({ ...release, spec: release.spec })) });
}
