import type { Oid } from "../model/basics.ts";
import { GitError } from "./git-error.ts";
import { gitFailed, runGit } from "./git-process.ts";
import { pushCommit } from "./push-commit.ts";
import type { Repository } from "./repository.ts";
import { defaultBranchOf, fetchTip, findCommit } from "./revisions.ts";

/** What became of moving a branch. `broken`: nobody knows whether it arrived; look at the tip. */
export type Moved = "done" | "stale" | "broken";

/** The branches that a proposed change is put on: a remote's, or the repository's own where it has no remote. */
export interface Branches {
  readonly remote: string | null;
  /** The branch that changes are made on top of, as a full ref; null: none (an empty repository, or a remote that does not say). */
  base(): Promise<string | null>;
  /** The tip of a full ref, with its objects here; null where there is none. */
  tipOf(ref: string): Promise<Oid | null>;
  /** Points a ref at a commit, if it still is what was expected (null: not there). Throws a GitError where that is refused. */
  move(what: { readonly ref: string; readonly expected: Oid | null; readonly oid: Oid }): Promise<Moved>;
}

/** Branches of a remote. Nothing here moves a branch of the user's, or touches files. */
export function remoteBranches(repository: Repository, remote: string): Branches {
  return {
    remote,
    base: () => defaultBranchOf(repository, remote),
    tipOf: (ref) => fetchTip(repository, remote, ref),
    async move({ ref, expected, oid }) {
      const pushed = await pushCommit(await repository.writable(), { remote, ref, expected, oid });
      if (pushed.is === "refused") throw pushed.error;
      return pushed.is;
    },
  };
}

/** Branches of the repository itself. The one that is checked out is never moved: its files would stay behind. */
export function localBranches(repository: Repository): Branches {
  return {
    remote: null,
    base: async () => ((await repository.headCommit()) === null ? null : "HEAD"),
    tipOf: (ref) => findCommit(repository, ref),
    async move({ ref, expected, oid }) {
      const context = await repository.writable();
      const head = await runGit(context, ["symbolic-ref", "--quiet", "HEAD"], { allow: "any" });
      if (head.stdout.toString("utf8").trim() === ref)
        throw new GitError("failed", `${ref} is checked out here: switch to another branch first`);
      const args = ["update-ref", "-m", "fairlead", "--no-deref", ref, oid, expected ?? "0".repeat(oid.length)];
      const result = await runGit(context, args, { allow: "any" });
      if (result.code === 0) return "done";
      if ((await findCommit(repository, ref)) !== expected) return "stale";
      throw gitFailed(args, result);
    },
  };
}
