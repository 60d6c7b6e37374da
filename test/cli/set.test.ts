import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fairlead } from "../support/cli.ts";
import { git, temporaryFolder } from "../support/git-folder.ts";
import { githubFake } from "../support/github/fake.ts";
import { shop } from "../support/shop.ts";

/** Set by the pipeline of another repository: its comments and layout are people's. */
const FILE = "services/stock.yaml";

async function sharedShop() {
  const { folder } = await shop();
  const remote = join(temporaryFolder(), "shop.git");
  git(folder, "clone", "--quiet", "--bare", folder, remote);
  git(folder, "remote", "add", "origin", remote);
  const read = (): string => readFileSync(join(folder, FILE), "utf8");
  const onRemote = (branch = "main"): string => git(remote, "show", `${branch}:${FILE}`);
  const set = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    fairlead(["set", "stock", ...args], { cwd: folder, env });
  return { folder, remote, read, onRemote, set };
}

describe("set in the working folder", () => {
  test("changes the field and no other byte, and says when there is nothing to do", async () => {
    const { read, set } = await sharedShop();
    const before = read();
    const first = await set(["environment.GREETING=good morning", "runtime.replicas=2"]);
    expect(first.code, first.stderr).toBe(0);
    expect(first.stdout).toContain("✓ Set environment.GREETING, runtime.replicas of stock in services/stock.yaml");
    const after = before.replace("GREETING: hello", "GREETING: good morning");
    expect(read().trimEnd()).toBe(`${after.trimEnd()}\nruntime:\n  replicas: 2`);
    const again = await set(["environment.GREETING=good morning", "runtime.replicas=2"]);
    expect(again.code).toBe(0);
    expect(again.stdout).toContain("Nothing to do: stock says so already.");
  });

  test("writes nothing that the schema or a rule refuses, in whichever environment", async () => {
    const { folder, read, set } = await sharedShop();
    const before = read();
    const refused = await set(["runtime.replicas=many", "nme=Stock"]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("services/stock.yaml");
    expect(refused.stderr).toMatch(/nme/);
    expect(read()).toBe(before);
    const breaksAnother = await set(["id=stocks"]);
    expect(breaksAnother.code, "orders depends on it").toBe(1);
    expect(breaksAnother.stderr).toContain("services/orders.yaml");
    expect(read()).toBe(before);
    const unknown = await set(["-e", "stagin", "runtime.replicas=2"]);
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toContain("stagin");
    expect(read()).toBe(before);
    const mistyped = await fairlead(["set", "stok", "name=x"], { cwd: folder });
    expect(mistyped.code).toBe(1);
    expect(mistyped.stderr).toContain("did you mean `stock`?");
  });
});

describe("set on the remote", () => {
  test("commits on top of the default branch without touching the folder, and loses no race", async () => {
    const { folder, remote, read, onRemote, set } = await sharedShop();
    const before = read();
    const fields = ["name=Stock", "description=What there is", "environment.GREETING=moin"];
    const results = await Promise.all(fields.map((field) => set([field, "--push"])));
    for (const { code, stderr } of results) expect(code, stderr).toBe(0);
    expect(onRemote()).toContain("name: Stock");
    expect(onRemote()).toContain("GREETING: moin");
    expect(onRemote()).toContain("description: What there is");
    expect(git(remote, "rev-list", "--count", "main")).toBe("4");
    expect(read()).toBe(before);
    expect(git(folder, "status", "--porcelain")).toBe("");
    const again = await set(["name=Stock", "--push"]);
    expect(again.stdout).toContain("Nothing to do");
    expect(git(remote, "rev-list", "--count", "main")).toBe("4");
  });

  test("refuses what does not validate there, and pushes nothing", async () => {
    const { remote, set } = await sharedShop();
    const { code } = await set(["runtime.replicas=many", "--push"]);
    expect(code).toBe(1);
    expect(git(remote, "rev-list", "--count", "main")).toBe("1");
  });

  test("opens one pull request, however often it is asked", async () => {
    const { remote, onRemote, set } = await sharedShop();
    const fake = await githubFake({ folder: remote });
    const env = {
      GITHUB_TOKEN: fake.token({ login: "deployer", permissions: { contents: "write", "pull-requests": "write" } }),
      GITHUB_REPOSITORY: fake.repository,
      GITHUB_API_URL: fake.url,
      GITHUB_SERVER_URL: "https://github.test",
    };
    const first = await set(["runtime.replicas=3", "--pull-request"], env);
    expect(first.code, first.stderr).toBe(0);
    expect(first.stdout).toContain("Pull request #1 is open: https://github.test/acme/shop/pull/1");
    const branch = fake.world.pulls[0]?.headRef ?? "";
    expect(branch).toMatch(/^fairlead\/set-stock-[0-9a-f]{8}-[0-9a-f]{8}$/);
    expect(onRemote(branch)).toContain("replicas: 3");
    expect(onRemote()).not.toContain("replicas: 3");
    const tip = git(remote, "rev-parse", branch);
    const again = await set(["runtime.replicas=3", "--pull-request"], env);
    expect(again.stdout).toContain("#1 was open already");
    expect(git(remote, "rev-parse", branch)).toBe(tip);
    expect(fake.world.pulls).toHaveLength(1);

    const offline = await set(["runtime.replicas=4", "--pull-request", "--branch", "more"], {
      GITHUB_REPOSITORY: "acme/shop",
    });
    expect(offline.code, offline.stderr).toBe(0);
    expect(offline.stdout).toContain("https://github.com/acme/shop/compare/main...more?expand=1");
    expect(onRemote("more")).toContain("replicas: 4");
  });
});
