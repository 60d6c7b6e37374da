import { GitError } from "../git/git-error.ts";
import { fetchTip } from "../git/revisions.ts";
import type { Oid } from "../model/basics.ts";
import { lookAtCommit } from "./look-at-commit.ts";
import type { Look, Workspace } from "./workspace.ts";

/** The default branch of the remote as it is at each look: an apply reconciles to it, not to the commit that set it off. */
export interface DefaultBranch {
  readonly remote: string;
  look(): Promise<Look>;
  /** Of the last look. */
  tip(): Oid;
}

/** Throws a GitError without a remote, or where the branch is not there. */
export async function followDefaultBranch(workspace: Workspace, branch: string): Promise<DefaultBranch> {
  const { repository } = workspace;
  const remote = await repository.defaultRemote();
  if (remote === null) throw new GitError("no-remote", "this repository has no remote that others could share");
  let tip: Oid | null = null;
  const look = async (): Promise<Look> => {
    tip = await fetchTip(repository, remote, `refs/heads/${branch}`);
    if (tip === null) throw new GitError("object-missing", `${remote} has no branch ${branch}`);
    return lookAtCommit(workspace, tip);
  };
  return {
    remote,
    look,
    tip() {
      if (tip === null) throw new TypeError("the default branch was not looked at yet");
      return tip;
    },
  };
}
