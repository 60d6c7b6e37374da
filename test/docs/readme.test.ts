import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fairlead } from "../support/cli.ts";
import { temporaryFolder, writeFiles } from "../support/git-folder.ts";
import { freePorts } from "../support/shop.ts";

const root = join(import.meta.dirname, "../..");
const readme = readFileSync(join(root, "README.md"), "utf8");

test("the README's one file and one command give the visible result", async () => {
  const yaml = /```yaml\n# services\/hello\.yaml\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
  expect(readme).toContain("npx fairlead up");
  const [port = 0] = await freePorts(1);
  const folder = temporaryFolder();
  writeFiles(folder, { "services/hello.yaml": yaml.replace("port: 4300", `port: ${port}`) });
  const { code, stdout, stderr } = await fairlead(["up", "--once"], { cwd: folder });
  expect(stderr).toBe("");
  expect(code).toBe(0);
  expect(stdout).toContain(`http://localhost:${port}/api/greetings`);
  expect(readFileSync(join(folder, "dist/status/services/hello/index.html"), "utf8")).toContain("Operational");
});

test("the README's health block, its notifications and its maintenance are right as they stand", async () => {
  const section = readme.slice(readme.indexOf("## Watching, and the status site"));
  const [health = "", notifications = ""] = [...section.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1]);
  expect(notifications).toMatch(/^notifications:/);
  const maintenance = /```text\n([\s\S]*?)```/.exec(section)?.[1] ?? "";
  const folder = temporaryFolder();
  const service = `id: orders-api\nname: Orders\ntype: api\nexternal: true\n${health}`;
  writeFiles(folder, {
    "fairlead.yaml": `project: shop\n${notifications}`,
    "services/orders-api.yaml": service,
    "incidents/disks.md": maintenance,
  });
  const { code, stdout, stderr } = await fairlead(["validate"], { cwd: folder });
  expect(code, stderr).toBe(0);
  expect(stdout).toContain("3 files are valid");
});

test("every command in the README's table is there, and none is left out", async () => {
  const { stdout } = await fairlead(["--help"], { cwd: temporaryFolder() });
  const told = [...readme.matchAll(/^\| `fairlead (\w+)/gm)].map((match) => match[1]);
  const listed = stdout.slice(stdout.indexOf("Commands:"), stdout.indexOf("Start here:"));
  const real = [...listed.matchAll(/^ {2}(\w+) /gm)].map((match) => match[1]).filter((name) => name !== "help");
  expect(told.toSorted()).toEqual([...new Set(real)].toSorted());
});

test("what the documents link to is there", () => {
  for (const document of ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"]) {
    const text = readFileSync(join(root, document), "utf8");
    for (const [, target = ""] of text.matchAll(/\]\(([^)#:]+)\)/g))
      expect(existsSync(join(root, target)), `${document}: ${target}`).toBe(true);
    for (const [, path = ""] of text.matchAll(/`((?:src|test|schemas|site|services|bin)\/[\w./-]+)`/g))
      expect(existsSync(join(root, path)), `${document}: ${path}`).toBe(true);
  }
});
