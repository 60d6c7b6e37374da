import type { Oid } from "../model/basics.ts";
import type { Tree, TreeEntry } from "../model/tree.ts";
import { isSafePath } from "./file-path.ts";
import { GitError } from "./git-error.ts";
import { gitFailed, runGit } from "./git-process.ts";
import type { Repository } from "./repository.ts";
import { quoted } from "./write-commit.ts";

/**
 * Stores the files at a path of the working folder with one `git fast-import`, and returns the id of the folder (or file)
 * that came of it; null where there is nothing, or where a file changed between being listed and being read.
 */
export async function writeTree(repository: Repository, working: Tree, path: string): Promise<Oid | null> {
  const entries: TreeEntry[] = [];
  for await (const entry of working.list(path)) if (isSafePath(entry.path)) entries.push(entry);
  if (entries.length === 0) return null;
  const context = await repository.writable();
  const missing = await missingBlobs(repository, entries);
  const args = ["fast-import", "--quiet", "--date-format=now", "--done"];
  try {
    const result = await runGit(context, args, { input: stream(working, entries, missing), allow: "any" });
    const commit = result.stdout.toString("latin1").trim();
    if (result.code !== 0 || !/^[0-9a-f]{40,64}$/.test(commit)) throw gitFailed(args, result);
    const at = path.split("/").filter((part) => part !== "" && part !== ".");
    const top = await repository.objects.find(at.length === 0 ? `${commit}^{tree}` : `${commit}:${at.join("/")}`);
    return top?.oid ?? null;
  } catch (error) {
    if (error instanceof GitError && error.kind === "object-missing") return null;
    throw error;
  }
}

async function missingBlobs(repository: Repository, entries: readonly TreeEntry[]): Promise<ReadonlySet<Oid>> {
  const wanted = new Set(entries.filter((entry) => entry.mode !== "160000").map((entry) => entry.blob));
  const input = [...wanted].map((blob) => `${blob}\n`);
  const { stdout } = await runGit(await repository.writable(), ["cat-file", "--batch-check"], { input });
  const lines = stdout.toString("latin1").split("\n");
  return new Set(lines.filter((line) => line.endsWith(" missing")).map((line) => line.slice(0, line.indexOf(" "))));
}

/** As in `writeCommit`, the branch that the format wants is taken back in the same stream: only objects come of it. */
async function* stream(
  working: Tree,
  entries: readonly TreeEntry[],
  missing: ReadonlySet<Oid>,
): AsyncGenerator<Uint8Array | string> {
  const branch = "refs/fairlead/pending/artifact";
  for await (const { content } of working.read(missing)) {
    yield `blob\ndata ${content.byteLength}\n`;
    yield content;
    yield "\n";
  }
  yield `commit ${branch}\nmark :1\ncommitter Fairlead <fairlead@localhost> now\ndata 0\n`;
  for (const { mode, blob, path } of entries) yield `M ${mode} ${blob} ${quoted(path)}\n`;
  yield `\nreset ${branch}\n\nget-mark :1\ndone\n`;
}
