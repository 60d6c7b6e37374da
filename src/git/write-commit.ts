import type { Oid } from "../model/basics.ts";
import type { SwapRequest } from "../model/ref-store.ts";
import { gitFailed, runGit } from "./git-process.ts";
import type { Repository } from "./repository.ts";
import { commitMessage } from "./swap-request.ts";

/** A commit to be written: a swap's, or one that also takes over folders and files by their ids. */
export interface CommitRequest extends Pick<SwapRequest, "expected" | "parent" | "nonce" | "message"> {
  readonly put: ReadonlyMap<string, Uint8Array | GitEntry | null>;
  /** A second parent. */
  readonly merge?: Oid;
}

/** Something that Git has already: mode 040000 is a folder. */
export interface GitEntry {
  readonly mode: string;
  readonly oid: Oid;
}

/**
 * Writes a swap's blobs, trees and commit with one `git fast-import`, touching only the folders that change. No ref
 * comes of it: fast-import wants a branch to build on, which the same stream takes back before anything is stored.
 * Returns the commit's id. Source of the format: git-fast-import(1).
 */
export async function writeCommit(repository: Repository, request: CommitRequest): Promise<Oid> {
  const context = await repository.writable();
  const identity = await repository.identity();
  // Without a parent the files have to be taken over by their tree, which fast-import knows by its id alone.
  const keeps = request.expected !== null && request.parent === "none";
  const tree = keeps ? ((await repository.objects.find(`${request.expected}^{tree}`))?.oid ?? null) : null;
  const args = ["fast-import", "--quiet", "--date-format=now", "--done"];
  const result = await runGit(context, args, { input: stream(request, identity, tree), allow: "any" });
  const oid = result.stdout.toString("latin1").trim();
  if (result.code !== 0 || !/^[0-9a-f]{40,64}$/.test(oid)) throw gitFailed(args, result);
  return oid;
}

function* stream(request: CommitRequest, identity: string, tree: Oid | null): Generator<Uint8Array | string> {
  const branch = `refs/fairlead/pending/${request.nonce.replace(/[^\w-]/g, "-")}`;
  const message = Buffer.from(commitMessage(request));
  yield `commit ${branch}\nmark :1\ncommitter ${identity} now\ndata ${message.length}\n`;
  yield message;
  yield "\n";
  if (tree !== null) yield `M 040000 ${tree} ""\n`;
  else if (request.expected !== null) yield `from ${request.expected}\n`;
  if (request.merge !== undefined) yield `merge ${request.merge}\n`;
  // Removals first: a file may be about to stand where a folder was.
  for (const [path, content] of request.put) if (content === null) yield `D ${quoted(path)}\n`;
  for (const [path, content] of request.put) {
    if (content === null) continue;
    if (!ArrayBuffer.isView(content)) {
      yield `M ${content.mode} ${content.oid} ${quoted(path)}\n`;
      continue;
    }
    yield `M 100644 inline ${quoted(path)}\ndata ${content.byteLength}\n`;
    yield content;
    yield "\n";
  }
  yield `\nreset ${branch}\n\nget-mark :1\ndone\n`;
}

/** A path as fast-import takes it. */
export function quoted(path: string): string {
  return `"${path.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}
