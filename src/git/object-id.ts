import { createHash } from "node:crypto";
import type { Oid } from "../model/basics.ts";

export type ObjectFormat = "sha1" | "sha256";
export type ObjectType = "blob" | "tree" | "commit";

/** The id that Git gives an object: the hash over `<type> <size>\0` and the content. */
export function objectId(type: ObjectType, content: Uint8Array, format: ObjectFormat = "sha1"): Oid {
  return createHash(format).update(`${type} ${content.byteLength}\0`).update(content).digest("hex");
}

/** One entry of a tree object. */
export interface TreeItem {
  /** Raw bytes: Git's names need not be UTF-8. */
  readonly name: Buffer;
  readonly mode: string;
  readonly oid: Oid;
}

/** A tree object's content: entries in Git's order, in which a folder's name counts as if it ended in a slash. */
export function encodeTree(items: readonly TreeItem[]): Buffer {
  const sorted = items
    .map((item) => ({ item, key: item.mode === "40000" ? Buffer.concat([item.name, SLASH]) : item.name }))
    .sort((a, b) => Buffer.compare(a.key, b.key));
  return Buffer.concat(
    sorted.flatMap(({ item }) => [
      Buffer.from(`${item.mode} `),
      item.name,
      Buffer.from([0]),
      Buffer.from(item.oid, "hex"),
    ]),
  );
}

/** Reads a tree object's content back. `idBytes` is 20 or 32. */
export function decodeTree(content: Buffer, idBytes: number): TreeItem[] {
  const items: TreeItem[] = [];
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(0x20, at);
    const end = content.indexOf(0, space);
    const next = end + 1 + idBytes;
    if (space < 0 || end < 0 || next > content.length) throw new Error("a tree object that Git itself would refuse");
    items.push({
      mode: content.toString("latin1", at, space),
      name: content.subarray(space + 1, end),
      oid: content.toString("hex", end + 1, next),
    });
    at = next;
  }
  return items;
}

const SLASH = Buffer.from("/");
