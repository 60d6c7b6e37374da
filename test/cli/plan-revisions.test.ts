import { execFileSync } from "node:child_process";
import { renameSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fairlead } from "../support/cli.ts";
import { BARE_ENVIRONMENT, git, temporaryFolder, writeFiles } from "../support/git-folder.ts";
import { SERVER, serviceFile, shop } from "../support/shop.ts";

/**
 * A plan of commits: what a pull request would change, from Git's objects alone. `staging` and `production` are shared;
 * development never is.
 */
const SHARED = `project: shop
environments:
  development: { target: { kind: local } }
  production: { target: { kind: local, allow_ephemeral: true }, apply: { after: staging } }
  staging: { target: { kind: local, allow_ephemeral: true } }
`;

interface EnvironmentJson {
  readonly environment: string;
  readonly pending: readonly string[];
  readonly plan: {
    readonly fairlead: {
      readonly steps: readonly {
        readonly service: string;
        readonly action: string;
        readonly changes: readonly { path: readonly string[] }[];
      }[];
    };
  } | null;
}

async function sharedShop(): Promise<string> {
  const { folder } = await shop();
  writeFiles(folder, { "fairlead.yaml": SHARED });
  commit(folder, "Share staging and production");
  return folder;
}

function commit(folder: string, message: string): void {
  git(folder, "add", "--all");
  git(folder, "commit", "--quiet", `--message=${message}`);
}

async function planned(folder: string, ...args: readonly string[]): Promise<readonly EnvironmentJson[]> {
  const { stdout, stderr, code } = await fairlead(["plan", "--json", ...args], { cwd: folder });
  expect(code, stderr).toBe(0);
  return (JSON.parse(stdout) as { environments: readonly EnvironmentJson[] }).environments;
}

function stepsOf(environment: EnvironmentJson | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(environment?.plan?.fairlead.steps.map(({ service, action }) => [service, action]) ?? []);
}

describe("a plan of a branch", () => {
  test("covers every shared environment in the order of promotion, and tells what waits on the base apart", async () => {
    const folder = await sharedShop();
    git(folder, "checkout", "--quiet", "-b", "feature");
    writeFiles(folder, {
      "services/mail.yaml": serviceFile("mail", 4999),
      "services/mail/server.mjs": SERVER,
    });
    commit(folder, "Add mail");
    git(folder, "checkout", "--quiet", "main");
    const environments = await planned(folder, "--ref", "feature", "--base", "main");
    expect(environments.map(({ environment }) => environment)).toEqual(["staging", "production"]);
    for (const environment of environments) {
      expect(stepsOf(environment)).toEqual({ mail: "create", orders: "create", stock: "create" });
      expect(environment.pending).toEqual(["orders", "stock"]);
    }
    expect(git(folder, "status", "--porcelain"), "no file of the branch was checked out").toBe("");
  });

  test("is a plan of the merge: what the base got meanwhile is not reverted", async () => {
    const folder = await sharedShop();
    git(folder, "checkout", "--quiet", "-b", "feature");
    writeFiles(folder, { "services/stock/server.mjs": SERVER.replace("first", "second") });
    commit(folder, "Change the code of stock");
    git(folder, "checkout", "--quiet", "main");
    writeFiles(folder, { "services/mail.yaml": serviceFile("mail", 4998), "services/mail/server.mjs": SERVER });
    commit(folder, "Add mail meanwhile");
    const [staging] = await planned(folder, "--ref", "feature", "--base", "main");
    expect(stepsOf(staging)).toEqual({ mail: "create", orders: "create", stock: "create" });
    expect(staging?.pending).toEqual(["mail", "orders"]);
  });

  test("that cannot be merged says where", async () => {
    const folder = await sharedShop();
    git(folder, "checkout", "--quiet", "-b", "feature");
    writeFiles(folder, { "services/stock.yaml": serviceFile("stock", 4001) });
    commit(folder, "One port");
    git(folder, "checkout", "--quiet", "main");
    writeFiles(folder, { "services/stock.yaml": serviceFile("stock", 4002) });
    commit(folder, "Another port");
    const { code, stderr } = await fairlead(["plan", "--ref", "feature", "--base", "main"], { cwd: folder });
    expect(code).toBe(1);
    expect(stderr).toContain("cannot be merged into `main`");
    expect(stderr).toContain("services/stock.yaml");
  });

  test("names a revision that is not there", async () => {
    const folder = await sharedShop();
    const { code, stderr } = await fairlead(["plan", "--ref", "--upload-pack=x", "--base", "nowhere"], { cwd: folder });
    expect(code).toBe(1);
    expect(stderr).toContain("there is no commit `--upload-pack=x`");
    expect(stderr).toContain("there is no commit `nowhere`");
  });

  test("is the same when a file has only moved, and offers a move where the id has changed", async () => {
    const folder = await sharedShop();
    await fairlead(["apply", "-e", "staging", "--yes"], { cwd: folder });
    try {
      git(folder, "checkout", "--quiet", "-b", "moved");
      renameSync(join(folder, "services/stock.yaml"), join(folder, "services/warehouse.yaml"));
      commit(folder, "Move the file");
      expect(stepsOf((await planned(folder, "-e", "staging", "--base", "main"))[0])).toEqual({});

      const file = serviceFile("goods", 4003).replace("source: services/goods", "source: services/stock");
      writeFiles(folder, { "services/warehouse.yaml": file, "services/orders.yaml": serviceFile("orders", 4004) });
      commit(folder, "Another id");
      const result = await fairlead(["plan", "-e", "staging", "--base", "main"], { cwd: folder });
      expect(result.stderr).toContain("`stock` is deleted and `goods` is created, and both run the same");
      expect(result.stderr).toContain("previous_id: stock");
    } finally {
      await fairlead(["down", "-e", "staging"], { cwd: folder });
    }
  });
});

describe("a repository of any shape", () => {
  const staging = async (folder: string, ...args: readonly string[]): Promise<Readonly<Record<string, string>>> => {
    const { stdout, stderr, code } = await fairlead(["plan", "--json", "-e", "staging", ...args], { cwd: folder });
    expect(code, stderr).toBe(0);
    const { steps } = (JSON.parse(stdout) as NonNullable<EnvironmentJson["plan"]>).fairlead;
    return Object.fromEntries(steps.map(({ service, action }) => [service, action]));
  };
  const BOTH = { orders: "create", stock: "create" };

  test("is planned with a detached HEAD, by a tag, and from a partial clone that fetches what it lacks", async () => {
    const origin = await sharedShop();
    git(origin, "tag", "-a", "v1", "-m", "one");
    git(origin, "config", "uploadpack.allowFilter", "true");
    git(origin, "checkout", "--quiet", "--detach");
    expect(await staging(origin)).toEqual(BOTH);
    expect(await staging(origin, "--ref", "v1")).toEqual(BOTH);
    const clone = join(temporaryFolder(), "partial");
    git(origin, "clone", "--quiet", "--filter=blob:none", "--no-checkout", "--branch=main", `file://${origin}`, clone);
    expect(await staging(clone, "--ref", "HEAD")).toEqual(BOTH);
  });

  test("with a submodule beside the services", async () => {
    const folder = await sharedShop();
    const oid = git(folder, "rev-parse", "HEAD");
    git(folder, "update-index", "--add", "--cacheinfo", `160000,${oid},services/vendor`);
    git(folder, "commit", "--quiet", "--message=Add a submodule");
    expect(await staging(folder, "--ref", "HEAD")).toEqual(BOTH);
  });

  test("and a service file in Git LFS is named for what it is", async () => {
    const folder = await sharedShop();
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${"0".repeat(64)}\nsize 12\n`;
    writeFiles(folder, { "services/mail.yaml": pointer });
    commit(folder, "Add mail");
    const { code, stderr } = await fairlead(["plan", "-e", "staging", "--ref", "HEAD"], { cwd: folder });
    expect(code).toBe(1);
    expect(stderr).toContain("file-lfs-pointer");
    expect(stderr).toContain("services/mail.yaml:1:1");
  });
});

describe("a plan needs nothing but Git", () => {
  test("no credential, no network, no variable: a pull request in a shallow clone of a remote, with the State that was fetched", async () => {
    const origin = await sharedShop();
    await fairlead(["apply", "-e", "staging", "--yes"], { cwd: origin });
    try {
      git(origin, "checkout", "--quiet", "-b", "feature");
      writeFiles(origin, { "services/stock.yaml": serviceFile("stock", 4005) });
      commit(origin, "Another port");
      const clone = join(temporaryFolder(), "clone");
      git(origin, "clone", "--quiet", "--depth=2", "--branch=feature", `file://${origin}`, clone);
      git(
        clone,
        "fetch",
        "--quiet",
        "--depth=1",
        "origin",
        "+refs/heads/fairlead-state/*:refs/remotes/origin/fairlead-state/*",
      );

      const main = join(import.meta.dirname, "../../src/cli/main.ts");
      const args = ["-n", "env", "-i", `PATH=${BARE_ENVIRONMENT["PATH"]}`, process.execPath, main];
      const plan = ["plan", "--json", "--offline", "-e", "staging", "--ref", "HEAD", "--base", "HEAD^1"];
      const output = execFileSync("unshare", [...args, ...plan], { cwd: clone, stdio: ["ignore", "pipe", "pipe"] });
      const { environments } = JSON.parse(output.toString("utf8")) as { environments: readonly EnvironmentJson[] };
      expect(stepsOf(environments[0])).toEqual({ stock: "update" });
      expect(environments[0]?.plan?.fairlead.steps[0]?.changes.map(({ path }) => path.join("."))).toEqual([
        "networking.port",
      ]);
    } finally {
      await fairlead(["down", "-e", "staging"], { cwd: origin });
    }
  });
});
