import type { Oid } from "../model/basics.ts";
import type { SwapRequest } from "../model/ref-store.ts";
import { type GitContext, gitFailed, runGit } from "./git-process.ts";
import { commitMessage } from "./swap-request.ts";

/**
 * Writes a swap's blobs, trees and commit with one `git fast-import`, touching only the folders that change. No ref
 * comes of it: fast-import wants a branch to build on, which the same stream takes back before anything is stored.
 * Returns the commit's id. Source of the format: git-fast-import(1).
 */
export async function writeCommit(context: GitContext, request: SwapRequest, identity: string): Promise<Oid> {
  const args = ["fast-import", "--quiet", "--date-format=now", "--done"];
  const result = await runGit(context, args, { input: stream(request, identity), allow: "any" });
  const oid = result.stdout.toString("latin1").trim();
  if (result.code !== 0 || !/^[0-9a-f]{40,64}$/.test(oid)) throw gitFailed(args, result);
  return oid;
}

function* stream(request: SwapRequest, identity: string): Generator<Uint8Array | string> {
  const branch = `refs/fairlead/pending/${request.nonce.replace(/[^\w-]/g, "-")}`;
  const none = "0".repeat(request.expected?.length ?? 40);
  const message = Buffer.from(commitMessage(request));
  yield `commit ${branch}\nmark :1\ncommitter ${identity} now\ndata ${message.length}\n`;
  yield message;
  yield "\n";
  if (request.expected !== null) {
    if (request.parent === "expected") yield `from ${request.expected}\n`;
    else yield `M 040000 ${request.expected}^{tree} ""\n`;
  }
  // Removals first: a file may be about to stand where a folder was.
  for (const [path, content] of request.put) if (content === null) yield `D ${quoted(path)}\n`;
  for (const [path, content] of request.put) {
    if (content === null) continue;
    yield `M 100644 inline ${quoted(path)}\ndata ${content.byteLength}\n`;
    yield content;
    yield "\n";
  }
  yield `\nreset ${branch}\nfrom ${none}\n\nget-mark :1\ndone\n`;
}

/** A path as fast-import takes it. */
export function quoted(path: string): string {
  return `"${path.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}
