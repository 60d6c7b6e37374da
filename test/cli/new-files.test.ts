import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fairlead } from "../support/cli.ts";
import { git, gitFolder, temporaryFolder } from "../support/git-folder.ts";

test("init leaves the files of an existing project as they are, says what to add to them, and what it made validates", async () => {
  const folder = temporaryFolder();
  const theirs = { ".gitignore": "coverage/\n", "package.json": '{"name":"theirs"}\n', "README.md": "# Theirs\n" };
  for (const [file, text] of Object.entries(theirs)) writeFileSync(join(folder, file), text);
  const { code, stdout } = await fairlead(["init"], { cwd: folder });
  expect(code).toBe(0);
  for (const [file, text] of Object.entries(theirs)) {
    expect(readFileSync(join(folder, file), "utf8")).toBe(text);
    expect(stdout).toContain(`${file} is yours and stays as it is`);
  }
  expect(stdout).toContain("npm install --save-dev fairlead");
  expect((await fairlead(["validate"], { cwd: folder })).code).toBe(0);
  const again = await fairlead(["init"], { cwd: folder });
  expect([again.code, again.stderr.includes("`fairlead.yaml` is there already")]).toEqual([1, true]);
});

test("init --watch in a project that is there writes what starts a watcher, and nothing else", async () => {
  const cwd = gitFolder({ "fairlead.yaml": "project: shop\n" });
  const { code, stdout } = await fairlead(["init", "--watch"], { cwd });
  expect(code).toBe(0);
  expect(git(cwd, "ls-files", "--others").trim().split("\n")).toEqual([
    "deploy/fairlead-watch.service",
    "deploy/watch.Containerfile",
  ]);
  expect(stdout).toContain("name that under");
  expect(stdout).not.toContain("Go on with");
});

test("new writes nothing for a port or an id that is taken, and retry says which id was meant", async () => {
  const folder = temporaryFolder();
  expect((await fairlead(["init", "--no-install"], { cwd: folder })).code).toBe(0);
  const port = await fairlead(["new", "stock", "--template", "express", "--port", "4300"], { cwd: folder });
  expect([port.code, port.stderr.includes("port 4300 is taken by `hello`")]).toEqual([1, true]);
  const id = await fairlead(["new", "hello", "--template", "express"], { cwd: folder });
  expect([id.code, id.stderr.includes("declared in services/hello.yaml")]).toEqual([1, true]);
  expect(existsSync(join(folder, "services/stock.yaml"))).toBe(false);
  const none = await fairlead(["retry", "nosuch"], { cwd: folder });
  expect([none.code, none.stderr.includes("`nosuch` is not recorded")]).toEqual([1, true]);
});
