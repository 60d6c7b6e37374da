import { execFileSync } from "node:child_process";
import { BARE_ENVIRONMENT, git } from "../git-folder.ts";

/*
 * What the forge does with Git in its bare repositories. Branches are read anew each time, since tests push whenever they
 * like; what is asked about commits by their ids never changes, and is asked once.
 */

/** The branches of a repository and where they stand. */
export function branchesOf(folder: string): Map<string, string> {
  const listed = git(folder, "for-each-ref", "--format=%(objectname) %(refname:lstrip=2)", "refs/heads");
  return new Map(lines(listed).map((line) => [line.slice(line.indexOf(" ") + 1), line.slice(0, line.indexOf(" "))]));
}

/** The commit that a revision names, or null. */
export function commitAt(folder: string, revision: string): string | null {
  const found = attempt(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`);
  return found === null || found === "" ? null : found;
}

export function isAncestor(folder: string, ancestor: string, commit: string): boolean {
  return once(
    [folder, ancestor, commit],
    "ancestor",
    () => attempt(folder, "merge-base", "--is-ancestor", ancestor, commit) !== null,
  );
}

/** The commits that `to` has and `from` has not, newest first. */
export function commitsBetween(folder: string, from: string, to: string): string[] {
  return once([folder, from, to], "commits", () => lines(git(folder, "rev-list", `${from}..${to}`)));
}

/** The commit on the first-parent line of `branch` that brought `commit` there. */
export function broughtBy(folder: string, commit: string, branch: string): string {
  const line = lines(git(folder, "rev-list", "--first-parent", `${commit}..${branch}`));
  return line.findLast((candidate) => isAncestor(folder, commit, candidate)) ?? commit;
}

/** The tree of merging two commits, or null where they conflict. */
export function mergedTree(folder: string, base: string, head: string): string | null {
  const written = attempt(folder, "merge-tree", "--write-tree", base, head);
  return written?.split("\n")[0] ?? null;
}

export interface CommitInput {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly author: string;
  readonly date: string;
}

/** The same input gives the same commit. */
export function writeCommit(folder: string, { tree, parents, message, author, date }: CommitInput): string {
  const identity = { NAME: author, EMAIL: `${author}@users.noreply.github.test`, DATE: date };
  const environment = Object.fromEntries(
    Object.entries(identity).flatMap(([key, value]) => [
      [`GIT_AUTHOR_${key}`, value],
      [`GIT_COMMITTER_${key}`, value],
    ]),
  );
  return execFileSync("git", ["commit-tree", tree, ...parents.flatMap((parent) => ["-p", parent])], {
    cwd: folder,
    env: { ...BARE_ENVIRONMENT, ...environment } as NodeJS.ProcessEnv,
    input: message,
  })
    .toString()
    .trim();
}

/** Moves a ref if it still is where it was; false where somebody was faster. */
export function moveRef(folder: string, ref: string, to: string, from?: string): boolean {
  return attempt(folder, "update-ref", ref, to, ...(from === undefined ? [] : [from])) !== null;
}

/** Brings a branch of another bare repository into a ref of this one. */
export function bring(folder: string, from: string, branch: string, ref: string): void {
  git(folder, "fetch", "--quiet", "--no-tags", from, `+refs/heads/${branch}:${ref}`);
}

export interface ChangedFile {
  readonly path: string;
  readonly previous: string | undefined;
  readonly status: "added" | "removed" | "modified" | "renamed";
  readonly blob: string;
  readonly additions: number;
  readonly deletions: number;
}

/** The files that differ between the fork point of two commits and the second of them. */
export function changedFiles(folder: string, base: string, head: string): readonly ChangedFile[] {
  return once([folder, base, head], "files", () => readChangedFiles(folder, base, head));
}

function readChangedFiles(folder: string, base: string, head: string): ChangedFile[] {
  const from = attempt(folder, "merge-base", base, head) ?? git(folder, "hash-object", "-t", "tree", "/dev/null");
  const raw = git(folder, "diff-tree", "-r", "-M", "--raw", "--no-abbrev", "-z", from, head).split("\0");
  const files: ChangedFile[] = [];
  for (let at = 0; at + 1 < raw.length; ) {
    const [, , before = "", after = "", letter = ""] = (raw[at++] ?? "").split(" ");
    const moved = letter.startsWith("R");
    const previous = moved ? raw[at++] : undefined;
    const status = moved ? "renamed" : (({ A: "added", D: "removed" } as const)[letter] ?? "modified");
    files.push({
      path: raw[at++] ?? "",
      previous,
      status,
      blob: status === "removed" ? before : after,
      additions: status === "removed" ? 0 : 1,
      deletions: status === "added" ? 0 : 1,
    });
  }
  return files;
}

const memo = new Map<string, unknown>();

function once<T>([folder, ...commits]: readonly string[], what: string, read: () => T): T {
  if (!commits.every((commit) => /^[0-9a-f]{40,64}$/.test(commit))) return read();
  const key = [what, folder, ...commits].join(" ");
  if (!memo.has(key)) memo.set(key, read());
  return memo.get(key) as T;
}

function attempt(folder: string, ...args: string[]): string | null {
  try {
    return git(folder, ...args);
  } catch {
    return null;
  }
}

function lines(text: string): string[] {
  return text === "" ? [] : text.split("\n");
}
