import { createHash } from "node:crypto";
import type { Oid } from "../../src/model/basics.ts";
import type { Tree, TreeEntry } from "../../src/model/tree.ts";

/** A file's content, or a symbolic link. */
export type MemoryFile = string | Uint8Array | { readonly link: string } | { readonly submodule: Oid };

export interface MemoryTreeOptions {
  /** How `list` orders what it gives: a catalog must not depend on it. */
  readonly order?: (entries: TreeEntry[]) => TreeEntry[];
  /** Every blob that was asked for, in order. */
  readonly reads?: Oid[];
  /** Sizes are not known beforehand, as in a commit's tree. */
  readonly withoutSizes?: boolean;
}

/** A Tree in memory with the ids that Git would give. */
export function memoryTree(files: Readonly<Record<string, MemoryFile>>, options: MemoryTreeOptions = {}): Tree {
  const blobs = new Map<Oid, Uint8Array>();
  const entries = Object.entries(files).map(([path, file]): TreeEntry => {
    if (isSubmodule(file)) return { path, blob: file.submodule, mode: "160000", bytes: 0 };
    const link = typeof file === "object" && "link" in file;
    const content = Buffer.from(link ? file.link : (file as string | Uint8Array));
    const blob = objectId("blob", content);
    blobs.set(blob, content);
    return { path, blob, mode: link ? "120000" : "100644", bytes: options.withoutSizes ? -1 : content.length };
  });
  entries.sort((a, b) => (a.path < b.path ? -1 : 1));
  const under = (path: string) =>
    entries.filter((entry) => path === "" || entry.path === path || entry.path.startsWith(`${path}/`));
  return {
    oid: null,
    async *list(path) {
      yield* options.order ? options.order([...under(path)]) : under(path);
    },
    async *read(wanted) {
      for (const blob of wanted) {
        options.reads?.push(blob);
        const content = blobs.get(blob);
        if (!content) throw new Error(`no blob ${blob}`);
        yield { blob, content };
      }
    },
    async idAt(path) {
      const inside = path.replace(/\/+$/, "");
      const found = under(inside);
      const file = found.find((entry) => entry.path === inside);
      if (file) return file.blob;
      return found.length === 0 ? null : folderId(found, inside === "" ? "" : `${inside}/`);
    },
  };
}

function folderId(entries: readonly TreeEntry[], prefix: string): Oid {
  const children = new Map<string, { readonly mode: string; readonly id: Oid; readonly sortKey: string }>();
  for (const entry of entries) {
    const [name = "", ...rest] = entry.path.slice(prefix.length).split("/");
    if (children.has(name)) continue;
    if (rest.length === 0) children.set(name, { mode: entry.mode, id: entry.blob, sortKey: name });
    else {
      const inside = `${prefix}${name}/`;
      const id = folderId(
        entries.filter((one) => one.path.startsWith(inside)),
        inside,
      );
      children.set(name, { mode: "40000", id, sortKey: `${name}/` });
    }
  }
  const sorted = [...children].sort(([, a], [, b]) => (a.sortKey < b.sortKey ? -1 : 1));
  return objectId(
    "tree",
    Buffer.concat(sorted.flatMap(([name, { mode, id }]) => [Buffer.from(`${mode} ${name}\0`), Buffer.from(id, "hex")])),
  );
}

function objectId(type: "blob" | "tree", content: Uint8Array): Oid {
  return createHash("sha1").update(`${type} ${content.length}\0`).update(content).digest("hex");
}

function isSubmodule(file: MemoryFile): file is { readonly submodule: Oid } {
  return typeof file === "object" && "submodule" in file;
}
