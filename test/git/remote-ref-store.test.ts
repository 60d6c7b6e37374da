import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { remoteRefStore } from "../../src/git/remote-ref-store.ts";
import { openRepository } from "../../src/git/repository.ts";
import type { RenewingRefStore } from "../../src/model/ref-store.ts";
import { filesOf, put, refStoreContract, swap } from "../contracts/ref-store.ts";
import { BARE_ENVIRONMENT, git, gitFolder, temporaryFolder } from "../support/git-folder.ts";
import { type GitServer, gitServer } from "../support/git-server.ts";
import { until } from "../support/until.ts";

const REF = "refs/heads/fairlead-state/staging";

/** Another machine of the team: a clone of its own, with no Git identity. */
async function clone(server: GitServer, folder = gitFolder({ "a.txt": "a" })): Promise<RenewingRefStore> {
  git(folder, "remote", "add", "origin", server.url);
  const repository = await openRepository(folder, BARE_ENVIRONMENT);
  onTestFinished(() => repository.close());
  return remoteRefStore(repository, "origin");
}

async function world(): ReturnType<Parameters<typeof refStoreContract>[1]> {
  const server = await gitServer();
  return { open: () => clone(server), ancestors: (ref) => git(server.folder, "rev-list", ref).split("\n") };
}

// A swap over HTTP is some thirty processes. `FAIRLEAD_RACE_SWAPS=25` makes the race as long as one might wish.
const swaps = Number(process.env["FAIRLEAD_RACE_SWAPS"] ?? 2);
refStoreContract("a remote over HTTP", world, { writers: 8, swaps });

test("a push whose answer is lost after the ref moved has won, once", async () => {
  const server = await gitServer();
  const store = await clone(server);
  const first = await put(store, null, { "a.json": "1" });
  server.faults.push("lose-answer");
  const second = await put(store, first, { "a.json": "2" });
  expect(git(server.folder, "rev-list", REF).split("\n")).toEqual([second, first]);
});

test("its nonce is found where somebody has swapped upon it since", async () => {
  const server = await gitServer();
  const store = await clone(server);
  const first = await put(store, null, { "a.json": "1" });
  server.faults.push("lose-answer");
  server.beforeCut = () => {
    const tree = git(server.folder, "rev-parse", `${REF}^{tree}`);
    const upon = git(server.folder, "commit-tree", tree, "-p", REF, "-m", "another's");
    git(server.folder, "update-ref", REF, upon);
  };
  const second = await put(store, first, { "a.json": "2" });
  expect(git(server.folder, "rev-list", REF).split("\n").slice(1)).toEqual([second, first]);
});

test("a push that broke on the way and was overtaken is a conflict", async () => {
  const server = await gitServer();
  const [store, other] = [await clone(server), await clone(server)];
  const first = await put(store, null, { "a.json": "1" });
  await other.read(REF);
  server.faults.push("hold-then-break");
  const waiting = swap(store, first, { "a.json": "2" });
  await until(() => server.held === 1);
  const second = await put(other, first, { "a.json": "3" });
  server.release();
  expect(await waiting).toEqual({ is: "conflict", oid: second });
});

test("a push that is overtaken between its lease and the update is a conflict", async () => {
  const server = await gitServer();
  const [store, other] = [await clone(server), await clone(server)];
  const first = await put(store, null, { "a.json": "1" });
  await other.read(REF);
  server.faults.push("hold");
  const waiting = swap(store, first, { "a.json": "2" });
  await until(() => server.held === 1);
  const second = await put(other, first, { "a.json": "3" });
  server.release();
  expect(await waiting).toEqual({ is: "conflict", oid: second });
});

test("a push that never arrived is sent again", async () => {
  const server = await gitServer();
  const store = await clone(server);
  const first = await put(store, null, { "a.json": "1" });
  server.faults.push("break");
  const second = await put(store, first, { "a.json": "2" });
  expect(git(server.folder, "rev-parse", REF)).toBe(second);
  expect(server.pushes).toBe(3);
});

test("a push that cannot get through, nor be asked after, is unknown; reading it says that the remote is unreachable", async () => {
  const server = await gitServer();
  const store = await clone(server);
  const first = await put(store, null, { "a.json": "1" });
  server.down = true;
  expect(await swap(store, first, { "a.json": "2" })).toEqual({ is: "unknown" });
  await expect(store.read(REF)).rejects.toMatchObject({ kind: "unreachable" });
  server.down = false;
  expect((await store.read(REF)).oid).toBe(first);
});

test("a push that a rule of the remote refuses is an error with the remote's own words", async () => {
  const server = await gitServer();
  const store = await clone(server);
  const hook = join(server.folder, "hooks/pre-receive");
  writeFileSync(hook, "#!/bin/sh\necho 'GH013: only the workflow may push here' >&2\nexit 1\n");
  chmodSync(hook, 0o755);
  const error = await swap(store, null, { "a.json": "1" }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ kind: "rejected" });
  expect((error as { diagnostic: unknown }).diagnostic).toMatchInlineSnapshot(`
    {
      "code": "git-rejected",
      "detail": "remote: GH013: only the workflow may push here
    [remote rejected] (pre-receive hook declined)",
      "hint": "the remote's rules or hooks refuse this push: allow it for this branch, or use an identity that may push",
      "severity": "error",
      "summary": "origin did not take the push to refs/heads/fairlead-state/staging",
    }
  `);
  expect((await store.read(REF)).oid).toBeNull();
});

test("a token that may not write is an error that says so, without the token", async () => {
  const server = await gitServer();
  const folder = gitFolder({ "a.txt": "a" });
  git(folder, "remote", "add", "secret", server.url.replace("http://", "http://robot:hunter2@"));
  const repository = await openRepository(folder, BARE_ENVIRONMENT);
  onTestFinished(() => repository.close());
  server.faults.push("deny", "deny", "deny");
  const error = await swap(remoteRefStore(repository, "secret"), null, { "a.json": "1" }).catch((thrown) => thrown);
  expect(error).toMatchObject({ kind: "not-permitted" });
  expect(JSON.stringify(error.diagnostic) + error.message).not.toContain("hunter2");
});

test("no hook of the user's runs, and branches, tags and FETCH_HEAD stay as they are", async () => {
  const server = await gitServer();
  await put(await clone(server), null, { "a.json": "1" });
  const folder = gitFolder({ "a.txt": "a" });
  for (const hook of ["pre-push", "reference-transaction", "post-update"]) {
    writeFileSync(join(folder, ".git/hooks", hook), `#!/bin/sh\necho ran > ${folder}/hook-ran\nexit 1\n`);
    chmodSync(join(folder, ".git/hooks", hook), 0o755);
  }
  const store = await clone(server, folder);
  const { oid } = await store.read(REF);
  await put(store, oid, { "b.json": "b" });
  expect(git(folder, "status", "--porcelain")).toBe("");
  expect(git(folder, "branch", "--list")).toBe("* main");
  expect(() => git(folder, "rev-parse", "--verify", "--quiet", "FETCH_HEAD")).toThrow();
});

test("a shallow clone, as workflows make it, stays shallow and reads and swaps all the same", async () => {
  const server = await gitServer();
  const first = await clone(server);
  let tip = await put(first, null, { "a.json": "1" });
  for (const text of ["2", "3", "4"]) tip = await put(first, tip, { "a.json": text });
  const origin = gitFolder({ "a.txt": "a" });
  git(origin, "commit", "--quiet", "--allow-empty", "--message=second");
  // By its folder: the server lives in this process, which a synchronous command would keep from answering.
  git(origin, "push", "--quiet", server.folder, "main");
  const folder = join(temporaryFolder(), "clone");
  git(origin, "clone", "--quiet", "--depth=1", "--branch=main", `file://${server.folder}`, folder);
  git(folder, "remote", "set-url", "origin", server.url);
  const repository = await openRepository(folder, BARE_ENVIRONMENT);
  onTestFinished(() => repository.close());
  const store = remoteRefStore(repository, "origin");
  const { oid, tree } = await store.read(REF);
  expect(oid).toBe(tip);
  expect(await filesOf(tree)).toEqual({ "a.json": "4" });
  expect(git(folder, "rev-list", "--count", tip)).toBe("1");
  server.faults.push("lose-answer");
  const won = await put(store, tip, { "b.json": "b" });
  expect(git(server.folder, "rev-list", "--count", won)).toBe("5");
});

test("a folder that is no repository says that it has no such remote", async () => {
  const repository = await openRepository(temporaryFolder(), BARE_ENVIRONMENT);
  onTestFinished(() => repository.close());
  await expect(remoteRefStore(repository, "origin").read(REF)).rejects.toMatchObject({ kind: "no-remote" });
});
