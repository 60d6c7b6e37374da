import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import picomatch from "picomatch";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { validateRepository } from "../../src/catalog/validate-repository.ts";
import type { Diagnostic } from "../../src/model/diagnostic.ts";
import type { Release } from "../../src/model/state.ts";
import { releaseFiles } from "../../src/scaffold/release-files.ts";
import { renderInit } from "../../src/scaffold/render-init.ts";
import { renderService } from "../../src/scaffold/render-service.ts";
import { templateVersions } from "../../src/scaffold/template-versions.ts";
import { writeFiles } from "../../src/scaffold/write-files.ts";
import { memoryTree } from "../support/memory-tree.ts";

const packageRoot = join(import.meta.dirname, "..", "..");
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "fairlead-scaffold-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe("what init and new write", () => {
  test("validates together without a single diagnostic", async () => {
    const files = new Map([
      ...renderInit({ name: "shop: #1", version: "0.1.0", branch: "main" }),
      ...renderService({ id: "orders", name: 'Orders: "é" #1\n{{x}}', template: "express", port: 4301 }).value,
    ]);
    const tree = memoryTree(Object.fromEntries(files));
    const { diagnostics, files: looked } = await validateRepository({ tree, templates: templateVersions() });
    expect(diagnostics).toEqual([]);
    expect(looked).toBe(3);
  });

  test("keeps the service file out of the code, so that an edit of it alone is no change of the code", () => {
    const files = renderService({ id: "orders", name: "Orders", template: "express", port: 4301 }).value;
    const { source } = parse(files.get("services/orders.yaml") as string) as { source: string };
    expect(source).toBe("services/orders");
    const code = [...files.keys()].filter((path) => path.startsWith(`${source}/`));
    expect(code).toContain("services/orders/server.js");
    expect(code.filter((path) => path.endsWith(".yaml"))).toEqual([]);
  });

  test("asks for a Node that the pinned Fairlead runs on", () => {
    const written = JSON.parse(
      renderInit({ name: "shop", version: "0.1.0", branch: null }).get("package.json") as string,
    );
    const own = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8"));
    expect(written.engines).toEqual(own.engines);
  });

  test("has workflows for the branch it is told, or none", () => {
    const files = (branch: string | null) => renderInit({ name: "shop", version: "0.1.0", branch });
    const github = [...files("trunk").keys()].filter((path) => path.startsWith(".github/")).sort();
    expect(github).toEqual([
      ".github/fairlead-ruleset.json",
      ...["apply", "comment", "drift", "health", "plan", "set-image", "site"].map(
        (name) => `.github/workflows/fairlead-${name}.yml`,
      ),
    ]);
    const readme = files("trunk").get("README.md") ?? "";
    for (const path of github.slice(1)) expect(readme).toContain(path.replace(/^.*\/(.*)\.yml$/, "`$1`"));
    expect(readme).toContain("A merge into `trunk` is applied");
    expect([...files(null).keys()].filter((path) => path.startsWith(".github/"))).toEqual([]);
    expect(files(null).get("README.md")).not.toContain("GitHub");
  });

  test("lets only workflows push State, as GitHub's API takes it", () => {
    const ruleset = JSON.parse(
      renderInit({ name: "shop", version: "0.1.0", branch: "main" }).get(".github/fairlead-ruleset.json") as string,
    );
    expect(picomatch.isMatch("refs/heads/fairlead-state/staging", ruleset.conditions.ref_name.include)).toBe(true);
    expect(picomatch.isMatch("refs/heads/main", ruleset.conditions.ref_name.include)).toBe(false);
    expect(ruleset.rules.map(({ type }: { type: string }) => type)).toEqual([
      "creation",
      "update",
      "deletion",
      "non_fast_forward",
    ]);
    expect(ruleset.bypass_actors).toHaveLength(1);
  });

  test("says of php and flask that they come later, and of a wrong id and port what is wrong", () => {
    const { value, diagnostics } = renderService({ id: "No Id", name: "x", template: "php", port: 0 });
    expect(value.size).toBe(0);
    expect(diagnostics.map(({ code, summary }) => `${code}: ${summary}`)).toMatchInlineSnapshot(`
      [
        "service-id-invalid: \`No Id\` cannot be the id of a service",
        "port-invalid: 0 is no port",
        "template-not-available: the template \`php\` comes later",
      ]
    `);
  });
});

describe("writing files", () => {
  const files = new Map([
    ["a/one.txt", "1"],
    ["b/two.txt", "2"],
  ]);

  test("writes all of them", async () => {
    expect(await writeFiles(root, files)).toEqual({ value: ["a/one.txt", "b/two.txt"], diagnostics: [] });
    expect(readFileSync(join(root, "b/two.txt"), "utf8")).toBe("2");
  });

  test("writes none where one is there already, and leaves that one alone", async () => {
    mkdirSync(join(root, "b"));
    writeFileSync(join(root, "b/two.txt"), "mine");
    const { value, diagnostics } = await writeFiles(root, files);
    expect([value, diagnostics.map(({ summary }) => summary)]).toEqual([[], ["`b/two.txt` is there already"]]);
    expect(existsSync(join(root, "a"))).toBe(false);
    expect(readFileSync(join(root, "b/two.txt"), "utf8")).toBe("mine");
  });

  test("leaves alone a file that came after it had looked, and takes back the others", async () => {
    class Raced extends Map<string, string> {
      override get(path: string): string | undefined {
        if (path === "b/two.txt") writeFileSync(join(root, path), "mine");
        return super.get(path);
      }
    }
    const { value, diagnostics } = await writeFiles(root, new Raced(files));
    expect([value, diagnostics.map(({ code }) => code)]).toEqual([[], ["file-not-written"]]);
    expect(readFileSync(join(root, "b/two.txt"), "utf8")).toBe("mine");
    expect(existsSync(join(root, "a"))).toBe(false);
  });

  test("does not write through a symbolic link", async () => {
    mkdirSync(join(root, "outside"));
    symlinkSync(join(root, "outside"), join(root, "b"));
    const { diagnostics } = await writeFiles(root, files);
    expect(diagnostics.map(({ summary }) => summary)).toEqual([
      "`b` is a symbolic link; `b/two.txt` cannot be put there",
    ]);
    expect(existsSync(join(root, "outside/two.txt"))).toBe(false);
  });

  test("takes away what it wrote before a failure", async () => {
    const broken = new Map([...files, [`c/${"x".repeat(300)}`, "a name longer than file systems take"]]);
    const { diagnostics } = await writeFiles(root, broken);
    expect(diagnostics.map(({ code }) => code)).toEqual(["file-not-written"]);
    expect([existsSync(join(root, "a")), existsSync(join(root, "b")), existsSync(join(root, "c"))]).toEqual([
      false,
      false,
      false,
    ]);
  });
});

describe("what a release runs", () => {
  const problem: Diagnostic = { code: "artifact-not-written", severity: "error", summary: "the disk is full" };
  const artifacts = { checkout: async () => [] as readonly Diagnostic[] };
  const release = (artifact: Release["artifact"], spec: object = {}): Release =>
    ({ service: "x", number: 1, artifact, spec: { id: "x", name: "X", ...spec } }) as unknown as Release;
  const version = templateVersions().get("express") as string;

  test("is a template rendered, with the packages it needs", async () => {
    const files = releaseFiles({ artifacts, packageRoot });
    const result = await files.materialise(release({ kind: "template", template: "express", version }), root);
    expect(result).toEqual({ is: "ready", cwd: root, command: ["node", "server.js"] });
    expect(existsSync(join(root, "node_modules/express/package.json"))).toBe(true);
  });

  test("is never another version of the template than was planned", async () => {
    const files = releaseFiles({ artifacts, packageRoot });
    const result = await files.materialise(release({ kind: "template", template: "express", version: "old" }), root);
    expect(result).toMatchObject({ is: "refused", diagnostic: { code: "template-not-available", service: "x" } });
  });

  test("is the files of source, run there, with the repository's dependencies", async () => {
    const repository = join(root, "repository");
    const folder = join(root, "release");
    mkdirSync(join(repository, "node_modules"), { recursive: true });
    mkdirSync(folder);
    const files = releaseFiles({ artifacts, packageRoot, root: repository });
    const spec = { command: ["node", "main.js"], source: "services/x" };
    const result = await files.materialise(release({ kind: "files", trees: { "services/x": "1" } }, spec), folder);
    expect(result).toEqual({ is: "ready", cwd: join(folder, "services/x"), command: ["node", "main.js"] });
    expect(existsSync(join(folder, "node_modules"))).toBe(true);
  });

  test("is refused with the reason where the files cannot be had", async () => {
    const files = releaseFiles({ artifacts: { checkout: async () => [problem] }, packageRoot });
    const spec = { command: ["node", "main.js"], source: "services/x" };
    const result = await files.materialise(release({ kind: "files", trees: { "services/x": "1" } }, spec), root);
    expect(result).toEqual({ is: "refused", diagnostic: { ...problem, service: "x" } });
  });
});
