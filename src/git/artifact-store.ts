import { chmod, mkdir, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import type { Oid } from "../model/basics.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { TreeEntry } from "../model/tree.ts";
import { objectTree } from "./commit-tree.ts";
import { isSafePath, normalPath } from "./file-path.ts";
import { GitError } from "./git-error.ts";
import { runGit } from "./git-process.ts";
import type { Repository } from "./repository.ts";
import { workingTree } from "./working-tree.ts";
import { writeTree } from "./write-tree.ts";

/** Git ids of folders and files by path, as an artifact of kind `files` names them. */
type ArtifactTrees = Readonly<Record<string, Oid>>;

/**
 * Keeps what releases run, so that a rollback finds yesterday's code even when it was never committed. Objects lie in the
 * repository's own database, held by a ref each under `refs/fairlead/artifacts/`; index and branches are not touched.
 */
export interface ArtifactStore {
  /**
   * Makes sure that all of `trees` is stored, from the working folder where Git does not have it yet, and stays. A
   * Diagnostic for each path whose files are no longer the ones with that id. Throws GitError where Git cannot write.
   */
  save(trees: ArtifactTrees): Promise<readonly Diagnostic[]>;
  /** Writes the files of each path to `folder/<path>`. Says what cannot be written, or would lead out of `folder`. */
  checkout(trees: ArtifactTrees, folder: string): Promise<readonly Diagnostic[]>;
  /** Lets go of everything but `keep`: the ids that any release of any environment still names. Returns how many went. */
  prune(keep: Iterable<Oid>): Promise<number>;
}

const KEPT = "refs/fairlead/artifacts";

export function artifactStore(repository: Repository): ArtifactStore {
  const { objects } = repository;
  const isStored = async (id: Oid): Promise<boolean> => (await objects.find(id)) !== null;

  return {
    async save(trees) {
      const problems: Diagnostic[] = [];
      const unkept: Oid[] = [];
      const working = workingTree(repository);
      for (const [path, id] of Object.entries(trees)) {
        if (await isStored(`${KEPT}/${id}`)) continue;
        // What a commit holds is there already; only what was never committed has to be written.
        if (!(await isStored(id)) && (await writeTree(repository, working, path)) !== id) problems.push(changed(path));
        else unkept.push(id);
      }
      if (unkept.length > 0)
        await updateRefs(
          repository,
          unkept.map((id) => `update ${KEPT}/${id} ${id}\n`),
        );
      return problems;
    },

    async checkout(trees, folder) {
      const problems: Diagnostic[] = [];
      const root = await realpath(folder);
      const files = new Map<string, TreeEntry>();
      try {
        for (const [path, id] of Object.entries(trees))
          for await (const entry of entriesOf(repository, path, id)) {
            if (isSafePath(entry.path)) files.set(entry.path, entry);
            else problems.push(notWritten(entry.path, "no file may have such a name"));
          }
        const links: { readonly path: string; readonly target: string }[] = [];
        const ordered = [...files.values()].filter((entry) => entry.mode !== "160000");
        let at = 0;
        for await (const { content } of objects.read(ordered.map((entry) => entry.blob))) {
          const { path, mode } = ordered[at++] as TreeEntry;
          if (mode === "120000") links.push({ path, target: content.toString("utf8") });
          else await writePlain(join(root, path), content, mode === "100755");
        }
        // Links come last: until then no path that is written to can lead through one.
        for (const link of links) {
          const target = resolve(root, dirname(link.path), link.target);
          if (isWithin(root, target)) await writeLink(join(root, link.path), link.target);
          else problems.push(leadsOut(link.path, link.target));
        }
        // A link can lead out by way of another one.
        for (const link of links) {
          const end = await realpath(join(root, link.path)).catch(() => root);
          if (isWithin(root, end)) continue;
          await rm(join(root, link.path), { force: true });
          problems.push(leadsOut(link.path, link.target));
        }
      } catch (error) {
        problems.push(error instanceof GitError ? error.diagnostic : notWritten(root, (error as Error).message));
      }
      return problems;
    },

    async prune(keep) {
      const context = repository.context();
      if (context === null) return 0;
      const kept = new Set(keep);
      const { stdout } = await runGit(context, ["for-each-ref", "--format=%(objectname)", KEPT]);
      const stale = stdout
        .toString("latin1")
        .split("\n")
        .filter((id) => id !== "" && !kept.has(id));
      if (stale.length > 0)
        await updateRefs(
          repository,
          stale.map((id) => `delete ${KEPT}/${id}\n`),
        );
      return stale.length;
    },
  };
}

/** All refs in one process; each is named for what it holds, so that it does not matter who else writes it. */
async function updateRefs(repository: Repository, commands: readonly string[]): Promise<void> {
  await runGit(await repository.writable(), ["update-ref", "--no-deref", "--stdin"], { input: commands });
}

/** The files of a folder or file that is stored under `id`, with paths from the top of the repository. */
async function* entriesOf(repository: Repository, path: string, id: Oid): AsyncGenerator<TreeEntry> {
  const at = normalPath(path);
  const object = await repository.objects.find(id);
  if (at === null || object === null)
    throw new GitError("object-missing", `what ran from \`${path}\` (${id}) is missing`);
  if (object.type === "blob") {
    yield { path: at, blob: id, mode: "100644", bytes: object.content.length };
    return;
  }
  for await (const entry of objectTree(repository.objects, id).list(""))
    yield { ...entry, path: at === "" ? entry.path : `${at}/${entry.path}` };
}

async function writePlain(path: string, content: Uint8Array, executable: boolean): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content, { flag: "wx" });
  if (executable) await chmod(path, 0o755);
}

async function writeLink(path: string, target: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await symlink(target, path);
}

function isWithin(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && resolve(root, way) === resolve(path));
}

function changed(path: string): Diagnostic {
  return {
    code: "artifact-changed",
    severity: "error",
    summary: `the files at \`${path}\` changed while they were being stored`,
    detail: "A release runs exactly the files that its plan showed.",
    hint: "plan again once they stand still",
  };
}

function leadsOut(path: string, target: string): Diagnostic {
  return {
    code: "artifact-link-outside",
    severity: "error",
    summary: `the symbolic link \`${path}\` leads out of the release's folder, to \`${target}\``,
    detail: "A release must not depend on files that are no part of it.",
    hint: "point it at a file below the same `source`, or put what it needs under `watch`",
  };
}

function notWritten(path: string, why: string): Diagnostic {
  return { code: "artifact-not-written", severity: "error", summary: `\`${path}\` could not be written: ${why}` };
}
