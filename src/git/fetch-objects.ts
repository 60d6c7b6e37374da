import type { Ms } from "../model/basics.ts";
import { GitError, kindOf } from "./git-error.ts";
import { type GitContext, runGit } from "./git-process.ts";

/** How long a transfer may take. */
export const TRANSFER_MAX_MS: Ms = 120_000;

/**
 * Fetches refs, or commits by their ids, with the objects behind them and nothing else: no FETCH_HEAD, branch or tag, and no
 * remote-tracking ref that other processes might lock. `depth`: this many commits, `"all"`: a shallow clone becomes whole;
 * null: as far as the clone's own edge. A GitError where the remote does not give them.
 */
export async function fetchObjects(
  context: GitContext,
  {
    remote,
    what,
    depth,
  }: { readonly remote: string; readonly what: readonly string[]; readonly depth: number | "all" | null },
): Promise<void> {
  const quiet = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--refmap=", "--no-auto-maintenance"];
  const limit = depth === null ? [] : [depth === "all" ? "--unshallow" : `--depth=${depth}`];
  const args = [...quiet, ...limit, "--", remote, ...what];
  const result = await runGit(context, args, { timeoutMs: TRANSFER_MAX_MS, allow: "any" });
  if (result.code !== 0)
    throw new GitError(kindOf(result.stderr), `${what.join(", ")} could not be fetched from ${remote}`, result.stderr);
}

/** How far a shallow history is fetched, step by step, before it is fetched as a whole. */
export const DEPTHS: readonly (number | "all")[] = [64, 256, 1_024, 4_096, 16_384, "all"];
