/**
 * `apply/` makes it so: it holds the claim, journals what it means to do, drives each service's rollout and journals what
 * became of it. It promises that a run may end anywhere, and the next one converges; that nothing acts without recorded
 * intent; that what nobody approved is not touched; and that a run whose claim is gone acts on nothing. It decides neither
 * what changes (`plan/`) nor how a release replaces another (`rollout/`), and knows no kind of target.
 */

import { GitError } from "../git/git-error.ts";
import type { Observation } from "../model/fleet.ts";
import { takeClaim } from "../state/claims.ts";
import type { ApplyInput, ApplyReport } from "./apply-input.ts";
import { unknownOn } from "./drift.ts";
import { inOrder } from "./in-order.ts";
import { journalIntent } from "./journal.ts";
import { performWork, skipWork } from "./perform-work.ts";
import { nextRound } from "./round.ts";
import { keepAlive, type Run, reportOf, startRun, TTL_MS } from "./run.ts";

/** HEAD may move while we apply; after this many rounds the next run goes on. */
const ROUNDS_MAX = 5;
const PATIENCE_MS = 30_000;

/**
 * Applies what is declared and approved. Resolves with a report whatever becomes of it; throws only where State or Git
 * cannot be used at all (StateError, GitError), or at a bug of ours.
 */
export async function apply(input: ApplyInput): Promise<ApplyReport> {
  const { store, clock, run: name, url, nonce, ttlMs = TTL_MS, patienceMs = PATIENCE_MS, coalesceMs, signal } = input;
  const claim = await takeClaim({
    ...{ store, clock, run: name, nonce, ttlMs, patienceMs },
    ...(url === undefined ? {} : { url }),
    ...(coalesceMs === undefined ? {} : { coalesceMs }),
    ...(signal === undefined ? {} : { signal }),
    onWait: (other) =>
      input.onEvent?.({ says: `waiting for ${other.url ?? other.run}, which is applying since ${other.since}` }),
  });
  if (claim.is === "busy") return busyReport(input, claim.claim.url ?? claim.claim.run);
  const run = startRun(input, claim.holder);
  await input.crash?.("claimed");
  if (claim.holder.claim.tookOver !== undefined)
    input.onEvent?.({ says: `took over from ${claim.holder.claim.tookOver}, which fell silent` });
  const alive = keepAlive(run);
  try {
    const refused = await applyRounds(run);
    await input.crash?.("before-release");
    if (run.haltedBecause() !== "fenced" && (await run.holder.release(closingWords(run))) === "lost")
      run.halt("fenced");
    await input.crash?.("released");
    return refused ?? reportOf(run);
  } catch (error) {
    if (!(error instanceof GitError) || run.outcomes.size === 0) throw error;
    // Whoever reads the report wants to know what has changed before State went out of reach. The claim falls silent.
    const says =
      "its State went out of reach, and the outcomes since then are not recorded: the next run finds them out";
    return { ...reportOf(run), outcome: "failed", says, diagnostics: [...run.diagnostics, error.diagnostic] };
  } finally {
    await alive.stop();
  }
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

/** What runs now. Things that State does not know are named and left alone. */
async function refresh(run: Run): Promise<Observation | null> {
  try {
    const observation = await run.input.target.observe();
    const strangers = [...observation.foreign, ...unknownOn(observation, run.holder.state())];
    const known = new Set(run.diagnostics.map(({ summary }) => summary));
    for (const stranger of strangers) {
      const summary = `${stranger} is on the target, and State does not know it`;
      if (known.has(summary)) continue;
      run.diagnostics.push({ code: "foreign-on-target", severity: "warning", summary, detail: "It is left alone." });
    }
    return observation;
  } catch (error) {
    const summary = `the target cannot be asked: ${error instanceof Error ? error.message : String(error)}`;
    run.diagnostics.push({
      code: "target-unreachable",
      severity: "error",
      summary,
      environment: run.input.environment,
    });
    return null;
  }
}

function busyReport({ environment, run }: ApplyInput, other: string): ApplyReport {
  const says = `another run is applying: ${other}`;
  const diagnostics = [
    {
      code: "apply-busy",
      severity: "error",
      environment,
      summary: says,
      hint: "wait for it to end; a run that died is taken over after its time-to-live",
    },
  ] as const;
  return { environment, run, outcome: "busy", says, plan: null, services: [], diagnostics };
}

function closingWords(run: Run): string {
  const words = [...run.outcomes.values()].map(({ outcome }) => outcome);
  const counted = [...new Set(words)]
    .sort()
    .map((outcome) => `${words.filter((one) => one === outcome).length} ${outcome}`);
  return `${run.input.run} ends: ${counted.join(", ") || "nothing to do"}`;
}
