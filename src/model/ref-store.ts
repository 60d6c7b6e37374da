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

/** A RefStore that can also let go of a ref's history without losing it at once. */
export interface RenewingRefStore extends RefStore {
  /**
   * Begins a ref's history anew: one commit without a parent, with the files of `expected` and those that are put. What was the tip
   * is kept by another ref, in whose ancestry it lies from now on. Both or neither, under the same compare-and-swap; only what is
   * put is sent.
   */
  renew(
    request: Omit<SwapRequest, "parent" | "expected"> & {
      readonly expected: Oid;
      readonly keep: { readonly ref: string; readonly expected: Oid | null };
    },
  ): Promise<Swap>;
}
