import type { Oid } from "../model/basics.ts";
import type { Tree, TreeEntry } from "../model/tree.ts";
import { comparePaths, isUnder, normalPath } from "./file-path.ts";
import { type ObjectFormat, objectId } from "./object-id.ts";

/**
 * A Tree with other contents in some of its files, kept in memory: what a change would make of it, before anything is written.
 * Ids of folders stay those of the Tree below.
 */
export function overlaidTree(below: Tree, files: ReadonlyMap<string, Uint8Array>, format: ObjectFormat = "sha1"): Tree {
  const entries = new Map<string, TreeEntry>();
  const contents = new Map<Oid, Uint8Array>();
  for (const [path, content] of files) {
    const blob = objectId("blob", content, format);
    contents.set(blob, content);
    entries.set(path, { path, blob, mode: "100644", bytes: content.byteLength });
  }
  return {
    oid: null,
    async *list(under) {
      const normal = normalPath(under);
      const added = [...entries.values()]
        .filter(({ path }) => normal !== null && isUnder(path, normal))
        .sort((a, b) => comparePaths(a.path, b.path));
      for await (const entry of below.list(under)) {
        while (added[0] && comparePaths(added[0].path, entry.path) < 0) yield added.shift() as TreeEntry;
        if (added[0]?.path === entry.path) yield { ...(added.shift() as TreeEntry), mode: entry.mode };
        else yield entry;
      }
      yield* added;
    },
    async *read(blobs) {
      for (const blob of blobs) {
        const content = contents.get(blob);
        if (content !== undefined) yield { blob, content };
        else yield* below.read([blob]);
      }
    },
    async idAt(path) {
      return entries.get(normalPath(path) ?? "")?.blob ?? below.idAt(path);
    },
  };
}
