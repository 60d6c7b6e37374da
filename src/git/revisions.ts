import type { Oid } from "../model/basics.ts";
import { DEPTHS, fetchObjects, TRANSFER_MAX_MS } from "./fetch-objects.ts";
import { GitError } from "./git-error.ts";
import { type GitContext, gitFailed, runGit } from "./git-process.ts";
import type { Repository } from "./repository.ts";

/*
 * Questions about commits: which one a name stands for, what descends from what, what a merge would give. Nothing here touches
 * files, index or branches; a shallow clone, as workflows make it, is asked no more than it can answer.
 */

/** The commit that a revision names (`main`, `HEAD^2`, an id, an annotated tag); null where there is none. */
export async function findCommit(repository: Repository, revision: string): Promise<Oid | null> {
  const context = repository.context();
  if (context === null || revision === "" || /[\n\0]/.test(revision)) return null;
  const args = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`];
  const { code, stdout } = await runGit(context, args, { allow: "any" });
  const oid = stdout.toString("latin1").trim();
  return code === 0 && /^[0-9a-f]{40,64}$/.test(oid) ? oid : null;
}

/**
 * Whether `commit` descends from `ancestor` (or is it), as far as the history that is here tells. False in a shallow clone may
 * mean that the way lies beyond its edge: `descends` fetches more. Both commits must be here.
 */
export async function isAncestor(
  repository: Repository,
  { ancestor, commit }: { readonly ancestor: Oid; readonly commit: Oid },
): Promise<boolean> {
  const args = ["merge-base", "--is-ancestor", ancestor, commit];
  const result = await runGit(contextOf(repository), args, { allow: "any" });
  if (result.code > 1) throw gitFailed(args, result);
  return result.code === 0;
}

/**
 * As `isAncestor`, for the tip of a remote's ref: where the clone is shallow, its history is fetched until the answer is
 * certain. An ancestor that the remote's ref does not lead to is no ancestor. Throws GitErrors of the transfer.
 */
export async function descends(
  repository: Repository,
  {
    ancestor,
    commit,
    remote,
    ref,
  }: { readonly ancestor: Oid; readonly commit: Oid; readonly remote: string; readonly ref: string },
): Promise<boolean> {
  const known = async (): Promise<boolean> =>
    (await hasCommit(repository, ancestor)) && (await isAncestor(repository, { ancestor, commit }));
  if (ancestor === commit || (await known())) return true;
  for (const depth of DEPTHS) {
    if (!(await isShallow(repository))) break;
    await fetchObjects(contextOf(repository), { remote, what: [ref], depth });
    if (await known()) return true;
  }
  return false;
}

export async function hasCommit(repository: Repository, oid: Oid): Promise<boolean> {
  return (await repository.objects.find(`${oid}^{commit}`)) !== null;
}

/**
 * Fetches commits by their ids, without touching any ref. In a shallow clone `depth` commits of their history come along; a
 * whole clone stays whole.
 */
export async function fetchCommits(
  repository: Repository,
  remote: string,
  oids: readonly Oid[],
  depth = 1,
): Promise<void> {
  const missing: Oid[] = [];
  for (const oid of new Set(oids)) if (!(await hasCommit(repository, oid))) missing.push(oid);
  if (missing.length === 0) return;
  const limit = (await isShallow(repository)) ? depth : null;
  await fetchObjects(contextOf(repository), { remote, what: missing, depth: limit });
}

/** Fetches a ref's tip with what is new of its history, and returns it; null where the remote has no such ref. */
export async function fetchTip(repository: Repository, remote: string, ref: string): Promise<Oid | null> {
  const args = ["ls-remote", "--refs", "--", remote, ref];
  const { stdout } = await runGit(contextOf(repository), args, { timeoutMs: TRANSFER_MAX_MS });
  // Git matches the end of names: another's `refs/a/refs/heads/main` comes along, and before ours.
  const lines = stdout.toString("utf8").split("\n");
  const tip = lines.map((line) => line.split("\t")).find(([, name]) => name === ref)?.[0];
  if (tip === undefined) return null;
  if (!(await hasCommit(repository, tip)))
    await fetchObjects(contextOf(repository), { remote, what: [ref], depth: null });
  return tip;
}

/** The branch that a remote takes for its default one, as a full ref; null where it does not say. */
export async function defaultBranchOf(repository: Repository, remote: string): Promise<string | null> {
  const args = ["ls-remote", "--symref", "--", remote, "HEAD"];
  const { stdout } = await runGit(contextOf(repository), args, { timeoutMs: TRANSFER_MAX_MS });
  return /^ref: (refs\/heads\/\S+)\tHEAD$/m.exec(stdout.toString("utf8"))?.[1] ?? null;
}

/** The tree that merging `head` into `base` gives, or the paths in conflict. Needs their common history, and Git 2.38. */
export async function mergedTree(
  repository: Repository,
  { base, head }: { readonly base: Oid; readonly head: Oid },
): Promise<
  { readonly is: "merged"; readonly tree: Oid } | { readonly is: "conflict"; readonly paths: readonly string[] }
> {
  const args = ["merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", base, head];
  const result = await runGit(contextOf(repository), args, { allow: "any" });
  const [tree = "", ...paths] = result.stdout.toString("utf8").split("\0");
  if (result.code === 0) return { is: "merged", tree };
  if (result.code === 1) return { is: "conflict", paths: paths.filter((path) => path !== "") };
  if (/usage: git merge-tree|unknown option/.test(result.stderr))
    throw new GitError("failed", "this Git is too old to work out a merge without a checkout", "Git 2.38 or newer can");
  if (/unrelated histories/.test(result.stderr))
    throw new GitError(
      "object-missing",
      `the history that ${head.slice(0, 12)} and ${base.slice(0, 12)} share is not here`,
    );
  throw gitFailed(args, result);
}

export async function isShallow(repository: Repository): Promise<boolean> {
  const { stdout } = await runGit(contextOf(repository), ["rev-parse", "--is-shallow-repository"]);
  return stdout.toString("latin1").trim() === "true";
}

/**
 * The first-parent history of `tip` down from the newest, at most `max` commits: what was merged, in order. With `since` only
 * what that commit does not hold yet, with `paths` only what changes one of them.
 */
export async function firstParents(
  repository: Repository,
  tip: Oid,
  { max, since, paths = [] }: { readonly max: number; readonly since?: Oid; readonly paths?: readonly string[] },
): Promise<readonly Oid[]> {
  const from = since === undefined ? [tip] : [tip, `^${since}`];
  const args = [
    "log",
    "--first-parent",
    "--format=%H",
    `--max-count=${max}`,
    "--end-of-options",
    ...from,
    "--",
    ...paths,
  ];
  const { stdout } = await runGit(contextOf(repository), args);
  return stdout.toString("latin1").split("\n").filter(Boolean);
}

/**
 * Fetches as much of two commits' history as it takes to see where they part: a shallow clone has the one or the other alone.
 * Bounded; what have no history in common never part.
 */
export async function fetchFork(repository: Repository, remote: string, commits: readonly [Oid, Oid]): Promise<void> {
  const args = ["merge-base", "--end-of-options", ...commits];
  const part = async (): Promise<boolean> => (await runGit(contextOf(repository), args, { allow: "any" })).code === 0;
  for (const depth of DEPTHS) {
    if ((await part()) || !(await isShallow(repository))) return;
    await fetchObjects(contextOf(repository), { remote, what: commits, depth });
  }
}

/** The ids of a commit's parents, the first one first. */
export async function parentsOf(repository: Repository, commit: Oid): Promise<readonly Oid[]> {
  const object = await repository.objects.find(`${commit}^{commit}`);
  if (object === null) throw new GitError("object-missing", `the commit ${commit} is missing`);
  const head = object.content.toString("utf8").split("\n\n", 1)[0] ?? "";
  return [...head.matchAll(/^parent ([0-9a-f]{40,64})$/gm)].map(([, oid = ""]) => oid);
}

/** Points a ref of ours at a commit, whatever it said before. A repository that cannot be written to does without. */
export async function rememberCommit(repository: Repository, ref: string, oid: Oid): Promise<void> {
  const context = repository.context();
  if (context !== null) await runGit(context, ["update-ref", "--no-deref", ref, oid], { allow: "any" });
}

function contextOf(repository: Repository): GitContext {
  const context = repository.context();
  if (context === null) throw new GitError("failed", `the folder ${repository.root} is in no Git repository`);
  return context;
}
