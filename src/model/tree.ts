import type { Oid } from "./basics.ts";

/** One file of a Tree. Modes are Git's: 100644, 100755, 120000 (symbolic link), 160000 (submodule). */
export interface TreeEntry {
  /** Slash-separated, relative to the Tree's root. */
  readonly path: string;
  readonly blob: Oid;
  readonly mode: string;
  /** Size in bytes, or -1 where finding it would cost another process. */
  readonly bytes: number;
}

/** A commit's tree, or a working folder hashed as Git would: the only way the catalog sees files. */
export interface Tree {
  /** The tree's own id; null for a working folder, whose id would cost hashing everything. */
  readonly oid: Oid | null;
  /** Files at or under a path (`""` is everything), sorted by path; ignored files are left out. */
  list(under: string): AsyncIterable<TreeEntry>;
  /** Contents, in the order asked, duplicates included; one process for all of them. */
  read(blobs: Iterable<Oid>): AsyncIterable<{ readonly blob: Oid; readonly content: Uint8Array }>;
  /** The id that Git gives a folder (tree) or file (blob) at a path; null where there is nothing. */
  idAt(path: string): Promise<Oid | null>;
}
