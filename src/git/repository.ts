/**
 * `git/` is the only room that talks to Git: the Tree behind the catalog (a commit's, or the working folder's), the
 * RefStores behind State and history, and the store that keeps what releases run. It promises plumbing only: no hook, no
 * signature, no prompt, no change to the user's index, branches or configuration; one process for all files of a call,
 * never one per file. It knows nothing of services, and it is no general Git library.
 */
import { existsSync } from "node:fs";
import { mkdir, realpath } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Oid } from "../model/basics.ts";
import { GitError } from "./git-error.ts";
import { type Environment, type GitContext, runGit } from "./git-process.ts";
import type { ObjectFormat } from "./object-id.ts";
import { type ObjectReader, objectReader } from "./object-reader.ts";

export interface Repository {
  /** `local-only`: the folder is in no Git repository; State is kept in `.fairlead/git` alone. */
  readonly kind: "git" | "local-only";
  /** The folder worked in; may lie below Git's top level. Paths of Trees are relative to it. */
  readonly root: string;
  /** Where `root` lies below Git's top level, without slashes at the ends; `""` at the top. */
  readonly prefix: string;
  readonly gitDir: string;
  readonly objectFormat: ObjectFormat;
  readonly environment: Environment;
  readonly objects: ObjectReader;
  /** How Git is run here; null while a local-only repository has not been created. */
  context(): GitContext | null;
  /** Creates the bare repository of a local-only folder at the first write. Throws GitError where that is not allowed. */
  writable(): Promise<GitContext>;
  /** `Name <mail>` for our own commits: the configured one, or Fairlead's where the machine has none. */
  identity(): Promise<string>;
  /** Null when there is no commit yet. */
  headCommit(): Promise<Oid | null>;
  /** True where files or index differ from `headCommit`, untracked files included; always for a local-only folder. */
  isDirty(): Promise<boolean>;
  /** The remote that State lives on: the branch's own, else `origin`, else the only one; null: none. */
  defaultRemote(): Promise<string | null>;
  /** Ends the helper processes. */
  close(): Promise<void>;
}

/** Where everything of ours lies in a user's folder; never part of a Tree. */
export const OWN_FOLDER = ".fairlead";

/**
 * Opens the Git repository around `dir`, or the stand-in of a folder that is in none. Reads only. Throws a GitError when
 * Git is missing, or refuses the folder because somebody else owns it. `environment` is the process's own, handed in.
 */
export async function openRepository(dir: string, environment: Environment): Promise<Repository> {
  const root = await realpath(resolve(dir)).catch(() => {
    throw new GitError("missing-folder", `the folder ${dir} does not exist or cannot be read`);
  });
  const found = await findRepository({ cwd: root, environment });
  const localOnly = {
    kind: "local-only",
    prefix: "",
    gitDir: join(root, OWN_FOLDER, "git"),
    objectFormat: "sha1",
  } as const;
  const where = found ?? localOnly;

  const base: GitContext =
    where.kind === "git"
      ? { cwd: root, environment }
      : { cwd: root, environment, gitDir: where.gitDir, workTree: root };
  let exists = where.kind === "git";
  let identity: Promise<string> | undefined;
  // Another process may create it while we are looking.
  const isThere = () => (exists ||= existsSync(join(where.gitDir, "HEAD")));
  const context = () => (isThere() ? base : null);
  const objects = objectReader(context);

  const repository: Repository = {
    ...where,
    root,
    environment,
    objects,
    context,
    async writable() {
      if (!isThere()) await createBare(where.gitDir, root, environment, where.objectFormat);
      exists = true;
      return base;
    },
    identity: () => (identity ??= configuredIdentity({ cwd: root, environment })),
    async headCommit() {
      if (where.kind === "local-only") return null;
      return (await objects.find("HEAD^{commit}"))?.oid ?? null;
    },
    async isDirty() {
      if (where.kind === "local-only") return true;
      const { stdout } = await runGit(base, ["status", "--porcelain", "-z", "--untracked-files=all", "--", "."]);
      return changedPaths(stdout).some((path) => !path.split("/").includes(OWN_FOLDER));
    },
    async defaultRemote() {
      if (where.kind === "local-only") return null;
      const { defaultRemote } = await import("./default-remote.ts");
      return defaultRemote(base);
    },
    close: () => objects.close(),
  };
  return repository;
}

/** Makes a bare repository that no template, hook or global setting of the user's shapes. */
async function createBare(gitDir: string, cwd: string, environment: Environment, format: ObjectFormat): Promise<void> {
  try {
    await mkdir(gitDir, { recursive: true });
  } catch (error) {
    throw new GitError("not-permitted", `${gitDir} could not be created`, (error as Error).message);
  }
  await runGit({ cwd, environment }, [
    "init",
    "--quiet",
    "--bare",
    "--template=",
    `--object-format=${format}`,
    "--",
    gitDir,
  ]);
}

async function findRepository(
  context: GitContext,
): Promise<Pick<Repository, "kind" | "prefix" | "gitDir" | "objectFormat"> | null> {
  const asked = ["rev-parse", "--show-toplevel", "--absolute-git-dir", "--show-object-format", "--show-prefix"];
  const { code, stdout, stderr } = await runGit(context, asked, { allow: "any" });
  if (code !== 0) {
    // Not in a repository, or in a bare one: both are folders that Git has no files for.
    if (/not a git repository|must be run in a work tree/.test(stderr)) return null;
    throw new GitError(
      /dubious ownership/.test(stderr) ? "unsafe-directory" : "failed",
      `Git refuses the folder ${context.cwd}`,
      stderr,
    );
  }
  const [, gitDir = "", format = "sha1", prefix = ""] = stdout.toString("utf8").split("\n");
  const trimmed = prefix.replace(/\/$/, "");
  // Inside somebody's ignored folder Git would see no file at all: such a folder stands for itself.
  if (trimmed !== "" && (await isIgnored(context))) return null;
  return { kind: "git", prefix: trimmed, gitDir, objectFormat: format === "sha256" ? "sha256" : "sha1" };
}

async function isIgnored(context: GitContext): Promise<boolean> {
  const { code } = await runGit(context, ["check-ignore", "--quiet", "."], { allow: "any" });
  return code === 0;
}

async function configuredIdentity(context: GitContext): Promise<string> {
  const { code, stdout } = await runGit(context, ["var", "GIT_COMMITTER_IDENT"], { allow: "any" });
  const match = /^([^<>\n]*<[^<>\n]*>) \d+ [+-]\d{4}$/m.exec(stdout.toString("utf8"));
  return code === 0 && match?.[1] ? match[1] : "Fairlead <fairlead@localhost>";
}

/** Paths of `status --porcelain -z`; a rename's old path follows as a field of its own, without the two letters. */
function changedPaths(status: Buffer): string[] {
  const fields = status.toString("utf8").split("\0");
  const paths: string[] = [];
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i] ?? "";
    if (field === "") continue;
    paths.push(field.slice(3));
    if (/^[RC]|^.[RC]/.test(field)) i += 1;
  }
  return paths;
}
