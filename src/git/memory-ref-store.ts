import type { Oid } from "../model/basics.ts";
import type { RenewingRefStore, SwapRequest } from "../model/ref-store.ts";
import type { Tree, TreeEntry } from "../model/tree.ts";
import { comparePaths, isUnder, normalPath } from "./file-path.ts";
import { bytesOf, folderId } from "./folder-ids.ts";
import { GitError } from "./git-error.ts";
import { objectId } from "./object-id.ts";
import { checkRef, checkSwap, commitMessage } from "./swap-request.ts";

/** A RefStore in memory, with the ids that Git would give: for simulations, dry runs and tests. */
export function memoryRefStore(): RenewingRefStore {
  const commits = new Map<Oid, ReadonlyMap<string, Uint8Array>>();
  const refs = new Map<string, Oid>();
  return {
    async read(ref) {
      const oid = refs.get(ref) ?? null;
      return { oid, tree: memoryTree(oid, (oid === null ? undefined : commits.get(oid)) ?? new Map()) };
    },
    async swap(request) {
      checkSwap(request);
      const tip = refs.get(request.ref) ?? null;
      if (tip !== request.expected) return { is: "conflict", oid: tip };
      const files = new Map(tip === null ? [] : commits.get(tip));
      for (const [path, content] of request.put) if (content === null) files.delete(path);
      for (const [path, content] of request.put) {
        if (content === null) continue;
        // A file displaces what would have to be its folder, and the folder that stands in its place.
        for (const other of files.keys())
          if (other !== path && (isUnder(other, path) || isUnder(path, other))) files.delete(other);
        files.set(path, Uint8Array.from(content));
      }
      const oid = commitId(request, files);
      commits.set(oid, files);
      refs.set(request.ref, oid);
      return { is: "won", oid };
    },
    async renew({ keep, ...request }) {
      checkRef(keep.ref);
      if ((refs.get(keep.ref) ?? null) !== keep.expected) return { is: "conflict", oid: refs.get(request.ref) ?? null };
      const swap = await this.swap({ ...request, parent: "none" });
      if (swap.is === "won") refs.set(keep.ref, request.expected);
      return swap;
    },
  };
}

/** Files held in memory as a Tree; `oid` null for the empty Tree of an absent ref. */
export function memoryTree(oid: Oid | null, files: ReadonlyMap<string, Uint8Array>): Tree {
  const blobs = new Map<Oid, Uint8Array>();
  const entries: TreeEntry[] = [...files]
    .map(([path, content]) => {
      const blob = objectId("blob", content);
      blobs.set(blob, content);
      return { path, blob, mode: "100644", bytes: content.byteLength };
    })
    .sort((a, b) => comparePaths(a.path, b.path));
  const under = (path: string | null) => (path === null ? [] : entries.filter((entry) => isUnder(entry.path, path)));
  return {
    oid,
    async *list(path) {
      yield* under(normalPath(path));
    },
    async *read(wanted) {
      for (const blob of wanted) {
        const content = blobs.get(blob);
        if (content === undefined) throw new GitError("object-missing", `the object ${blob} is missing`);
        yield { blob, content };
      }
    },
    async idAt(path) {
      const normal = normalPath(path);
      const found = under(normal);
      if (normal === null || found.length === 0) return null;
      if (found[0]?.path === normal) return found[0].blob;
      const skip = normal === "" ? 0 : bytesOf(normal).length + 1;
      return folderId(
        found.map((entry) => ({ bytes: bytesOf(entry.path).slice(skip), mode: entry.mode, blob: entry.blob })),
        "sha1",
      );
    },
  };
}

function commitId(request: SwapRequest, files: ReadonlyMap<string, Uint8Array>): Oid {
  const entries = [...files]
    .sort(([a], [b]) => comparePaths(a, b))
    .map(([path, content]) => ({ bytes: bytesOf(path), mode: "100644", blob: objectId("blob", content) }));
  const tree = folderId(entries, "sha1") ?? objectId("tree", Buffer.alloc(0));
  const parent = request.parent === "expected" && request.expected !== null ? `parent ${request.expected}\n` : "";
  const who = "Fairlead <fairlead@localhost> 0 +0000";
  const text = `tree ${tree}\n${parent}author ${who}\ncommitter ${who}\n\n${commitMessage(request)}`;
  return objectId("commit", Buffer.from(text));
}
