import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { artifactStore } from "../../src/git/artifact-store.ts";
import { openRepository, type Repository } from "../../src/git/repository.ts";
import { workingTree } from "../../src/git/working-tree.ts";
import type { Oid } from "../../src/model/basics.ts";
import { BARE_ENVIRONMENT, git, gitFolder, temporaryFolder, writeFiles } from "../support/git-folder.ts";

async function open(folder: string): Promise<Repository> {
  const repository = await openRepository(folder, BARE_ENVIRONMENT);
  onTestFinished(() => repository.close());
  return repository;
}

/** Ids as a plan finds them. */
async function idsAt(repository: Repository, ...paths: readonly string[]): Promise<Record<string, Oid>> {
  const tree = workingTree(repository);
  const ids: Record<string, Oid> = {};
  for (const path of paths) ids[path] = (await tree.idAt(path)) ?? "";
  return ids;
}

for (const [name, make] of [
  ["a repository", () => gitFolder({ "web/server.js": "old", "web/lib/a.js": "a", "package.json": "{}" })],
  ["a folder that is no repository", () => temporaryFolder()],
] as const) {
  test(`uncommitted code of ${name} is kept as it was, although the folder goes on`, async () => {
    const folder = make();
    writeFiles(folder, {
      "web/server.js": "new",
      "web/lib/a.js": "a",
      "web/lib/näme.js": "ä",
      "web/run.sh": "#!/bin/sh\n",
      "package.json": "{}",
    });
    chmodSync(join(folder, "web/run.sh"), 0o755);
    symlinkSync("lib/a.js", join(folder, "web/link.js"));
    const repository = await open(folder);
    const status = repository.kind === "git" ? git(folder, "status", "--porcelain") : null;
    const trees = await idsAt(repository, "web", "package.json");
    expect(await artifactStore(repository).save(trees)).toEqual([]);
    if (status !== null) expect(git(folder, "status", "--porcelain")).toBe(status);

    writeFiles(folder, { "web/server.js": "newer still" });
    const gitDir = repository.kind === "git" ? join(folder, ".git") : join(folder, ".fairlead/git");
    git(folder, `--git-dir=${gitDir}`, "gc", "--quiet", "--prune=now");
    const later = await open(folder);
    const target = temporaryFolder();
    expect(await artifactStore(later).checkout(trees, target)).toEqual([]);
    expect(readFileSync(join(target, "web/server.js"), "utf8")).toBe("new");
    expect(readFileSync(join(target, "web/lib/näme.js"), "utf8")).toBe("ä");
    expect(readFileSync(join(target, "package.json"), "utf8")).toBe("{}");
    expect(lstatSync(join(target, "web/run.sh")).mode & 0o111).toBe(0o111);
    expect(lstatSync(join(target, "web/server.js")).mode & 0o111).toBe(0);
    expect(readlinkSync(join(target, "web/link.js"))).toBe("lib/a.js");
  });
}

test("below Git's top level, and for the whole folder, paths are those of the folder worked in", async () => {
  const top = gitFolder({ "apps/shop/web/a.js": "a", "other.js": "other" });
  const folder = join(top, "apps/shop");
  writeFiles(folder, { "web/b.js": "b" });
  const repository = await open(folder);
  const trees = await idsAt(repository, "", "web");
  expect(await artifactStore(repository).save(trees)).toEqual([]);
  const target = temporaryFolder();
  expect(await artifactStore(repository).checkout(trees, target)).toEqual([]);
  expect(readFileSync(join(target, "web/b.js"), "utf8")).toBe("b");
  expect(existsSync(join(target, "other.js"))).toBe(false);
});

test("files that changed since the plan are refused, and said", async () => {
  const folder = gitFolder({ "web/a.js": "a", "api/a.js": "a" });
  writeFiles(folder, { "web/a.js": "planned", "api/b.js": "b" });
  const repository = await open(folder);
  const trees = await idsAt(repository, "web", "api");
  writeFiles(folder, { "web/a.js": "changed since" });
  const problems = await artifactStore(repository).save(trees);
  expect(problems).toMatchInlineSnapshot(`
    [
      {
        "code": "artifact-changed",
        "detail": "A release runs exactly the files that its plan showed.",
        "hint": "plan again once they stand still",
        "severity": "error",
        "summary": "the files at \`web\` changed while they were being stored",
      },
    ]
  `);
  expect(git(folder, "for-each-ref", "--format=%(refname)", "refs/fairlead")).toBe(
    `refs/fairlead/artifacts/${trees["api"]}`,
  );
});

test("a link that leads out of the release is refused, directly or by way of another", async () => {
  const folder = gitFolder({});
  writeFiles(folder, { "web/a.js": "a", "web/p/q/b.js": "b" });
  symlinkSync("../../secret", join(folder, "web/out"));
  symlinkSync("/etc/passwd", join(folder, "web/absolute"));
  symlinkSync("../..", join(folder, "web/p/q/up"));
  symlinkSync("up/../../..", join(folder, "web/p/q/sly"));
  const repository = await open(folder);
  const trees = await idsAt(repository, "web");
  const store = artifactStore(repository);
  expect(await store.save(trees)).toEqual([]);
  const target = join(temporaryFolder(), "a/b");
  mkdirSync(target, { recursive: true });
  const problems = await store.checkout(trees, target);
  expect(problems.map(({ code, summary }) => [code, summary])).toMatchInlineSnapshot(`
    [
      [
        "artifact-link-outside",
        "the symbolic link \`web/absolute\` leads out of the release's folder, to \`/etc/passwd\`",
      ],
      [
        "artifact-link-outside",
        "the symbolic link \`web/out\` leads out of the release's folder, to \`../../secret\`",
      ],
      [
        "artifact-link-outside",
        "the symbolic link \`web/p/q/sly\` leads out of the release's folder, to \`up/../../..\`",
      ],
    ]
  `);
  expect(existsSync(join(target, "web/a.js"))).toBe(true);
  for (const link of ["web/out", "web/absolute", "web/p/q/sly"])
    expect(lstatSync(join(target, link), { throwIfNoEntry: false })).toBeUndefined();
});

test("what no release names any more is let go, and what is missing is said", async () => {
  const folder = gitFolder({ "a.txt": "a" });
  writeFiles(folder, { "web/a.js": "a", "api/b.js": "b" });
  const repository = await open(folder);
  const store = artifactStore(repository);
  const trees = await idsAt(repository, "web", "api");
  await store.save(trees);
  expect(await store.prune([trees["web"] ?? ""])).toBe(1);
  git(folder, "gc", "--quiet", "--prune=now");
  const later = artifactStore(await open(folder));
  expect(await later.checkout({ web: trees["web"] ?? "" }, temporaryFolder())).toEqual([]);
  expect(await later.checkout({ api: trees["api"] ?? "" }, temporaryFolder())).toMatchObject([
    { code: "git-object-missing", severity: "error" },
  ]);
});
