import type { Oid } from "../model/basics.ts";
import type { Tree, TreeEntry } from "../model/tree.ts";
import { normalPath } from "./file-path.ts";
import { GitError } from "./git-error.ts";
import { decodeTree } from "./object-id.ts";
import type { ObjectReader } from "./object-reader.ts";
import { OWN_FOLDER, type Repository } from "./repository.ts";

/**
 * A commit's tree at the repository's root (below Git's top level where `-C` says so). Everything comes through the
 * repository's one `cat-file --batch`. Its `oid` is the commit's; sizes are not known (-1). A commit that is missing is a
 * GitError at the first use.
 */
export function commitTree(repository: Repository, commit: Oid): Tree {
  return objectTree(repository.objects, commit, repository.prefix);
}

/** The Tree of any commit or tree id that `objects` can read, seen from a folder in it. */
export function objectTree(objects: ObjectReader, revision: Oid, prefix = ""): Tree {
  const folders = new Map<Oid, Promise<Child[]>>();
  let top: Promise<Oid | null> | undefined;

  const childrenOf = (tree: Oid): Promise<Child[]> => {
    let children = folders.get(tree);
    if (children === undefined) {
      children = objects.find(tree).then((object) => {
        if (object?.type !== "tree") throw new GitError("object-missing", `the tree ${tree} is missing`);
        return childrenIn(object.content, tree);
      });
      folders.set(tree, children);
    }
    return children;
  };

  const walk = async (from: Oid, path: string): Promise<Child | null> => {
    let here: Child = { name: "", mode: "40000", oid: from };
    for (const part of path.split("/")) {
      if (part === "") continue;
      if (here.mode !== "40000") return null;
      const next = (await childrenOf(here.oid)).find((child) => child.name === part);
      if (next === undefined) return null;
      here = next;
    }
    return here;
  };

  /** The tree at `prefix`; null where the commit has no such folder. */
  const root = (): Promise<Oid | null> => {
    top ??= (async () => {
      const object = await objects.find(`${revision}^{tree}`);
      if (object === null) throw new GitError("object-missing", `the commit ${revision} is missing`);
      folders.set(object.oid, Promise.resolve(childrenIn(object.content, object.oid)));
      const at = await walk(object.oid, prefix);
      return at?.mode === "40000" ? at.oid : null;
    })();
    return top;
  };

  async function* below(tree: Oid, at: string): AsyncGenerator<TreeEntry> {
    const children = await childrenOf(tree);
    // Ask for all folders of a level at once: each is one more line to the process, not one more wait.
    for (const child of children) if (child.mode === "40000") childrenOf(child.oid).catch(() => {});
    for (const child of children) {
      if (child.name === OWN_FOLDER) continue;
      const path = at === "" ? child.name : `${at}/${child.name}`;
      if (child.mode === "40000") yield* below(child.oid, path);
      else yield { path, blob: child.oid, mode: child.mode, bytes: -1 };
    }
  }

  return {
    oid: revision,
    async *list(under) {
      const path = normalPath(under);
      const tree = await root();
      if (path === null || tree === null) return;
      const start = await walk(tree, path);
      if (start === null) return;
      if (start.mode === "40000") yield* below(start.oid, path);
      else yield { path, blob: start.oid, mode: start.mode, bytes: -1 };
    },
    read: (blobs) => objects.read(blobs),
    async idAt(path) {
      const normal = normalPath(path);
      const tree = await root();
      if (normal === null || tree === null) return null;
      return (await walk(tree, normal))?.oid ?? null;
    },
  };
}

function childrenIn(content: Buffer, tree: Oid): Child[] {
  return decodeTree(content, tree.length / 2).map((item) => ({ ...item, name: item.name.toString("utf8") }));
}

interface Child {
  readonly name: string;
  readonly mode: string;
  readonly oid: Oid;
}
