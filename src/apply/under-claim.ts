import { GitError } from "../git/git-error.ts";
import type { Ms } from "../model/basics.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { takeClaim } from "../state/claims.ts";
import type { ApplyInput, ApplyReport } from "./apply-input.ts";
import { keepAlive, type Run, reportOf, startRun, TTL_MS } from "./run.ts";

/** Longer than a time-to-live: whoever gave up sooner would never see that a claim is dead, and nobody would take it over. */
const PATIENCE_MS: Ms = TTL_MS + 15_000;

/**
 * Takes the environment's claim, does the work under it, and gives it back. Where the work resolves with a report, that is the
 * run's; else the report is of what it noted. Throws only where State or Git cannot be used at all, or at a bug of ours.
 */
export async function underClaim(
  input: ApplyInput,
  work: (run: Run) => Promise<ApplyReport | null>,
): Promise<ApplyReport> {
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
    const refused = await work(run);
    await input.crash?.("before-release");
    if (run.haltedBecause() !== "fenced" && (await run.holder.release(closingWords(run))) === "lost")
      run.halt("fenced");
    await input.crash?.("released");
    return refused ?? reportOf(run);
  } catch (error) {
    const expected = expectedProblem(error);
    if (expected === null) throw error;
    // Whoever is asked for leave may be out of reach while State is not: then nobody has to wait for a claim that is dead.
    if (!(error instanceof GitError)) await run.holder.release(closingWords(run)).catch(() => undefined);
    if (run.outcomes.size === 0) throw error;
    // Whoever reads the report wants to know what has changed before. Where State itself is out of reach the claim falls silent.
    const says =
      error instanceof GitError
        ? "its State went out of reach, and the outcomes since then are not recorded: the next run finds them out"
        : "it could not go on; what it had done until then is recorded";
    return { ...reportOf(run), outcome: "failed", says, diagnostics: [...run.diagnostics, expected] };
  } finally {
    await alive.stop();
  }
}

/** What an error of the world says, such as a forge that does not answer; null for a bug of ours. */
function expectedProblem(error: unknown): Diagnostic | null {
  if (!(error instanceof Error) || !("diagnostic" in error)) return null;
  return error.diagnostic as Diagnostic;
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
