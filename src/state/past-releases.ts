import type { LogEntry } from "../git/ref-log.ts";
import type { Instant, ServiceId } from "../model/basics.ts";
import type { Release, ServiceRecord } from "../model/state.ts";
import { documentAt, type ReadAt } from "./runs.ts";
import { recordPath } from "./state-codec.ts";

/** A record as one commit of State left it. */
export interface PastRecord {
  readonly at: Instant;
  readonly record: ServiceRecord;
}

/** A release and what became of it. */
export interface PastRelease {
  readonly release: Release;
  /** The one that served when it was made; null: none. */
  readonly before: Release | null;
  readonly end:
    | { readonly is: "serves"; readonly since: Instant }
    | { readonly is: "replaced"; readonly by: number; readonly at: Instant }
    | { readonly is: "stopped"; readonly at: Instant }
    | { readonly is: "held"; readonly reason: string; readonly at: Instant }
    | { readonly is: "under-way" }
    /** Journalled, and given up before it began. */
    | { readonly is: "not-begun" };
}

/** The records of a service by the commits that changed it (newest first, as the log is); what cannot be read is left out. */
export async function pastRecords(
  service: ServiceId,
  log: readonly LogEntry[],
  on: { readonly read: ReadAt; readonly environment: string },
): Promise<readonly PastRecord[]> {
  const records: PastRecord[] = [];
  for (const { oid, at } of log) {
    const record = (await documentAt(oid, recordPath(service), on)) as ServiceRecord | null;
    if (record !== null) records.push({ at, record });
  }
  return records;
}

/** The releases of a service through time, newest first, from its records (newest first). Pure. */
export function pastReleases(records: readonly PastRecord[]): readonly PastRelease[] {
  const found = new Map<number, PastRelease>();
  for (const { at, record } of records.toReversed()) {
    const byNumber = new Map(record.releases.map((release) => [release.number, release]));
    for (const release of record.releases) {
      if (found.has(release.number)) continue;
      const before = record.stable === release.number ? record.rollout?.from : record.stable;
      const prior = byNumber.get(before ?? -1) ?? found.get(before ?? -1)?.release ?? null;
      found.set(release.number, { release, before: prior, end: { is: "not-begun" } });
    }
    for (const [number, past] of found) {
      const end = endAfter(past.end, number, record, at);
      if (end !== past.end) found.set(number, { ...past, end });
    }
  }
  return [...found.values()].sort((a, b) => b.release.number - a.release.number);
}

function endAfter(
  end: PastRelease["end"],
  number: number,
  { stable, held, rollout }: ServiceRecord,
  at: Instant,
): PastRelease["end"] {
  if (stable === number) return end.is === "serves" ? end : { is: "serves", since: at };
  if (held?.release === number && rollout?.to !== number)
    return end.is === "held" && end.reason === held.reason ? end : { is: "held", reason: held.reason, at };
  if (end.is === "serves") return stable === null ? { is: "stopped", at } : { is: "replaced", by: stable, at };
  if (rollout?.to === number) return { is: "under-way" };
  return end.is === "under-way" ? { is: "not-begun" } : end;
}
