import { expect, test } from "vitest";
import { localRefStore } from "../../src/git/local-ref-store.ts";
import { memoryRefStore } from "../../src/git/memory-ref-store.ts";
import { openRepository } from "../../src/git/repository.ts";
import { stateStore } from "../../src/state/state-store.ts";
import { record, release } from "../support/builders.ts";
import { BARE_ENVIRONMENT, git, gitFolder, temporaryFolder } from "../support/git-folder.ts";

const by = { run: "run-1", nonce: "nonce-12345678" };

test("an environment that was never applied has an empty state", async () => {
  const store = stateStore({ refs: memoryRefStore(), environment: "staging" });
  expect(await store.read()).toEqual({
    oid: null,
    state: { version: 1, environment: "staging", epoch: 0, claim: null, journal: null, services: new Map() },
  });
});

for (const [name, open] of [
  ["a repository without an identity", () => gitFolder({ "a.txt": "a" })],
  ["a folder that is no repository", () => temporaryFolder()],
] as const) {
  test(`state is kept in ${name}`, async () => {
    const folder = open();
    const repository = await openRepository(folder, BARE_ENVIRONMENT);
    const store = () => stateStore({ refs: localRefStore(repository), environment: "development" });
    const web = record({ releases: [release()] });
    const won = await store().swap(null, { epoch: 3, services: new Map([["web", web]]), message: "web: first" }, by);
    expect(won.is).toBe("won");
    const { oid, state } = await store().read();
    expect(won).toEqual({ is: "won", oid });
    expect(state.epoch).toBe(3);
    expect(state.services.get("web")).toEqual(web);
    expect(await store().swap(null, { epoch: 4, message: "late" }, by)).toEqual({ is: "conflict", oid });
    expect(git(folder, "--git-dir", repository.gitDir, "log", "--format=%B", "fairlead-state/development")).toContain(
      "web: first\n\nFairlead-Run: run-1\nFairlead-Nonce: nonce-12345678",
    );
    await repository.close();
  });
}
