import type { Branches } from "../git/branches.ts";
import { isAncestor } from "../git/revisions.ts";
import { type CommitRequest, writeCommit } from "../git/write-commit.ts";
import type { Oid } from "../model/basics.ts";
import type { Diagnosed, Diagnostic } from "../model/diagnostic.ts";
import { lookAtCommit } from "./look-at-commit.ts";
import { problemsOfChange } from "./problems-of-change.ts";
import type { Look, Workspace } from "./workspace.ts";

/** Files to write on top of a commit, by path below the workspace's root. */
export interface Change {
  readonly put: CommitRequest["put"];
  readonly message: string;
}

/** Makes the change for the files as a commit has them; null without an error: there is nothing to change. */
export type MakeChange = (look: Look) => Promise<Diagnosed<Change | null>>;

export type Published =
  /** `base` is the branch that it is on top of, as a full ref. */
  | { readonly is: "published"; readonly oid: Oid; readonly base: string }
  /** The branch has it already, and the base has not. */
  | { readonly is: "there"; readonly oid: Oid; readonly base: string }
  /** The base has it already. */
  | { readonly is: "unchanged" }
  | { readonly is: "refused"; readonly diagnostics: readonly Diagnostic[] };

const ATTEMPTS_MAX = 8;

/**
 * Commits a change on top of the base branch, from Git's objects alone, and moves a branch there: the base itself, or `branch`.
 * Where somebody else was faster the change is made again on what they left; a branch that holds other work keeps it. The
 * result is validated before anything moves.
 */
export async function publishChange(
  workspace: Workspace,
  on: { readonly branches: Branches; readonly branch: string | null; readonly nonce: () => string },
  make: MakeChange,
): Promise<Published> {
  const { branches } = on;
  const base = await branches.base();
  if (base === null) return refused([noBase(branches.remote)]);
  const ref = on.branch === null ? base : `refs/heads/${on.branch}`;
  const written = new Set<Oid>();
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const baseTip = await branches.tipOf(base);
    if (baseTip === null) return refused([noBase(branches.remote)]);
    // Our own push, whose answer was lost, may have arrived.
    if (ref === base && written.has(baseTip)) return { is: "published", oid: baseTip, base };
    const ground = await lookAtCommit(workspace, baseTip);
    const onBase = await make(ground);
    if (hasError(onBase)) return refused(onBase.diagnostics);
    if (onBase.value === null) return { is: "unchanged" };

    let place = { tip: baseTip, look: ground, change: onBase.value, expected: ref === base ? baseTip : null };
    const branchTip = ref === base ? null : await branches.tipOf(ref);
    if (branchTip !== null && written.has(branchTip)) return { is: "published", oid: branchTip, base };
    if (branchTip !== null) {
      place = { ...place, expected: branchTip };
      if (!(await isAncestor(workspace.repository, { ancestor: branchTip, commit: baseTip }))) {
        const look = await lookAtCommit(workspace, branchTip);
        const onBranch = await make(look);
        if (hasError(onBranch)) return refused(onBranch.diagnostics);
        if (onBranch.value === null) return { is: "there", oid: branchTip, base };
        place = { tip: branchTip, look, change: onBranch.value, expected: branchTip };
      }
    }
    const oid = await commit(workspace, place.tip, place.change, on.nonce());
    const after = (await lookAtCommit(workspace, oid)).tree;
    const files = new Set(place.change.put.keys());
    const problems = await problemsOfChange(workspace, { before: place.look.tree, after, files });
    if (problems.length > 0) return refused(problems);
    written.add(oid);
    if ((await branches.move({ ref, expected: place.expected, oid })) === "done") return { is: "published", oid, base };
  }
  return refused([tooBusy(ref)]);
}

function commit({ repository }: Workspace, tip: Oid, { put, message }: Change, nonce: string): Promise<Oid> {
  const { prefix } = repository;
  const atTop = new Map([...put].map(([path, what]) => [prefix === "" ? path : `${prefix}/${path}`, what]));
  return writeCommit(repository, { expected: tip, parent: "expected", put: atTop, nonce, message });
}

function hasError({ diagnostics }: Diagnosed<unknown>): boolean {
  return diagnostics.some(({ severity }) => severity === "error");
}

function refused(diagnostics: readonly Diagnostic[]): Published {
  return { is: "refused", diagnostics };
}

function noBase(remote: string | null): Diagnostic {
  return {
    code: "default-branch-unknown",
    severity: "error",
    summary:
      remote === null
        ? "there is no commit here to build on"
        : `${remote} does not say which branch is its default one`,
    hint:
      remote === null ? "commit first" : `push a branch there, or look at \`git ls-remote --symref ${remote} HEAD\``,
  };
}

function tooBusy(ref: string): Diagnostic {
  return {
    code: "branch-busy",
    severity: "error",
    summary: `others pushed to ${ref.replace("refs/heads/", "")} faster, ${ATTEMPTS_MAX} times in a row`,
    detail: "Nothing was pushed.",
    hint: "try again",
  };
}
