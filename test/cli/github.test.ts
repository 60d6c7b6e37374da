import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { publishCheckRun } from "../../src/github/check-run.ts";
import { CHECK_NAME, shownMarker } from "../../src/github/shown.ts";
import { connect } from "../github/connect.ts";
import { type CliResult, fairlead } from "../support/cli.ts";
import { git, temporaryFolder, writeFiles } from "../support/git-folder.ts";
import { gitServer } from "../support/git-server.ts";
import { githubFake } from "../support/github/fake.ts";
import { pushFiles } from "../support/github/push.ts";
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
  const members = github.token({ login: "gate[bot]", app: "gate", permissions: { members: "read" } });
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
        FAIRLEAD_MEMBERS_TOKEN: members,
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
  return { folder, commit, server, github, token, stock, orders, runner, inActions, planFinished };
}

const STAGING = "  staging: { target: { kind: local, allow_ephemeral: true } }\n";

type Made = Awaited<ReturnType<typeof forge>>;

/** Applies by hand all that the default branch declares; what the plan says is read off a clone, as a person would. */
async function applyAll(made: Made, checkout: string, environment: string): Promise<CliResult> {
  const { stdout } = await fairlead(["plan", "--json", "-e", environment], { cwd: checkout });
  const { digest } = (JSON.parse(stdout) as { fairlead: { digest: string } }).fairlead;
  return made.inActions(checkout, "workflow_dispatch", { inputs: { environment, digest } }, "apply", "-e", environment);
}

/** A branch with these files as a pull request of Alice's, and its comment, check and labels. */
async function proposed(made: Made, checkout: string, branch: string, files: Readonly<Record<string, string | null>>) {
  pushFiles(made.server.folder, branch, files);
  const pull = made.github.openPull({ branch, author: "alice" });
  const said = await made.inActions(checkout, "workflow_run", made.planFinished(pull), "comment");
  expect(said.code, said.stderr).toBe(0);
  return pull;
}

describe("what was approved", () => {
  test("a delete waits for somebody who may to name it by its digest, and is bound to that", async () => {
    const made = await forge(STAGING);
    const { github } = made;
    const checkout = made.runner();
    expect((await applyAll(made, checkout, "staging")).code).toBe(0);

    const pull = await proposed(made, checkout, "away", { "services/orders.yaml": null });
    const check = () => github.world.checks.at(-1)?.conclusion;
    expect(check()).toBe("action_required");
    const asked = /\/fairlead allow-destroy orders ([0-9a-f]{12})/.exec(github.world.comments.at(-1)?.body ?? "");
    const digest = asked?.[1] ?? "";
    expect(digest).toHaveLength(12);

    const issue = { number: pull.number, pull_request: { url: "there" } };
    const again = () => made.inActions(checkout, "issue_comment", { action: "created", issue }, "comment");
    github.comment(pull.number, "mallory", `/fairlead allow-destroy orders ${digest}`);
    github.comment(pull.number, "alice", "/fairlead allow-destroy orders 000000000000");
    await again();
    expect(check(), "a stranger's word, and another digest, are none").toBe("action_required");
    github.comment(pull.number, "alice", `/fairlead allow-destroy orders ${digest}`);
    expect((await again()).code).toBe(0);
    expect(check()).toBe("success");

    github.merge(pull.number, { by: "alice" });
    const applied = await made.inActions(checkout, "push", {}, "apply", "-e", "staging");
    expect(applied.code, applied.stderr + applied.stdout).toBe(0);
    expect(github.world.comments.at(-1)?.body).toContain("staging: applied, 1 changed");
  });

  test("two pull requests on one service are both approvals, each of its own field", async () => {
    const made = await forge(STAGING);
    const checkout = made.runner();
    expect((await applyAll(made, checkout, "staging")).code).toBe(0);
    const file = (more: string) => serviceFile("stock", made.stock, more);
    const one = await proposed(made, checkout, "one", { "services/stock.yaml": file("description: One.\n") });
    const two = await proposed(made, checkout, "two", { "services/stock.yaml": `icon: cube\n${file("")}` });
    for (const { number } of [one, two]) made.github.merge(number, { by: "alice" });
    const applied = await made.inActions(checkout, "push", {}, "apply", "-e", "staging");
    expect(applied.code, applied.stderr + applied.stdout).toBe(0);
    expect(applied.stdout).toContain("done");
  });

  test("an environment with approvers takes a pull request that one of them approved as it was merged, or their start by hand", async () => {
    const made = await forge("  staging: { target: { kind: local, allow_ephemeral: true }, approvers: [platform] }\n");
    const { github } = made;
    const checkout = made.runner();
    const refused = await applyAll(made, checkout, "staging");
    expect(refused.code).toBe(1);
    expect(refused.stdout).toContain("alice is none of its approvers (platform)");
    github.team("platform", "bob");
    const pull = await proposed(made, checkout, "first", {
      "services/stock.yaml": serviceFile("stock", made.stock, "description: First.\n"),
    });
    github.review(pull.number, "bob", "APPROVED", "0".repeat(40));
    github.merge(pull.number, { by: "alice" });
    const apply = () => made.inActions(checkout, "push", {}, "apply", "-e", "staging");
    expect((await apply()).stdout).toContain("none of its approvers (platform) has approved #1 as it was merged");
    github.review(pull.number, "bob", "APPROVED", pull.headSha);
    const applied = await apply();
    expect(applied.stdout).toMatch(/stock +done r1/);
    expect(applied.stdout).toMatch(/orders +refused/);
  });

  test("approvers that a merge has dropped are asked until somebody has let a deployment go through without them", async () => {
    const environment = "  staging: { target: { kind: local, allow_ephemeral: true }, approvers: ['@alice'] }\n";
    const made = await forge(environment);
    const { github } = made;
    const checkout = made.runner();
    expect((await applyAll(made, checkout, "staging")).code).toBe(0);
    const drops = await proposed(made, checkout, "drop", {
      "fairlead.yaml": `project: shop\nenvironments:\n${STAGING}`,
    });
    expect(github.world.comments.at(-1)?.body).toContain("approvers");
    github.merge(drops.number, { by: "mallory" });
    const file = serviceFile("stock", made.stock, "description: Without leave.\n");
    const changes = await proposed(made, checkout, "change", { "services/stock.yaml": file });
    github.merge(changes.number, { by: "mallory" });
    const applied = await made.inActions(checkout, "push", {}, "apply", "-e", "staging");
    expect(applied.code).toBe(1);
    expect(applied.stdout).toContain(`none of its approvers (@alice) has approved #${changes.number} as it was merged`);
  });

  test("what a check says only after the merge, nobody had seen who merged", async () => {
    const made = await forge(STAGING);
    const { github, server } = made;
    const checkout = made.runner();
    expect((await applyAll(made, checkout, "staging")).code).toBe(0);
    const base = git(server.folder, "rev-parse", "main");
    pushFiles(server.folder, "late", {
      "services/stock.yaml": serviceFile("stock", made.stock, "description: Late.\n"),
    });
    const pull = github.openPull({ branch: "late", author: "alice" });
    github.merge(pull.number, { by: "alice" });
    const state = git(server.folder, "rev-parse", "fairlead-state/staging");
    const client = connect(github, { token: made.token });
    await publishCheckRun(client, {
      name: CHECK_NAME,
      head: pull.headSha,
      externalId: "late",
      conclusion: "success",
      title: "late",
      summary: shownMarker({ base, head: pull.headSha, states: new Map([["staging", state]]) }),
    });
    const applied = await made.inActions(checkout, "push", {}, "apply", "-e", "staging");
    expect(applied.stdout).toMatch(/stock +refused: no merged pull request showed it/);
  });

  test("a check by another app, and a job that bears our check's name, show nothing", async () => {
    const made = await forge(STAGING);
    const { github, server } = made;
    const checkout = made.runner();
    expect((await applyAll(made, checkout, "staging")).code).toBe(0);
    const base = git(server.folder, "rev-parse", "main");
    pushFiles(server.folder, "forged", {
      "services/stock.yaml": serviceFile("stock", made.stock, "description: Forged.\n"),
    });
    const pull = github.openPull({ branch: "forged", author: "alice" });
    const state = git(server.folder, "rev-parse", "fairlead-state/staging");
    const token = github.token({ login: "other[bot]", app: "other", permissions: { checks: "write" } });
    await publishCheckRun(connect(github, { token }), {
      name: CHECK_NAME,
      head: pull.headSha,
      externalId: "forged",
      conclusion: "success",
      title: "forged",
      summary: shownMarker({ base, head: pull.headSha, states: new Map([["staging", state]]) }),
      app: "other",
    });
    const [forged] = github.world.checks.slice(-1);
    if (forged === undefined) throw new Error("it was made");
    // A job's check is made by GitHub: by the same app as ours, and without a text.
    const job = { app: "github-actions", externalId: "job", title: null, summary: null, text: null };
    github.world.checks.push({ ...forged, ...job, id: github.world.nextId() });
    github.merge(pull.number, { by: "alice" });
    const applied = await made.inActions(checkout, "push", {}, "apply", "-e", "staging");
    expect(applied.stdout).toMatch(/stock +refused: no merged pull request showed it/);
  });

  test("an environment that comes after another waits for it, service by service", async () => {
    const made = await forge(
      `${STAGING}  production: { target: { kind: local, allow_ephemeral: true }, apply: { after: staging } }\n`,
    );
    const checkout = made.runner();
    const early = await applyAll(made, checkout, "production");
    expect(early.code).toBe(1);
    expect(early.stdout).toContain("staging has to have it first");
  });

  test("fields that the service lets be applied without anybody's leave are, from a push without a pull request", async () => {
    const made = await forge(STAGING);
    const file = serviceFile("stock", made.stock).replace(
      "drain_time: 2s",
      "drain_time: 2s, auto_apply: [runtime.replicas]",
    );
    pushFiles(made.server.folder, "main", { "services/stock.yaml": file });
    const checkout = made.runner();
    expect((await applyAll(made, checkout, "staging")).code).toBe(0);
    pushFiles(made.server.folder, "main", {
      "services/stock.yaml": `${file}runtime: { replicas: 2 }\n`,
      "services/orders.yaml": serviceFile("orders", made.orders, "dependencies: [stock]\nruntime: { replicas: 2 }\n"),
    });
    const applied = await made.inActions(checkout, "push", {}, "apply", "-e", "staging");
    expect(applied.stdout).toMatch(/stock +done r2/);
    expect(applied.stdout).toMatch(/orders +refused: no merged pull request showed it/);
  });
});

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
