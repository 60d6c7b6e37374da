import type { Oid } from "../model/basics.ts";
import type { RefStore } from "../model/ref-store.ts";
import { objectTree } from "./commit-tree.ts";
import { GitError } from "./git-error.ts";
import { memoryTree } from "./memory-ref-store.ts";
import { keptRef } from "./remote-ref-store.ts";
import type { Repository } from "./repository.ts";
import { isAncestor } from "./revisions.ts";

/**
 * Refs of a remote as they were fetched last, by Fairlead or by `git fetch`: for plans without a network and without a
 * credential. Nothing can be written through it.
 */
export function fetchedRefStore(repository: Repository, remote: string): RefStore {
  const tipOf = async (ref: string): Promise<Oid | null> =>
    (await repository.objects.find(`${ref}^{commit}`))?.oid ?? null;

  /** The newer of the two places where a fetched tip may stand. */
  const newest = async (ref: string): Promise<Oid | null> => {
    const tracking = ref.replace(/^refs\/heads\//, `refs/remotes/${remote}/`);
    const [kept, tracked] = [await tipOf(keptRef(remote, ref)), await tipOf(tracking)];
    if (kept === null || tracked === null || kept === tracked) return kept ?? tracked;
    return (await isAncestor(repository, { ancestor: kept, commit: tracked })) ? tracked : kept;
  };

  return {
    async read(ref) {
      const oid = await newest(ref);
      return { oid, tree: oid === null ? memoryTree(null, new Map()) : objectTree(repository.objects, oid) };
    },
    async swap({ ref }) {
      throw new GitError("failed", `${ref} of ${remote} is only read here, as it was fetched last`);
    },
  };
}
