/**
 * `apply/` makes it so: it holds the claim, journals what it means to do, drives each service's rollout and journals what
 * became of it. It promises that a run may end anywhere, and the next one converges; that nothing acts without recorded
 * intent; that what nobody approved is not touched; and that a run whose claim is gone acts on nothing. It decides neither
 * what changes (`plan/`) nor how a release replaces another (`rollout/`), and knows no kind of target.
 */

import type { ApplyInput, ApplyReport } from "./apply-input.ts";
import { inOrder } from "./in-order.ts";
import { journalIntent } from "./journal.ts";
import { performWork, skipWork } from "./perform-work.ts";
import { refresh } from "./refresh.ts";
import { nextRound } from "./round.ts";
import { type Run, reportOf } from "./run.ts";
import { underClaim } from "./under-claim.ts";

/** HEAD may move while we apply; after this many rounds the next run goes on. */
const ROUNDS_MAX = 5;

/**
 * Applies what is declared and approved. Resolves with a report whatever becomes of it; throws only where State or Git
 * cannot be used at all (StateError, GitError), or at a bug of ours.
 */
export function apply(input: ApplyInput): Promise<ApplyReport> {
  return underClaim(input, applyRounds);
}

/** Refresh, plan, journal, act, journal; again while HEAD moves. A report where nothing may be done at all. */
async function applyRounds(run: Run): Promise<ApplyReport | null> {
  for (let round = 0; round < ROUNDS_MAX && !run.halted.aborted; round++) {
    const observation = await refresh(run);
    if (observation === null) return { ...reportOf(run), outcome: "failed", says: "the target cannot be reached" };
    await run.input.crash?.("refreshed");

    const next = await nextRound(run, observation);
    if (next.is === "refused")
      return { ...reportOf(run), outcome: "refused", diagnostics: [...run.diagnostics, ...next.diagnostics] };
    if (next.works.length === 0) break;

    const works = await journalIntent(run, next.plan, next.works);
    await run.input.crash?.("journalled");
    await inOrder(works, {
      parallelism: run.input.parallelism,
      perform: (work) => performWork(run, work),
      skip: (work, because) => skipWork(run, work, because),
    });
    if (run.haltedBecause() === "fenced") break;
    if ((await run.holder.flush()) === "lost") run.halt("fenced");
    await run.input.crash?.("outcomes-journalled");
    // What is declared moves faster than it can be applied: the next run goes on.
    if (round === ROUNDS_MAX - 1) run.halt("paused");
  }
  return null;
}
