import { closeSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { isAlive, type ProcessRef } from "./process-table.ts";

/**
 * One agent for each runtime: a file that only one process can create, naming it. A dead one's file is renamed away,
 * which again only one can do. Returns false when a living process holds it.
 */
export async function takeLock(path: string, me: ProcessRef): Promise<boolean> {
  for (let attempt = 0; attempt < 5; attempt++) {
    if (create(path, me)) return true;
    const holder = readHolder(path);
    if (holder && (await isAlive(holder))) return false;
    const aside = `${path}.${me.pid}`;
    try {
      renameSync(path, aside);
    } catch {
      continue;
    }
    // Between our look and our rename another may have taken over: then it is theirs, and goes back.
    const moved = readHolder(aside);
    if (moved && moved.startedAt !== holder?.startedAt && (await isAlive(moved))) {
      renameSync(aside, path);
      return false;
    }
    rmSync(aside, { force: true });
  }
  return false;
}

/** True while the file names this process. */
export function holdsLock(path: string, me: ProcessRef): boolean {
  const holder = readHolder(path);
  return holder?.pid === me.pid && holder.startedAt === me.startedAt;
}

export function dropLock(path: string, me: ProcessRef): void {
  if (holdsLock(path, me)) rmSync(path, { force: true });
}

function create(path: string, me: ProcessRef): boolean {
  try {
    const fd = openSync(path, "wx", 0o600);
    writeSync(fd, JSON.stringify(me));
    closeSync(fd);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** The process that the file names; null where there is none. */
export function readHolder(path: string): ProcessRef | null {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof value !== "object" || value === null || !("pid" in value) || !("startedAt" in value)) return null;
    return { pid: Number(value.pid), startedAt: String(value.startedAt) };
  } catch {
    return null;
  }
}
