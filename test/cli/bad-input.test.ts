import { chmodSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fairlead } from "../support/cli.ts";
import { git, temporaryFolder, writeFiles } from "../support/git-folder.ts";
import { problemsAgainst } from "../support/schemas.ts";
import { serviceFile, shop } from "../support/shop.ts";

/** What is wrong, how it is brought about, and what the message must say. Each is exit 1 with nothing started. */
const WRONG: readonly {
  readonly what: string;
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly prepare?: (folder: string) => void;
  readonly says: readonly (string | RegExp)[];
}[] = [
  {
    what: "broken YAML",
    files: { "services/bad.yaml": "id: bad\nname: [unclosed\n" },
    says: [/services\/bad\.yaml:\d+:\d+/],
  },
  {
    what: "tabs",
    files: { "services/bad.yaml": "id: bad\nhealth:\n\tendpoint: /\n" },
    says: ["services/bad.yaml:3:1", /tab/i],
  },
  {
    what: "duplicate keys",
    files: { "services/bad.yaml": `${serviceFile("bad", 4999)}name: again\n` },
    says: [/services\/bad\.yaml:\d+/, "name"],
  },
  {
    what: "a __proto__ key",
    files: { "services/bad.yaml": `${serviceFile("bad", 4999)}__proto__: { polluted: true }\n` },
    says: ["__proto__"],
  },
  {
    what: "an unknown key",
    files: { "services/bad.yaml": `${serviceFile("bad", 4999)}dependecies: [stock]\n` },
    says: ["dependecies", "did you mean `dependencies`?"],
  },
  {
    what: "a wrong type",
    files: { "services/bad.yaml": serviceFile("bad", 4999).replace("interval: 1s", "interval: soon") },
    says: ["soon", /services\/bad\.yaml:\d+:\d+/],
  },
  {
    what: "an alias bomb",
    files: {
      "services/bad.yaml": `x-a: &a [1,1,1,1,1,1,1,1,1]\n${"bcdefghij"
        .split("")
        .map((key, index) => `x-${key}: &${key} [${Array(9).fill(`*${"abcdefghi"[index]}`).join(",")}]`)
        .join("\n")}\nid: bad\n`,
    },
    says: ["services/bad.yaml"],
  },
  {
    what: "deep nesting",
    files: { "services/bad.yaml": `x-deep: ${"[".repeat(5_000)}${"]".repeat(5_000)}\n` },
    says: ["services/bad.yaml"],
  },
  {
    what: "a file of 20 MB",
    files: { "services/bad.yaml": `id: bad\nx-big: ${"x".repeat(20_000_000)}\n` },
    says: ["services/bad.yaml", /MB|large|big/i],
  },
  {
    what: "bytes that are no UTF-8",
    files: { "services/bad.yaml": Buffer.from([0x69, 0x64, 0x3a, 0x20, 0xff, 0xfe, 0x0a]) },
    says: ["services/bad.yaml", "UTF-8"],
  },
  {
    what: "a symbolic link out of the repository",
    prepare: (folder) => symlinkSync("/etc/passwd", join(folder, "services/bad.yaml")),
    says: ["services/bad.yaml", /link/],
  },
  {
    what: "the same id twice",
    prepare: (folder) =>
      writeFileSync(join(folder, "services/twin.yaml"), readFileSync(join(folder, "services/stock.yaml"))),
    says: ["stock", "twin.yaml"],
  },
  {
    what: "a missing dependency",
    files: {
      "services/bad.yaml": serviceFile("bad", 4999, "dependencies: [stok]\n").replace("services/bad", "services/stock"),
    },
    says: ["stok", "did you mean `stock`?"],
  },
  {
    what: "a circle of dependencies",
    prepare: (folder) => {
      const file = join(folder, "services/stock.yaml");
      writeFileSync(file, `${readFileSync(file, "utf8")}dependencies: [orders]\n`);
    },
    says: [/orders.*stock|stock.*orders/],
  },
  {
    what: "two services on one port",
    prepare: (folder) => {
      const text = readFileSync(join(folder, "services/stock.yaml"), "utf8");
      writeFileSync(
        join(folder, "services/second.yaml"),
        text.replaceAll("id: stock", "id: second").replace("/api/stock", "/api/second"),
      );
    },
    says: ["second", /port/],
  },
  {
    what: "an overlay for an unknown environment",
    files: {
      "services/bad.yaml": `${serviceFile("bad", 4999).replace("services/bad", "services/stock")}environments: { stagging: {} }\n`,
    },
    says: ["stagging"],
  },
  {
    what: "a template that does not exist",
    files: { "services/bad.yaml": "id: bad\nname: Bad\ntype: api\ntemplate: expres\nnetworking: { port: 4999 }\n" },
    says: ["expres", "did you mean `express`?"],
  },
  {
    what: "a secret that nothing can resolve",
    files: {
      "services/bad.yaml": serviceFile("bad", 4999)
        .replace("GREETING: hello", "DATABASE_URL: encrypted")
        .replace("services/bad", "services/stock"),
    },
    says: ["DATABASE_URL"],
  },
  {
    what: "a State of a future version",
    prepare: (folder) => {
      const content = { version: 99, environment: "development", epoch: 1, claim: null };
      writeFileSync(join(folder, ".git/environment.json"), JSON.stringify(content));
      const blob = git(folder, "hash-object", "-w", ".git/environment.json");
      const tree = git(folder, "mktree", { input: `100644 blob ${blob}\tenvironment.json\n` });
      const commit = git(folder, "commit-tree", tree, "-m", "from the future");
      git(folder, "update-ref", "refs/heads/fairlead-state/development", commit);
    },
    says: ["fairlead-state/development", /version/],
  },
];

describe("bad input: a clear located error, exit 1, nothing started, nothing lost", () => {
  for (const { what, files, prepare, says } of WRONG) {
    test(what, async () => {
      const { folder, stock } = await shop();
      writeFiles(folder, files ?? {});
      prepare?.(folder);
      const { code, stdout, stderr } = await fairlead(["up", "--once"], { cwd: folder });
      expect(code).toBe(1);
      for (const text of says) expect(stderr).toMatch(text);
      expect(stdout).not.toContain("Applying");
      await expect(fetch(`http://127.0.0.1:${stock}/`)).rejects.toThrow();
      expect(git(folder, "status", "--porcelain", "--", "services/stock")).toBe("");
    });
  }

  test("every problem of every file is reported in one run, also as JSON and SARIF", async () => {
    const { folder } = await shop();
    writeFiles(folder, {
      "services/a.yaml": "id: a\nname: A\ntype: banana\nkind: 7\n",
      "services/b.yaml": "id: b\nname: [open\n",
    });
    const text = await fairlead(["validate"], { cwd: folder });
    expect(text.code).toBe(1);
    for (const place of ["services/a.yaml:3:7", "services/a.yaml:4:7", "services/b.yaml:"])
      expect(text.stdout + text.stderr).toContain(place);
    const json = await fairlead(["validate", "--json"], { cwd: folder });
    expect(problemsAgainst("diagnostics")(JSON.parse(json.stdout))).toEqual([]);
    const sarif = await fairlead(["validate", "--format", "sarif"], { cwd: folder });
    expect(JSON.parse(sarif.stdout)).toMatchObject({ version: "2.1.0" });
    const github = await fairlead(["validate", "--format", "github"], { cwd: folder });
    expect(github.stdout).toContain("::error file=services/a.yaml,line=3");
  });

  test("a folder that cannot be written to", async () => {
    const { folder } = await shop();
    if (process.getuid?.() === 0) return expectReadOnlyForRoot(folder);
    chmodSync(folder, 0o500);
    const { code, stderr } = await fairlead(["up", "--once"], { cwd: folder });
    chmodSync(folder, 0o700);
    expect(code).toBe(1);
    expect(stderr).toMatch(/\.fairlead/);
  });

  test("a folder that does not exist", async () => {
    const { code, stderr } = await fairlead(["-C", "/nonexistent/folder", "plan"], { cwd: temporaryFolder() });
    expect(code).toBe(1);
    expect(stderr).toContain("/nonexistent/folder does not exist");
  });
});

/** Root may write anywhere, but not where a file stands in the place of a folder. */
async function expectReadOnlyForRoot(folder: string): Promise<void> {
  writeFileSync(join(folder, ".fairlead"), "not a folder");
  const { code, stderr } = await fairlead(["up", "--once"], { cwd: folder });
  expect(code).toBe(1);
  expect(stderr).toMatch(/\.fairlead/);
}
