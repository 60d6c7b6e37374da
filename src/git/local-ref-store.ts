import type { RenewingRefStore } from "../model/ref-store.ts";
import { objectTree } from "./commit-tree.ts";
import { gitFailed, runGit } from "./git-process.ts";
import { memoryTree } from "./memory-ref-store.ts";
import type { Repository } from "./repository.ts";
import { checkRef, checkSwap } from "./swap-request.ts";
import { writeCommit } from "./write-commit.ts";

/** Refs of the repository itself: State of a folder without a remote. Throws GitError where Git cannot write. */
export function localRefStore(repository: Repository): RenewingRefStore {
  const tipOf = async (ref: string) => (await repository.objects.find(`${ref}^{commit}`))?.oid ?? null;
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
      // Git's own compare-and-swap, under the ref's lock; the old value of a ref that must not exist is all zeros.
      const old = request.expected ?? "0".repeat(oid.length);
      const args = ["update-ref", "-m", "fairlead", "--no-deref", request.ref, oid, old];
      const result = await runGit(await repository.writable(), args, { allow: "any" });
      if (result.code === 0) return { is: "won", oid };
      const now = await tipOf(request.ref);
      if (now === request.expected) throw gitFailed(args, result);
      return { is: "conflict", oid: now };
    },
    async renew({ keep, ...request }) {
      const { ref, expected } = request;
      checkSwap({ ...request, parent: "none" });
      checkRef(keep.ref);
      const tip = await tipOf(ref);
      if (tip !== expected) return { is: "conflict", oid: tip };
      const oid = await writeCommit(repository, { ...request, parent: "none" });
      // One transaction, git-update-ref(1): both or neither.
      const kept = keep.expected ?? "0".repeat(oid.length);
      const lines = ["start", `update ${ref} ${oid} ${expected}`, `update ${keep.ref} ${expected} ${kept}`, "commit"];
      const args = ["update-ref", "-m", "fairlead", "--no-deref", "--stdin"];
      const options = { input: [`${lines.join("\n")}\n`], allow: "any" } as const;
      const result = await runGit(await repository.writable(), args, options);
      if (result.code === 0) return { is: "won", oid };
      const [now, other] = [await tipOf(ref), await tipOf(keep.ref)];
      if (now === expected && other === keep.expected) throw gitFailed(args, result);
      return { is: "conflict", oid: now };
    },
  };
}
