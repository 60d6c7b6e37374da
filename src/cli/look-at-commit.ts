import { loadProject } from "../catalog/load-project.ts";
import { commitTree } from "../git/commit-tree.ts";
import { fetchFork, findCommit, isAncestor, mergedTree } from "../git/revisions.ts";
import type { Oid } from "../model/basics.ts";
import type { Diagnosed, Diagnostic } from "../model/diagnostic.ts";
import type { Look, Workspace } from "./workspace.ts";

/** A commit as it is, read from Git's objects: no file of it is ever checked out, and nothing of it is run. */
export async function lookAtCommit(workspace: Workspace, commit: Oid, tree = commit): Promise<Look> {
  const files = commitTree(workspace.repository, tree);
  const { value: project, diagnostics } = await loadProject(files);
  return { tree: files, project, diagnostics, origin: async () => ({ commit, dirty: false }) };
}

/** What a pull request would leave, and what it would be merged into. */
export interface Proposal {
  readonly head: Oid;
  readonly base: Oid;
  /** The tree of `head` where it holds all of `base`; what merging the two gives otherwise. */
  readonly tree: Oid;
}

/**
 * Names the commits of a proposal, and works out their merge; null with diagnostics where there is none. Where the clone is
 * shallow, the history that the merge takes is fetched from `remote`.
 */
export async function propose(
  workspace: Workspace,
  revisions: { readonly ref: string; readonly base: string },
  remote: string | null = null,
): Promise<Diagnosed<Proposal | null>> {
  const { repository } = workspace;
  const [head, base] = [await findCommit(repository, revisions.ref), await findCommit(repository, revisions.base)];
  if (head === null || base === null)
    return {
      value: null,
      diagnostics: [
        ...(head === null ? [revisionMissing(revisions.ref)] : []),
        ...(base === null ? [revisionMissing(revisions.base)] : []),
      ],
    };
  if (await isAncestor(repository, { ancestor: base, commit: head }))
    return { value: { head, base, tree: head }, diagnostics: [] };
  if (remote !== null) await fetchFork(repository, remote, [base, head]);
  const merged = await mergedTree(repository, { base, head });
  if (merged.is === "merged") return { value: { head, base, tree: merged.tree }, diagnostics: [] };
  return { value: null, diagnostics: [mergeConflict(revisions, merged.paths)] };
}

export function revisionMissing(revision: string): Diagnostic {
  return {
    code: "revision-missing",
    severity: "error",
    summary: `there is no commit \`${revision}\` here`,
    hint: "a shallow clone has few of them: fetch it, or check the name with `git log`",
  };
}

const PATHS_MAX = 5;

function mergeConflict(
  { ref, base }: { readonly ref: string; readonly base: string },
  paths: readonly string[],
): Diagnostic {
  const more = paths.length > PATHS_MAX ? ` and ${paths.length - PATHS_MAX} more` : "";
  return {
    code: "merge-conflict",
    severity: "error",
    summary: `\`${ref}\` cannot be merged into \`${base}\` as it is`,
    detail: `In conflict: ${paths.slice(0, PATHS_MAX).join(", ")}${more}.`,
    hint: `merge \`${base}\` into it first; a plan of what cannot be merged would be a plan of nothing`,
  };
}
