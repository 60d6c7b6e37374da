import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { localRefStore } from "../../src/git/local-ref-store.ts";
import { openRepository } from "../../src/git/repository.ts";
import { digestOf } from "../../src/model/digest.ts";
import { stateRef, stateStore } from "../../src/state/state-store.ts";
import { fairlead } from "../support/cli.ts";
import { BARE_ENVIRONMENT, git, temporaryFolder, writeFiles } from "../support/git-folder.ts";
import { deployedShop, unwrapped } from "../support/shared-shop.ts";
import { SERVER } from "../support/shop.ts";

/**
 * State is hostile input: whoever can push its branch can write there. What these tests forge is what such a person would; the
 * remote is a bare repository, the target this machine.
 */

describe("a State on a remote", () => {
  test("brings back a release from its commit, also from a clone that has never seen it", async () => {
    const { folder, remote, run, push, change } = await deployedShop();
    change({ "services/stock/server.mjs": SERVER.replace("first", "second") });
    push();
    expect((await run("apply", "--yes")).code).toBe(0);
    await run("down");
    const clone = join(temporaryFolder(), "clone");
    git(folder, "clone", "--quiet", "--depth=1", `file://${remote}`, clone);
    const again = await fairlead(["apply", "--yes", "-e", "staging"], { cwd: clone });
    onTestFinished(async () => {
      await fairlead(["down", "-e", "staging"], { cwd: clone });
    });
    expect(again.code, again.stderr).toBe(0);
    expect(again.stdout).toContain("r2");
  });

  test("that records a release which no commit declares is not applied from", async () => {
    const { remote, run, push, change } = await deployedShop();
    await run("down");
    const canary = join(temporaryFolder(), "was-here");
    await forge(remote, (spec) => ({ ...spec, command: ["touch", canary] }));
    change({ "services/stock/server.mjs": "process.exit(1);\n" });
    push();
    const result = await run("apply", "--yes");
    expect(result.code).toBe(1);
    expect(result.stderr).toContain("what State records as r1 of it is in no commit of the default branch");
    expect(unwrapped(result.stderr)).toContain("fairlead state repair");
    expect(existsSync(canary), "the forged command was not run, not even as the release to go back to").toBe(false);
  });

  test("nor from where another ref pretends to be the default branch", async () => {
    const { folder, remote, run, push, change } = await deployedShop();
    await run("down");
    const canary = join(temporaryFolder(), "was-here");
    // A commit of the attacker's own, at a name that ends like the default branch's and sorts before it.
    const clone = join(temporaryFolder(), "evil");
    git(folder, "clone", "--quiet", remote, clone);
    writeFiles(clone, { "services/stock.yaml": evil(git(clone, "show", "HEAD:services/stock.yaml"), canary) });
    git(clone, "commit", "--quiet", "--all", "--message=Evil");
    git(clone, "push", "--quiet", "origin", "HEAD:refs/a/refs/heads/main");
    const commit = git(clone, "rev-parse", "HEAD");
    await forge(remote, (spec) => ({ ...spec, command: ["touch", canary] }), { commit });
    change({ "services/stock/server.mjs": "process.exit(1);\n" });
    push();
    const result = await run("apply", "--yes");
    expect(result.code).toBe(1);
    expect(unwrapped(result.stderr)).toContain("is in no commit of the default branch");
    expect(existsSync(canary)).toBe(false);
  });

  test("that was moved back by force is named, and nothing is applied", async () => {
    const { remote, run, push, change } = await deployedShop();
    const ref = stateRef("staging");
    git(remote, "update-ref", ref, git(remote, "rev-parse", `${ref}~2`));
    change({ "services/stock/server.mjs": SERVER.replace("first", "second") });
    push();
    const result = await run("apply", "--yes");
    expect(result.code).toBe(1);
    expect(result.stderr).toContain("was moved by force");
    expect(unwrapped(result.stderr)).toContain("fairlead state repair -e staging");
  });

  test("that is gone is named, and nothing is taken for new", async () => {
    const { remote, run } = await deployedShop();
    git(remote, "update-ref", "-d", stateRef("staging"));
    const result = await run("apply", "--yes");
    expect(result.code).toBe(1);
    expect(result.stderr).toContain("the State of staging is gone");
  });
});

function evil(file: string, canary: string): string {
  return file.replace("command: [node, server.mjs]", `command: [touch, ${canary}]`);
}

/** Records another command for the service that serves, with digests that are right, on top of what is there. */
async function forge(remote: string, edit: (spec: object) => object, over: object = {}): Promise<void> {
  const clone = join(temporaryFolder(), "attacker");
  git(remote, "clone", "--quiet", "--branch=fairlead-state/staging", remote, clone);
  const own = await openRepository(clone, BARE_ENVIRONMENT);
  const store = stateStore({ refs: localRefStore(own), environment: "staging" });
  const { oid, state } = await store.read();
  const record = state.services.get("stock");
  const release = record?.releases[0];
  if (record === undefined || release === undefined) throw new Error("nothing is recorded to forge");
  const spec = edit(release.spec) as typeof release.spec;
  const forged = { ...record, releases: [{ ...release, spec, specDigest: digestOf(spec), ...over }] };
  const swap = await store.swap(
    oid,
    { services: new Map([["stock", forged]]), message: "nothing to see here" },
    { run: "attacker", nonce: "attacker" },
  );
  expect(swap.is).toBe("won");
  git(clone, "push", "--quiet", "origin", "fairlead-state/staging");
  await own.close();
}
