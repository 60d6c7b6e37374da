import type { Oid } from "../model/basics.ts";
import { TRANSFER_MAX_MS } from "./fetch-objects.ts";
import { GitError, kindOf } from "./git-error.ts";
import { type GitContext, runGit } from "./git-process.ts";

/**
 * What became of a push. `stale`: the ref is not what the lease says. `broken`: nobody knows whether it arrived.
 */
export type Pushed =
  | { readonly is: "done" | "stale" | "broken" }
  | { readonly is: "refused"; readonly error: GitError };

interface Update {
  readonly ref: string;
  readonly expected: Oid | null;
  readonly oid: Oid;
}

/**
 * One push of a commit onto a ref under a lease, judged by what Git prints for programs (`--porcelain`, git-push(1)). `with`:
 * another ref that is moved in the same push, both or neither.
 */
export async function pushCommit(
  context: GitContext,
  what: Update & { readonly remote: string; readonly with?: Update },
): Promise<Pushed> {
  const { remote, ref } = what;
  const updates = what.with === undefined ? [what] : [what, what.with];
  const leases = updates.map((one) => `--force-with-lease=${one.ref}:${one.expected ?? ""}`);
  const together = updates.length > 1 ? ["--atomic"] : [];
  const specs = updates.map((one) => `${one.oid}:${one.ref}`);
  const args = ["push", "--porcelain", "--no-verify", ...together, ...leases, "--", remote, ...specs];
  const result = await runGit(context, args, { timeoutMs: TRANSFER_MAX_MS, allow: "any" }).catch((error: unknown) => {
    // Past its time: what had been sent by then may still be applied.
    if (error instanceof GitError && error.kind === "unreachable") return null;
    throw error;
  });
  if (result === null) return { is: "broken" };
  const refused = (said: string): Pushed => {
    const kind = /insufficient permission|Permission denied/i.test(said) ? "not-permitted" : kindOf(said);
    return { is: "refused", error: new GitError(kind, `${remote} did not take the push to ${ref}`, said) };
  };
  const [flag, , summary = ""] =
    result.stdout
      .toString("utf8")
      .split("\n")
      .map((line) => line.split("\t"))
      .find((fields) => fields[1]?.endsWith(`:${ref}`)) ?? [];
  if (flag !== undefined && flag !== "!") return { is: "done" };
  if (/^\[rejected\]/.test(summary)) return { is: "stale" };
  if (LOST_AT_THE_REMOTE.test(summary) || /^\[remote failure\]/.test(summary)) return { is: "broken" };
  if (flag === "!") return refused(`${result.stderr}\n${summary}`);
  return kindOf(result.stderr) === "unreachable" ? { is: "broken" } : refused(result.stderr);
}

/** Somebody else held the ref's lock, or had moved it in the moment between the lease and the update. */
const LOST_AT_THE_REMOTE =
  /^\[remote rejected\] \(.*(cannot lock ref|failed to (update|lock) ref|incorrect old value|already exists|fetch first|atomic (push|transaction))/;
