import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { renderRuns } from "../../src/cli/render-history.ts";
import { fairlead } from "../support/cli.ts";
import { git, temporaryFolder } from "../support/git-folder.ts";
import { problemsAgainst } from "../support/schemas.ts";
import { deployedShop } from "../support/shared-shop.ts";
import { SERVER } from "../support/shop.ts";

const problems = problemsAgainst("history");

describe("history", () => {
  test("is State's log, run by run and service by service, also in a clone that has no history", async () => {
    const { remote, run, change, push } = await deployedShop();
    change({ "services/stock/server.mjs": SERVER.replace("first", "second") });
    push();
    expect((await run("apply", "--yes")).code).toBe(0);
    change({ "services/stock/server.mjs": "process.exit(1);\n" });
    push();
    expect((await run("apply", "--yes")).code).toBe(1);

    const clone = join(temporaryFolder(), "clone");
    git(remote, "clone", "--quiet", "--depth=1", `file://${remote}`, clone);
    const inClone = (...args: string[]) => fairlead(["history", ...args, "-e", "staging"], { cwd: clone });

    const runs = await inClone();
    expect(runs.code, runs.stderr).toBe(0);
    const lines = runs.stdout.trim().split("\n");
    expect(lines).toHaveLength(6);
    expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d UTC {2}\S+@\S+-[0-9a-f]{8}$/);
    expect(lines[1]).toMatch(/^ {2}✗ stock {2}update r3 {2}rolled back: /);
    expect(lines[3]).toBe("  ✓ stock  update r2  done");
    expect(lines[5]).toBe("  ✓ stock  create r1  done");
    expect((await inClone("-n", "1")).stdout.trim().split("\n")).toHaveLength(2);

    const releases = (await inClone("stock")).stdout;
    expect(releases).toMatch(/^stock\nr3 {2}□ held: /);
    expect(releases).toMatch(/r2 {2}● serves since [\s\S]* commit [0-9a-f]{12}, by [\s\S]* {4}source [0-9a-f]{12} → /);
    expect(releases).toMatch(/r1 {2}○ served, replaced by r2 at [\s\S]* {4}nothing served before it\n$/);

    for (const args of [["--json"], ["stock", "--json"]]) {
      const json = JSON.parse((await inClone(...args)).stdout);
      expect(problems(json)).toEqual([]);
      expect(json.runs?.length ?? json.releases.length).toBe(3);
    }
    const unknown = await inClone("stok");
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toContain("did you mean `stock`?");
  });

  test("that somebody else has written to is still told, without what a terminal would obey", async () => {
    const { remote, run } = await deployedShop();
    const clone = join(temporaryFolder(), "attacker");
    git(remote, "clone", "--quiet", "--branch=fairlead-state/staging", remote, clone);
    git(clone, "commit", "--quiet", "--allow-empty", "--message=\u001b[2Jgone\n\nFairlead-Run: \u001b]0;x\u0007");
    git(clone, "push", "--quiet", "origin", "fairlead-state/staging");
    const { stdout, code } = await run("history");
    expect(code).toBe(0);
    expect(stdout).toContain("<U+001B>[2Jgone");
    for (const control of ["\u001b", "\u0007"]) expect(stdout).not.toContain(control);
    expect(stdout).toContain("✓ stock  create r1  done");
  });

  test("is coloured where colour is wanted", () => {
    const style = (format: unknown, text: string) => `<${String(format)}>${text}</>`;
    const run = { run: "github-7-1", url: "https://x.test/7", began: "", ended: "2026-01-01T10:00:00.000Z", oid: "a" };
    const entry = { service: "web", action: "update", digest: "d", release: 2, outcome: null };
    const journal = { run: "github-7-1", epoch: 1, commit: null, planDigest: "d", at: "", entries: [entry] };
    expect(renderRuns([{ ...run, journal, says: [] }], { style })).toBe(
      "<bold>2026-01-01 10:00 UTC</>  github-7-1  https://x.test/7\n  <dim>…</> web  update r2  <dim>not finished</>",
    );
  });
});
