import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { git, temporaryFolder, writeFiles } from "../support/git-folder.ts";
import { deployedShop, type SharedShop } from "../support/shared-shop.ts";
import { SERVER } from "../support/shop.ts";

const BRANCH = "fairlead-state/staging";

interface RunningShop extends SharedShop {
  /** The instances that run, and those that ran before anything was damaged. */
  instances(): Promise<unknown>;
  readonly before: unknown;
}

/** r2 serves; what was pushed last is what runs. */
async function twiceDeployed(): Promise<RunningShop> {
  const shop = await deployedShop();
  shop.change({ "services/stock/server.mjs": SERVER.replace("first", "second") });
  shop.push();
  expect((await shop.run("apply", "--yes")).code).toBe(0);
  const instances = async (): Promise<unknown> =>
    JSON.parse((await shop.run("status", "--json")).stdout).services[0].instances.map((one: { id: string }) => one.id);
  return { ...shop, instances, before: await instances() };
}

/** What somebody who may push the branch pushes onto it. */
function pushState(remote: string, change: (folder: string) => void): void {
  const clone = join(temporaryFolder(), "attacker");
  git(remote, "clone", "--quiet", `--branch=${BRANCH}`, remote, clone);
  change(clone);
  git(clone, "add", "--all");
  git(clone, "commit", "--quiet", "--message=Nothing to see here");
  git(clone, "push", "--quiet", "origin", BRANCH);
}

/** It is repaired, and nothing that runs as declared is restarted for it. */
async function repaired({ run, instances, before }: RunningShop): Promise<string> {
  expect((await run("state", "repair")).stderr, "nobody is there to say yes").toContain("add --yes");
  const repair = await run("state", "repair", "--yes");
  expect(repair.code, repair.stderr).toBe(0);
  const plan = await run("plan", "--detailed-exitcode");
  expect(plan.code, plan.stdout + plan.stderr).toBe(0);
  expect((await run("apply", "--yes")).code).toBe(0);
  expect(await instances()).toEqual(before);
  expect((await run("drift")).code).toBe(0);
  expect((await run("state", "repair", "--yes")).stdout).toContain("There is nothing to repair");
  return repair.stdout;
}

describe("state repair", () => {
  test("puts a deleted branch back from where this machine still has it, history and all", async () => {
    const shop = await twiceDeployed();
    const commits = Number(git(shop.remote, "rev-list", "--count", BRANCH));
    git(shop.remote, "update-ref", "-d", `refs/heads/${BRANCH}`);
    expect(await repaired(shop)).toContain("✓ stock  r2  as State had it");
    expect(Number(git(shop.remote, "rev-list", "--count", BRANCH))).toBeGreaterThan(commits);
  });

  test("rebuilds a deleted branch of what runs and what Git declares, where nobody has it any more", async () => {
    const shop = await twiceDeployed();
    git(shop.remote, "update-ref", "-d", `refs/heads/${BRANCH}`);
    for (const ref of git(shop.folder, "for-each-ref", "--format=%(refname)", "refs/fairlead", "refs/remotes").split(
      "\n",
    ))
      if (ref.includes("staging")) git(shop.folder, "update-ref", "-d", ref);
    const head = git(shop.folder, "rev-parse", "HEAD").slice(0, 12);
    expect(await repaired(shop)).toContain(`+ stock  r2  found in Git: ${head}`);
    const record = git(shop.remote, "grep", "-h", "nextRelease", BRANCH);
    expect(record, "no number is given out again").toContain('"nextRelease": 3');
  });

  test("finds what runs in an older commit, where Git has gone on meanwhile", async () => {
    const shop = await twiceDeployed();
    const file = git(shop.folder, "show", "HEAD:services/stock.yaml");
    const running = git(shop.folder, "rev-parse", "HEAD").slice(0, 12);
    shop.change({ "services/stock.yaml": file.replace("hello", "moin") });
    shop.push();
    git(shop.remote, "update-ref", "-d", `refs/heads/${BRANCH}`);
    for (const ref of git(shop.folder, "for-each-ref", "--format=%(refname)", "refs/fairlead").split("\n"))
      if (ref.includes("staging")) git(shop.folder, "update-ref", "-d", ref);
    const repair = await shop.run("state", "repair", "--yes");
    expect(repair.stdout).toContain(`+ stock  r2  found in Git: ${running}`);
    const plan = await shop.run("plan");
    expect(plan.stdout).toContain("environment.GREETING");
    expect(plan.stdout).not.toContain("source");
  });

  test("goes on from a branch that was moved back by force", async () => {
    const shop = await twiceDeployed();
    git(shop.remote, "update-ref", `refs/heads/${BRANCH}`, git(shop.remote, "rev-parse", `${BRANCH}~3`));
    expect((await shop.run("apply", "--yes")).stderr).toContain("was moved by force");
    expect(await repaired(shop)).toContain("✓ stock  r2  as State had it");
  });

  test("takes the last commit that can be read where a record is corrupted", async () => {
    const shop = await twiceDeployed();
    const path = git(shop.remote, "ls-tree", "-r", "--name-only", BRANCH)
      .split("\n")
      .find((name) => name.endsWith("stock.json"));
    pushState(shop.remote, (clone) => writeFiles(clone, { [path ?? ""]: '{ "service": "stock", ' }));
    const broken = await shop.run("plan");
    expect(broken.code).toBe(1);
    expect(broken.stderr).toContain("is not JSON");
    expect(await repaired(shop)).toContain("✓ stock  r2  as State had it");
  });

  test("removes what a garbage commit has put there", async () => {
    const shop = await twiceDeployed();
    pushState(shop.remote, (clone) => writeFiles(clone, { "environment.json": "garbage", "bin/run.sh": "rm -rf /" }));
    expect((await shop.run("plan")).code).toBe(1);
    await repaired(shop);
    expect(git(shop.remote, "ls-tree", "-r", "--name-only", BRANCH)).not.toContain("bin/run.sh");
    expect(existsSync(join(shop.folder, "bin")), "nothing of it was checked out").toBe(false);
  });

  test("believes no forged record that can be read", async () => {
    const shop = await twiceDeployed();
    await shop.run("down");
    const path = git(shop.remote, "ls-tree", "-r", "--name-only", BRANCH)
      .split("\n")
      .find((name) => name.endsWith("stock.json"));
    const text = git(shop.remote, "show", `${BRANCH}:${path}`);
    const nowhere = "f".repeat(40);
    pushState(shop.remote, (clone) =>
      writeFiles(clone, { [path ?? ""]: text.replaceAll(/"commit": "[0-9a-f]{40}"/g, `"commit": "${nowhere}"`) }),
    );
    shop.change({ "services/stock/server.mjs": SERVER.replace("first", "third") });
    shop.push();
    const repair = await shop.run("state", "repair", "--yes");
    expect(repair.code, repair.stderr).toBe(0);
    expect(repair.stdout).toContain("- stock  nothing of it runs, and no commit of the default branch declares");
    const applied = await shop.run("apply", "--yes");
    expect(applied.code, applied.stderr).toBe(0);
    expect(applied.stdout, "no number is given out again").toContain("r3");
  });
});
