import type { Oid } from "../model/basics.ts";
import type { State } from "../model/state.ts";
import { type DecodedSnapshot, decodeSnapshot, encodeSnapshot } from "./snapshot-file.ts";

/** A State as it was read or written, with the blob that each of its files is. */
export interface Snapshot {
  readonly oid: Oid | null;
  readonly state: State;
  readonly blobs: ReadonlyMap<string, Oid>;
}

/** The newest snapshot read of each ref, so that a tip that has hardly moved costs hardly anything to read. */
export interface StateCache {
  get(ref: string): Snapshot | null;
  set(ref: string, snapshot: Snapshot): void;
}

/** A cache for the life of the process. */
function memoryStateCache(): StateCache {
  const snapshots = new Map<string, Snapshot>();
  return {
    get: (ref) => snapshots.get(ref) ?? null,
    set(ref, snapshot) {
      snapshots.set(ref, snapshot);
    },
  };
}

/**
 * A cache that outlives the process. `read` and `write` keep named files, and may fail silently; whatever comes back
 * damaged, from another version or of another ref is as good as nothing. A snapshot counts for the tip it names alone.
 */
export function persistentStateCache(files: {
  readonly read: (name: string) => Buffer | null;
  readonly write: (name: string, content: Uint8Array) => void;
}): StateCache {
  const inMemory = memoryStateCache();
  const found = new Map<string, DecodedSnapshot | null>();
  return {
    get(ref) {
      const known = inMemory.get(ref);
      if (known !== null || found.has(ref)) return known;
      const content = files.read(nameOf(ref));
      const decoded = content === null ? null : decodeSnapshot(ref, content);
      found.set(ref, decoded);
      if (decoded !== null) inMemory.set(ref, decoded.snapshot);
      return decoded?.snapshot ?? null;
    },
    set(ref, snapshot) {
      inMemory.set(ref, snapshot);
      files.write(nameOf(ref), encodeSnapshot(ref, snapshot, found.get(ref)?.bodies()));
    },
  };
}

/** `refs/heads/fairlead-state/staging` → `state-heads-fairlead-state-staging`. */
function nameOf(ref: string): string {
  return `state-${ref.replace(/^refs\//, "").replace(/[^\w.-]/g, "-")}`;
}
