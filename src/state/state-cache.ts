import type { Oid } from "../model/basics.ts";
import type { State } from "../model/state.ts";

/** A State as it was read or written, with the blob that each of its files is. */
export interface Snapshot {
  readonly oid: Oid | null;
  readonly state: State;
  readonly blobs: ReadonlyMap<string, Oid>;
}

/** The newest snapshot of each ref, so that a tip that has hardly moved costs hardly anything to read. */
export interface StateCache {
  get(ref: string): Snapshot | null;
  set(ref: string, snapshot: Snapshot): void;
}

/** A cache for the life of the process. */
export function stateCache(): StateCache {
  const snapshots = new Map<string, Snapshot>();
  return {
    get: (ref) => snapshots.get(ref) ?? null,
    set(ref, snapshot) {
      snapshots.set(ref, snapshot);
    },
  };
}
