import type { Oid } from "./basics.ts";
import type { Tree } from "./tree.ts";

/**
 * What became of a swap. *Unknown* means that the connection broke and reading back failed too: the caller reads again
 * before it acts. A store settles the ordinary broken connection itself, by looking for the nonce in the tip's ancestry.
 */
export type Swap =
  | { readonly is: "won"; readonly oid: Oid }
  | { readonly is: "conflict"; readonly oid: Oid | null }
  | { readonly is: "unknown" };

export interface SwapRequest {
  /** A full ref name, such as `refs/heads/fairlead-state/production`. */
  readonly ref: string;
  /** The id the ref must still have; null: it must not exist. */
  readonly expected: Oid | null;
  /** Path to content; null removes the file. Everything else in the tree stays. */
  readonly put: ReadonlyMap<string, Uint8Array | null>;
  /** `none` starts a history anew (squash). */
  readonly parent: "expected" | "none";
  /** Random: goes into the commit message, so that two identical racers never both believe they won. */
  readonly nonce: string;
  readonly message: string;
}

/** Swaps a Git ref under compare-and-swap: Git remote, local ref, memory; one contract suite holds all three. */
export interface RefStore {
  /** The ref's tip. An absent ref has `oid: null` and an empty Tree. */
  read(ref: string): Promise<{ readonly oid: Oid | null; readonly tree: Tree }>;
  swap(request: SwapRequest): Promise<Swap>;
}

/** A RefStore that can also keep a history from being forgotten, before a squash lets go of it. */
export interface KeepingRefStore extends RefStore {
  /** Points a ref at a commit that the ref's store has already, under the same compare-and-swap; nothing is written anew. */
  keep(request: { readonly ref: string; readonly expected: Oid | null; readonly oid: Oid }): Promise<Swap>;
}
