import { describe, expect, test } from "vitest";
import { fairlead } from "../support/cli.ts";
import { git, writeFiles } from "../support/git-folder.ts";
import { githubFake } from "../support/github/fake.ts";
import { deployedShop } from "../support/shared-shop.ts";
import { SERVER, serviceFile, shop } from "../support/shop.ts";

const SECOND = SERVER.replace("first", "second");

/** What the service on this port says it is. */
async function said(port: number): Promise<{ readonly word: string; readonly greeting: string }> {
  return (await (await fetch(`http://127.0.0.1:${port}/api/stock`)).json()) as never;
}

describe("a rollback through Git", () => {
  test("restores file and code as the release had them, on a branch with a pull request, where the file is now", async () => {
    const { remote, port, run, change, push, folder } = await deployedShop();
    git(folder, "mv", "services/stock.yaml", "services/stock-service.yaml");
    const file = serviceFile("stock", port).replace("GREETING: hello", "GREETING: moin");
    change({ "services/stock-service.yaml": file, "services/stock/server.mjs": SECOND, "README.md": "Kept.\n" });
    push();
    expect((await run("apply", "--yes")).code).toBe(0);

    const fake = await githubFake({ folder: remote });
    const env = {
      GITHUB_TOKEN: fake.token({ login: "deployer", permissions: { contents: "write", "pull-requests": "write" } }),
      GITHUB_REPOSITORY: fake.repository,
      GITHUB_API_URL: fake.url,
    };
    const back = await fairlead(["rollback", "stock", "-e", "staging"], { cwd: folder, env });
    expect(back.code, back.stderr).toBe(0);
    expect(back.stdout).toContain("Roll stock back to r1 of staging");
    expect(back.stdout).toContain("environment.GREETING  moin → hello");
    expect(back.stdout).toMatch(/ {2}source {2}[0-9a-f]{12} → [0-9a-f]{12}/);
    expect(back.stdout).toContain("Pull request #1 is open");
    const branch = "fairlead/rollback-stock-r1";
    expect(git(remote, "diff", "--name-only", "main", branch).split("\n")).toEqual([
      "services/stock-service.yaml",
      "services/stock/server.mjs",
    ]);
    expect(git(remote, "show", `${branch}:services/stock-service.yaml`)).toBe(serviceFile("stock", port).trimEnd());
    expect(fake.world.pulls[0]?.body).toContain("- `environment.GREETING`");
    const again = await fairlead(["rollback", "stock", "-e", "staging"], { cwd: folder, env });
    expect(again.stdout).toContain("Pull request #1 was open already");

    git(folder, "fetch", "--quiet", "origin", branch);
    git(folder, "merge", "--quiet", "FETCH_HEAD");
    push();
    expect((await run("apply", "--yes")).code).toBe(0);
    expect(await said(port)).toMatchObject({ word: "first", greeting: "hello" });
    const nothing = await run("rollback", "stock", "--to", "1");
    expect(nothing.stdout).toContain("Git declares stock as it was in r1 already");

    const none = await run("rollback", "stock", "--to", "9");
    expect(none.code).toBe(1);
    expect(none.stderr).toContain("`stock` has no r9 in staging");
    expect(none.stderr).toContain("r3, r2, r1");
  });

  test("without a remote leaves a branch to merge, and touches no file", async () => {
    const { folder, stock } = await shop();
    const run = (...args: string[]) => fairlead(args, { cwd: folder });
    expect((await run("up", "--once", "--port", "0")).code).toBe(0);
    writeFiles(folder, { "services/stock.yaml": serviceFile("stock", stock).replace("hello", "moin") });
    git(folder, "commit", "--quiet", "--all", "--message=Greet otherwise");
    expect((await run("up", "--once", "--port", "0")).code).toBe(0);
    const back = await run("rollback", "stock");
    expect(back.code, back.stderr).toBe(0);
    expect(back.stdout).toContain("Merge it: `git merge fairlead/rollback-stock-r1`");
    expect(git(folder, "status", "--porcelain")).toBe("");
    expect(git(folder, "diff", "--name-only", "main", "fairlead/rollback-stock-r1")).toBe("services/stock.yaml");
  });
});

describe("a rollback at once", () => {
  test("brings the old release back, and holds what is declared until Git agrees", async () => {
    const { port, run, change, push } = await deployedShop();
    change({ "services/stock/server.mjs": SECOND });
    push();
    expect((await run("apply", "--yes")).code).toBe(0);
    expect((await said(port)).word).toBe("second");

    const back = await run("rollback", "stock", "--now");
    expect(back.code, back.stderr).toBe(0);
    expect(back.stdout).toContain("stock runs again as r1 did");
    expect(back.stdout).toContain("`fairlead rollback stock --to 1 -e staging` prepares that");
    expect((await said(port)).word).toBe("first");
    const plan = await run("plan", "--detailed-exitcode");
    expect(plan.code).toBe(2);
    expect(plan.stdout).toContain("rolled back by hand to r1: until Git agrees");
    expect((await run("apply", "--yes")).code).toBe(0);
    expect((await said(port)).word, "an apply leaves it as it is").toBe("first");

    change({ "services/stock/server.mjs": SERVER });
    push();
    expect((await run("plan", "--detailed-exitcode")).code, "Git agrees").toBe(0);
  });
});
