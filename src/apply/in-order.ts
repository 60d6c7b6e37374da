import pLimit from "p-limit";
import type { ServiceId } from "../model/basics.ts";
import type { Work } from "./work.ts";

/** How a work ended for those that wait for it. */
export type Ended = "well" | "badly";

/**
 * Does works side by side, `parallelism` at most, each after those it waits for. What needs one that ended badly is handed
 * to `skip` instead, and has ended badly itself; strangers go on. Works come in the order of the plan.
 */
export async function inOrder(
  works: readonly Work[],
  how: {
    readonly parallelism: number;
    readonly perform: (work: Work) => Promise<Ended>;
    readonly skip: (work: Work, because: ServiceId) => void;
  },
): Promise<void> {
  const limit = pLimit(how.parallelism);
  const ended = new Map<ServiceId, Promise<Ended>>();
  for (const work of works) {
    const before = work.waitsFor.flatMap((service) => {
      const other = ended.get(service);
      return other === undefined ? [] : [other.then((as) => ({ service, as }))];
    });
    const own = Promise.all(before).then(async (those) => {
      const failed = work.needsThem ? those.find(({ as }) => as === "badly") : undefined;
      if (failed === undefined) return limit(() => how.perform(work));
      how.skip(work, failed.service);
      return "badly" as const;
    });
    ended.set(work.service, own);
  }
  // Nobody leaves while others still act: an error is thrown once all have ended.
  for (const one of await Promise.allSettled(ended.values())) if (one.status === "rejected") throw one.reason;
}
