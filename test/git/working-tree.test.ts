import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commitTree } from "../../src/git/commit-tree.ts";
import { openRepository } from "../../src/git/repository.ts";
import { workingTree } from "../../src/git/working-tree.ts";
import { BARE_ENVIRONMENT, git, gitFolder, temporaryFolder, writeFiles } from "../support/git-folder.ts";

test("a working folder lists tracked, changed and new files as Git would, without ignored ones", async () => {
  const folder = gitFolder({ "a.txt": "a", "b/b.txt": "b", "c.sh": "c", "gone.txt": "x", ".gitignore": "*.log\n" });
  writeFiles(folder, { "a.txt": "changed", "new/file.txt": "new", "x.log": "no", ".fairlead/own": "no" });
  rmSync(join(folder, "gone.txt"));
  chmodSync(join(folder, "c.sh"), 0o755);
  symlinkSync("../outside", join(folder, "link"));
  mkdirSync(join(folder, "empty"));
  const repository = await openRepository(folder, BARE_ENVIRONMENT);
  const tree = workingTree(repository);
  const listed = await all(tree.list(""));
  expect(listed.map(({ path, mode }) => `${mode} ${path}`)).toEqual([
    "100644 .gitignore",
    "100644 a.txt",
    "100644 b/b.txt",
    "100755 c.sh",
    "120000 link",
    "100644 new/file.txt",
  ]);
  expect((await all(tree.list("new"))).map((entry) => entry.path)).toEqual(["new/file.txt"]);
  const contents = await all(tree.read(listed.map((entry) => entry.blob)));
  expect(contents.map(({ content }) => Buffer.from(content).toString())).toEqual([
    "*.log\n",
    "changed",
    "b",
    "c",
    "../outside",
    "new",
  ]);
  git(folder, "add", "--all", "--", ".", ":!.fairlead");
  expect(await workingTree(repository).idAt("")).toBe(git(folder, "write-tree"));
  expect(await tree.idAt("")).toBe(git(folder, "write-tree"));
  expect(await tree.idAt("./new/")).toBe(git(folder, "rev-parse", `${git(folder, "write-tree")}:new`));
  expect(await tree.idAt("a.txt")).toBe(git(folder, "hash-object", "a.txt"));
  expect(await tree.idAt("empty")).toBeNull();
  expect(await tree.idAt("../etc")).toBeNull();
  await repository.close();
});

test("a folder without Git lists its files by its .gitignore, and reading creates nothing", async () => {
  const folder = temporaryFolder();
  writeFiles(folder, { ".gitignore": "node_modules/\n", "node_modules/x/i.js": "", "services/a.yaml": "id: a\n" });
  const repository = await openRepository(folder, BARE_ENVIRONMENT);
  expect(repository.kind).toBe("local-only");
  const tree = workingTree(repository);
  const listed = await all(tree.list(""));
  expect(listed.map((entry) => entry.path)).toEqual([".gitignore", "services/a.yaml"]);
  expect(await tree.idAt("services")).toMatch(/^[0-9a-f]{40}$/);
  expect(() => writeFileSync(join(folder, ".fairlead/git/HEAD"), "x")).toThrow();
  await repository.close();
});

test("below Git's top level, paths are relative to the folder worked in", async () => {
  const folder = gitFolder({ "apps/shop/services/a.yaml": "id: a\n", "other.txt": "other" });
  const repository = await openRepository(join(folder, "apps/shop"), BARE_ENVIRONMENT);
  expect(repository).toMatchObject({ kind: "git", prefix: "apps/shop" });
  const commit = await repository.headCommit();
  expect(commit).toBe(git(folder, "rev-parse", "HEAD"));
  const committed = commitTree(repository, commit ?? "");
  const working = workingTree(repository);
  for (const tree of [committed, working]) {
    expect((await all(tree.list(""))).map((entry) => entry.path)).toEqual(["services/a.yaml"]);
    expect(await tree.idAt("services")).toBe(git(folder, "rev-parse", "HEAD:apps/shop/services"));
  }
  expect(await repository.isDirty()).toBe(false);
  await repository.close();
});

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
