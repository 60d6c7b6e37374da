import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type CliResult, fairlead } from "../support/cli.ts";
import { git, temporaryFolder, writeFiles } from "../support/git-folder.ts";
import { gitServer } from "../support/git-server.ts";
import { githubFake } from "../support/github/fake.ts";
import { freePorts, SERVER, serviceFile } from "../support/shop.ts";

/** What the workflows call, each by itself: a real Git server, GitHub's fake, and the commands as processes. */
const BOT = "github-actions[bot]";

async function forge(environments: string) {
  const [stock = 0, orders = 0] = await freePorts(2);
  const server = await gitServer();
  const folder = join(temporaryFolder(), "work");
  git(server.folder, "symbolic-ref", "HEAD", "refs/heads/main");
  git(temporaryFolder(), "clone", "--quiet", server.folder, folder);
  git(folder, "checkout", "--quiet", "-B", "main");
  const commit = (files: Readonly<Record<string, string>>, message = "Change"): void => {
    writeFiles(folder, files);
    git(folder, "add", "--all");
    git(folder, "commit", "--quiet", `--message=${message}`);
  };
  commit({
    ".gitignore": ".fairlead/\ndist/\n",
    "fairlead.yaml": `project: shop\nenvironments:\n${environments}`,
    "services/stock.yaml": serviceFile("stock", stock),
    "services/stock/server.mjs": SERVER,
    "services/orders.yaml": serviceFile("orders", orders, "dependencies: [stock]\n"),
    "services/orders/server.mjs": SERVER,
  });
  git(folder, "push", "--quiet", "origin", "main");
  const github = await githubFake({ folder: server.folder });
  github.person("alice", "write");
  const token = github.token({
    login: BOT,
    app: "github-actions",
    permissions: {
      contents: "write",
      "pull-requests": "write",
      issues: "write",
      checks: "write",
      deployments: "write",
      metadata: "read",
      actions: "read",
    },
  });
  /** A checkout on a runner: one commit of the default branch. */
  const runner = (): string => {
    const checkout = join(temporaryFolder(), "runner");
    // Cloned from disk, since the server is this very process; from then on over HTTP.
    git(folder, "clone", "--quiet", "--depth=1", `file://${server.folder}`, checkout);
    git(checkout, "remote", "set-url", "origin", server.url);
    onTestFinished(async () => {
      for (const name of ["staging", "production"]) await fairlead(["down", "-e", name], { cwd: checkout });
    });
    return checkout;
  };
  let runs = 100;
  const inActions = (cwd: string, name: string, payload: object, ...args: readonly string[]): Promise<CliResult> => {
    const event = join(temporaryFolder(), "event.json");
    writeFileSync(
      event,
      JSON.stringify({ repository: { full_name: github.repository, default_branch: "main" }, ...payload }),
    );
    return fairlead(["github", ...args], {
      cwd,
      env: {
        CI: "true",
        GITHUB_ACTIONS: "true",
        GITHUB_EVENT_NAME: name,
        GITHUB_EVENT_PATH: event,
        GITHUB_REPOSITORY: github.repository,
        GITHUB_SERVER_URL: "https://github.com",
        GITHUB_API_URL: github.url,
        GITHUB_TOKEN: token,
        GITHUB_REF: "refs/heads/main",
        GITHUB_RUN_ID: String(runs++),
        GITHUB_RUN_ATTEMPT: "1",
        GITHUB_TRIGGERING_ACTOR: "alice",
      },
    });
  };
  const planFinished = (pull: { readonly headSha: string; readonly headRef: string; readonly headOwner: string }) => ({
    workflow_run: {
      event: "pull_request",
      path: ".github/workflows/fairlead-plan.yml",
      head_branch: pull.headRef,
      head_sha: pull.headSha,
      repository: { full_name: github.repository },
      head_repository: { full_name: `${pull.headOwner}/shop`, owner: { login: pull.headOwner } },
    },
  });
  return { folder, commit, server, github, stock, orders, runner, inActions, planFinished };
}

const STAGING = "  staging: { target: { kind: local, allow_ephemeral: true } }\n";

describe("a pull request", () => {
  test("is planned in its comment, merged, and applied to just what the comment showed", async () => {
    const { folder, commit, github, stock, runner, inActions, planFinished } = await forge(STAGING);
    git(folder, "checkout", "--quiet", "-b", "ports");
    const [port = 0] = await freePorts(1);
    commit({ "services/stock.yaml": serviceFile("stock", port) }, "Another port for stock");
    git(folder, "push", "--quiet", "origin", "ports");
    const pull = github.openPull({ branch: "ports", author: "alice" });

    const checkout = runner();
    const commented = await inActions(checkout, "workflow_run", planFinished(pull), "comment");
    expect(commented.code, commented.stderr).toBe(0);
    const [said] = github.world.comments;
    expect(said?.author).toBe(BOT);
    expect(said?.body).toContain("stock");
    expect(github.world.checks[0]?.name).toBe("Fairlead plan");

    github.merge(pull.number, { by: "alice" });
    const applied = await inActions(checkout, "push", {}, "apply", "-e", "staging");
    // `orders` was never shown by anybody: it is not this pull request's.
    expect(applied.code, applied.stderr).toBe(1);
    expect(applied.stdout).toContain("no merged pull request showed it");
    const outcome = github.world.comments.at(-1);
    expect(outcome?.body).toContain("orders");
    expect(stock).toBeGreaterThan(0);
  });
});
