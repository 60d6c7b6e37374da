import type { Clock, Ms } from "../../model/basics.ts";
import { adoptGroup, endGroup } from "./process-group.ts";
import { findProcess, leadersMarked, type ProcessRef } from "./process-table.ts";

const GRACE_MS: Ms = 2_000;

/**
 * Ends process groups that carry the runtime's mark and that no record names: started an instant before their agent was
 * killed, or left by a state that was lost. Returns how many.
 */
export async function endOrphans({
  mark,
  value,
  known,
  clock,
}: {
  readonly mark: string;
  readonly value: string;
  readonly known: readonly ProcessRef[];
  readonly clock: Clock;
}): Promise<number> {
  const ours = new Set(known.map(({ pid }) => pid));
  const orphans = leadersMarked(mark, value).filter((pid) => !ours.has(pid));
  const ended = await Promise.all(
    orphans.map(async (pid) => {
      const ref = await findProcess(pid);
      const group = ref && (await adoptGroup(ref, clock));
      if (group) await endGroup(group, GRACE_MS, clock);
      return group ? 1 : 0;
    }),
  );
  return ended.reduce((total: number, one) => total + one, 0);
}
