import pidusage from "pidusage";
import type { Bytes } from "../../model/basics.ts";
import { formatSize } from "../../model/size.ts";
import { membersOf } from "./process-table.ts";

/** A process group with a limit on its memory. */
export interface Limited {
  readonly pid: number;
  readonly limit: Bytes;
  /** Told what is wrong: `memory 530MB over 512MB`. */
  over(says: string): void;
}

/** Adds up what the members of each group have in memory (pages shared between them count for each), and tells those over. */
export async function watchMemory(limited: readonly Limited[]): Promise<void> {
  if (limited.length === 0) return;
  const members = await membersOf(new Set(limited.map(({ pid }) => pid)));
  for (const { pid, limit, over } of limited) {
    const used = await Promise.all((members.get(pid) ?? []).map(residentBytes));
    const sum = used.reduce((total, bytes) => total + bytes, 0);
    if (sum > limit) over(`memory ${formatSize(Math.round(sum / 1_048_576) * 1_048_576)} over ${formatSize(limit)}`);
  }
}

async function residentBytes(pid: number): Promise<Bytes> {
  try {
    return (await pidusage(pid)).memory;
  } catch {
    // It has just ended.
    return 0;
  }
}
