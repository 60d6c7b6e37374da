import type { Ms } from "../model/basics.ts";
import type { RefStore, RenewingRefStore } from "../model/ref-store.ts";
import type { Tree } from "../model/tree.ts";
import { DAY_MS } from "./calendar.ts";
import { parseDocument } from "./segment-codec.ts";

/** How old the commits of the ref become before they are let go. */
export const SQUASH_AFTER_MS: Ms = 7 * DAY_MS;

/** Since when the ref's commits go back: a ref store tells no commit's time, so the tree does. */
export const SINCE_PATH = "since.json";

export function sinceFile(at: Ms): Uint8Array {
  return Buffer.from(`{"version":1,"since":${at}}\n`);
}

/**
 * Begins the ref's history anew once its commits are older than a week: one commit without a parent, with the same files. What
 * was the tip is kept by a second ref, so that a clone or a push that stands on it finds everything it needs for another week. Both
 * are one compare-and-swap: of two squashers one wins, and whoever pushes at the same time is never lost. True where it squashed.
 */
export async function squash(
  refs: RefStore | RenewingRefStore,
  { ref, now, nonce }: { readonly ref: string; readonly now: Ms; readonly nonce: string },
): Promise<boolean> {
  if (!("renew" in refs)) return false;
  const { oid, tree } = await refs.read(ref);
  if (oid === null || !(await isSquashDue(tree, now))) return false;
  const previous = `${ref}-previous`;
  const keep = { ref: previous, expected: (await refs.read(previous)).oid };
  const put = new Map([[SINCE_PATH, sinceFile(now)]]);
  const message = "Health history begins anew: what was kept stays";
  return (await refs.renew({ ref, expected: oid, put, nonce, message, keep })).is === "won";
}

/** Whether the commits of a tree's ref go back for more than a week. */
export async function isSquashDue(tree: Tree, now: Ms): Promise<boolean> {
  const since = await sinceIn(tree);
  // A clock that was wrong when it said so must not put it off for ever.
  return since === null || now - since >= SQUASH_AFTER_MS || since > now + SQUASH_AFTER_MS;
}

async function sinceIn(tree: Tree): Promise<Ms | null> {
  const blob = await tree.idAt(SINCE_PATH);
  if (blob === null) return null;
  for await (const { content } of tree.read([blob])) {
    const value = parseDocument(content);
    if (typeof value !== "string" && typeof value["since"] === "number") return value["since"];
  }
  return null;
}
