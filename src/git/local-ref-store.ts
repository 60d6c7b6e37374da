import type { Oid } from "../model/basics.ts";
import type { KeepingRefStore, Swap } from "../model/ref-store.ts";
import { objectTree } from "./commit-tree.ts";
import { gitFailed, runGit } from "./git-process.ts";
import { memoryTree } from "./memory-ref-store.ts";
import type { Repository } from "./repository.ts";
import { checkRef, checkSwap } from "./swap-request.ts";
import { writeCommit } from "./write-commit.ts";

/** Refs of the repository itself: State of a folder without a remote. Throws GitError where Git cannot write. */
export function localRefStore(repository: Repository): KeepingRefStore {
  const tipOf = async (ref: string) => (await repository.objects.find(`${ref}^{commit}`))?.oid ?? null;
  /** Git's own compare-and-swap, under the ref's lock; the old value of a ref that must not exist is all zeros. */
  const update = async (ref: string, expected: Oid | null, oid: Oid): Promise<Swap> => {
    const old = expected ?? "0".repeat(oid.length);
    const args = ["update-ref", "-m", "fairlead", "--no-deref", ref, oid, old];
    const result = await runGit(await repository.writable(), args, { allow: "any" });
    if (result.code === 0) return { is: "won", oid };
    const now = await tipOf(ref);
    if (now === expected) throw gitFailed(args, result);
    return { is: "conflict", oid: now };
  };
  return {
    async read(ref) {
      const oid = await tipOf(ref);
      return { oid, tree: oid === null ? memoryTree(null, new Map()) : objectTree(repository.objects, oid) };
    },
    async swap(request) {
      checkSwap(request);
      const tip = await tipOf(request.ref);
      if (tip !== request.expected) return { is: "conflict", oid: tip };
      const oid = await writeCommit(repository, request);
      return update(request.ref, request.expected, oid);
    },
    async keep({ ref, expected, oid }) {
      checkRef(ref);
      return update(ref, expected, oid);
    },
  };
}
