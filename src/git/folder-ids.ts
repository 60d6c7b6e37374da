import type { Oid } from "../model/basics.ts";
import { encodeTree, type ObjectFormat, objectId, type TreeItem } from "./object-id.ts";

/** One file on its way into a tree object. */
export interface FolderFile {
  /** Relative to the folder; latin1-decoded bytes, so that any name survives. */
  readonly bytes: string;
  readonly mode: string;
  readonly blob: Oid;
}

/**
 * The tree ids of a folder and all folders in it, from its files sorted in Git's order: what `git write-tree` gives.
 * `onTree` sees each tree's id and content, children first. No file: null, since Git has no empty folders.
 */
export function folderId(
  files: readonly FolderFile[],
  format: ObjectFormat,
  onTree?: (oid: Oid, content: Buffer) => void,
): Oid | null {
  if (files.length === 0) return null;
  const build = (from: number, to: number, depth: number): Oid => {
    const items: TreeItem[] = [];
    for (let at = from; at < to; ) {
      const file = files[at] as FolderFile;
      const slash = file.bytes.indexOf("/", depth);
      if (slash < 0) {
        items.push({ name: latin1(file.bytes.slice(depth)), mode: file.mode, oid: file.blob });
        at += 1;
        continue;
      }
      const head = file.bytes.slice(0, slash + 1);
      let end = at + 1;
      while (end < to && files[end]?.bytes.startsWith(head)) end += 1;
      items.push({ name: latin1(file.bytes.slice(depth, slash)), mode: "40000", oid: build(at, end, slash + 1) });
      at = end;
    }
    const content = encodeTree(items);
    const oid = objectId("tree", content, format);
    onTree?.(oid, content);
    return oid;
  };
  return build(0, files.length, 0);
}

/** A path's UTF-8 bytes in the form that `FolderFile.bytes` takes. */
export function bytesOf(path: string): string {
  return Buffer.from(path, "utf8").toString("latin1");
}

function latin1(text: string): Buffer {
  return Buffer.from(text, "latin1");
}
