import type { Stats } from "node:fs";
import type { Ms, Oid } from "../model/basics.ts";

/**
 * Remembers blob ids of files that Git's own index does not know (untracked or modified ones), by what `lstat` says of
 * them, so that a warm listing reads no file. The caller keeps it between runs: `toJSON` and `statCache` are inverse.
 */
export interface StatCache {
  find(path: string, stats: Stats): Oid | null;
  /** `now`: wall time at which the file was read. Does not remember what could still change without a trace. */
  remember(path: string, stats: Stats, blob: Oid, now: Ms): void;
  /** Forgets every path that was neither found nor remembered since the cache was made. */
  toJSON(): SavedStatCache;
}

interface SavedStatCache {
  readonly version: 1;
  readonly files: readonly (readonly [path: string, signature: string, blob: Oid])[];
}

/** Anything but a cache of ours is an empty one: a cache is never a reason to fail. */
export function statCache(saved?: unknown): StatCache {
  const old = new Map<string, readonly [string, Oid]>();
  const used = new Map<string, readonly [string, Oid]>();
  for (const [path, signature, blob] of filesOf(saved)) old.set(path, [signature, blob]);
  return {
    find(path, stats) {
      const known = used.get(path) ?? old.get(path);
      if (known === undefined || known[0] !== signatureOf(stats)) return null;
      used.set(path, known);
      return known[1];
    },
    remember(path, stats, blob, now) {
      if (mayChangeUnseen(stats, now)) used.delete(path);
      else used.set(path, [signatureOf(stats), blob]);
      old.delete(path);
    },
    toJSON: () => ({
      version: 1,
      files: [...used].map(([path, [signature, blob]]) => [path, signature, blob] as const),
    }),
  };
}

/** Milliseconds of a double carry fractions down to a quarter of a microsecond: finer than any file system's tick. */
function signatureOf(stats: Stats): string {
  return `${stats.size}:${stats.mtimeMs}:${stats.ctimeMs}:${stats.ino}:${stats.mode}`;
}

/**
 * Git's "racily clean": a file written again within the same tick of the file system's clock, after we read it, would
 * show the same stamps. So a file whose stamps lie within a tick of the reading is not remembered, and read again next
 * time. Ticks: 10 ms at worst on Linux; whole seconds, two on FAT, where stamps carry no fraction.
 */
function mayChangeUnseen(stats: Stats, now: Ms): boolean {
  const newest = Math.max(stats.mtimeMs, stats.ctimeMs);
  const tick = newest % 1_000 === 0 ? 3_000 : 50;
  return newest > now - tick;
}

function filesOf(saved: unknown): SavedStatCache["files"] {
  const cache = saved as SavedStatCache | null | undefined;
  if (typeof cache !== "object" || cache?.version !== 1 || !Array.isArray(cache.files)) return [];
  return cache.files.filter(
    (file) => Array.isArray(file) && file.length === 3 && file.every((part) => typeof part === "string"),
  );
}
