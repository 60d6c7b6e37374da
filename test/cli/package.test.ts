import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { fairlead } from "../support/cli.ts";
import { temporaryFolder } from "../support/git-folder.ts";
import { shop } from "../support/shop.ts";

/**
 * The package as npm would publish it, unpacked beside nothing but its own declared dependencies (linked, not fetched), in
 * a folder that is not this repository.
 */
const root = join(import.meta.dirname, "../..");
let tarball = "";

beforeAll(() => {
  const folder = join(root, ".fairlead", "pack");
  mkdirSync(folder, { recursive: true });
  const npm = (...args: string[]) =>
    execFileSync("npm", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  npm("run", "build");
  const [packed] = JSON.parse(npm("pack", "--json", "--ignore-scripts", "--pack-destination", folder)) as [
    { filename: string },
  ];
  tarball = join(folder, packed.filename);
}, 120_000);

/** `node_modules/` with the package and its dependencies; resolves to the command. */
function installed(folder: string): readonly string[] {
  const modules = join(folder, "node_modules");
  const home = join(modules, "fairlead");
  mkdirSync(home, { recursive: true });
  execFileSync("tar", ["-xzf", tarball, "-C", home, "--strip-components=1"]);
  for (const name of production(root)) {
    const link = join(modules, name);
    mkdirSync(dirname(link), { recursive: true });
    if (!existsSync(link)) symlinkSync(join(root, "node_modules", name), link);
  }
  return [process.execPath, join(home, "bin/fairlead.cjs")];
}

/** What an install without development dependencies puts at the top. */
function production(folder: string): readonly string[] {
  const lock = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8")) as {
    packages: Record<string, { dev?: boolean }>;
  };
  return Object.entries(lock.packages).flatMap(([path, { dev }]) => {
    const name = path.slice("node_modules/".length);
    return path.startsWith("node_modules/") &&
      !name.includes("node_modules/") &&
      dev !== true &&
      existsSync(join(folder, path))
      ? [name]
      : [];
  });
}

describe("the packed tarball, installed in another folder", () => {
  test("holds what it needs and nothing of ours besides", () => {
    const names = execFileSync("tar", ["-tzf", tarball], { encoding: "utf8" }).split("\n");
    expect(names).toContain("package/bin/fairlead.cjs");
    expect(names).toContain("package/schemas/service.schema.json");
    expect(names.some((name) => name.startsWith("package/test/") || name.startsWith("package/services/"))).toBe(false);
    expect(names.some((name) => name.includes("/templates/express/"))).toBe(true);
  });

  test("brings services up, and builds the site, as from source", async () => {
    const { folder } = await shop();
    const command = installed(folder);
    const { code, stderr } = await fairlead(["up", "--once"], { cwd: folder, command });
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(readdirSync(join(folder, "dist/status/services")).sort()).toEqual(["orders", "stock"]);
    expect((await fairlead(["plan", "--detailed-exitcode"], { cwd: folder, command })).code).toBe(0);
  });

  test("runs a service straight from the template", async () => {
    const folder = realpathSync(temporaryFolder());
    const command = installed(folder);
    const init = await fairlead(["init", "--no-install", "."], { cwd: folder, command });
    expect(init.code).toBe(0);
    expect((await fairlead(["validate"], { cwd: folder, command })).code).toBe(0);
    const { code, stdout, stderr } = await fairlead(["up", "--once"], { cwd: folder, command });
    expect(stderr).toBe("");
    expect(stdout).toContain("hello");
    expect(code).toBe(0);
  });

  test("an old Node is told what it needs", () => {
    const guard = readFileSync(join(root, "bin/fairlead.cjs"), "utf8");
    const pretend = `Object.defineProperty(process.versions, "node", { value: "20.11.0" });\n${guard.replace(/^#!.*/, "")}`;
    try {
      execFileSync(process.execPath, ["-e", pretend], { stdio: "pipe" });
      expect.unreachable();
    } catch (error) {
      const { status, stderr } = error as { status: number; stderr: Buffer };
      expect(status).toBe(1);
      expect(stderr.toString()).toContain("fairlead needs Node 22.22 or newer; this is Node 20.11.0");
    }
  });
});
