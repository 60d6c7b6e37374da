import { existsSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { localRefStore } from "../../src/git/local-ref-store.ts";
import { memoryRefStore } from "../../src/git/memory-ref-store.ts";
import { openRepository } from "../../src/git/repository.ts";
import { refStoreContract } from "../contracts/ref-store.ts";
import { BARE_ENVIRONMENT, git, gitFolder, temporaryFolder, writeFiles } from "../support/git-folder.ts";

refStoreContract("the memory", async () => {
  const store = memoryRefStore();
  return { open: async () => store, ancestors: () => null };
});

refStoreContract("a local ref", () => local(gitFolder({ "a.txt": "a" })));

refStoreContract("a local ref of a folder below Git's top level", () =>
  local(join(gitFolder({ "apps/shop/a.txt": "a" }), "apps/shop")),
);

refStoreContract("a folder that is no Git repository", () => local(temporaryFolder()));

refStoreContract("a repository with SHA-256 ids", () => {
  const folder = temporaryFolder();
  git(folder, "init", "--quiet", "--object-format=sha256");
  writeFiles(folder, { "a.txt": "a" });
  return local(folder);
});

async function local(folder: string): ReturnType<Parameters<typeof refStoreContract>[1]> {
  return {
    async open() {
      const repository = await openRepository(folder, BARE_ENVIRONMENT);
      onTestFinished(() => repository.close());
      return localRefStore(repository);
    },
    ancestors(ref) {
      const own = join(folder, ".fairlead/git");
      return git(existsSync(own) ? own : folder, "rev-list", ref).split("\n");
    },
  };
}
