import type { Tree, TreeEntry } from "../model/tree.ts";

/** A Tree of which only some files are listed; what stands at a path stays what it is. */
export function partOfTree(tree: Tree, keeps: (entry: TreeEntry) => boolean): Tree {
  return {
    ...tree,
    async *list(under) {
      for await (const entry of tree.list(under)) if (keeps(entry)) yield entry;
    },
  };
}
