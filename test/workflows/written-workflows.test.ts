import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { renderInit } from "../../src/scaffold/render-init.ts";
import { git, gitFolder, writeFiles } from "../support/git-folder.ts";
import { gitServer } from "../support/git-server.ts";
import type { RunOptions } from "../support/workflows/run-options.ts";
import { runWorkflow } from "../support/workflows/run-workflow.ts";

/** What init writes, with two environments that no target has to serve for a plan. */
async function shop() {
  const files = new Map(renderInit({ name: "shop", version: "0.1.0", branch: "main" }));
  files.set("package-lock.json", "{}");
  files.set(
    "fairlead.yaml",
    `project: shop
environments:
  development: {target: {kind: local}}
  staging: {target: {kind: local, allow_ephemeral: true}, apply: on_merge}
  production: {target: {kind: local}, apply: {after: staging}}
  vault: {target: {kind: local}, apply: manual}
`,
  );
  const { url, folder } = await gitServer();
  const work = gitFolder(Object.fromEntries(files));
  git(work, "push", "--quiet", folder, "main");
  const payload = { repository: { full_name: "shop/services", default_branch: "main" } };
  const run = (name: string, event: RunOptions["event"], more: Partial<RunOptions> = {}) =>
    runWorkflow({
      yaml: files.get(`.github/workflows/fairlead-${name}.yml`) ?? "",
      path: `.github/workflows/fairlead-${name}.yml`,
      event: { name: event.name, payload: { ...payload, ...event.payload } },
      repository: { url, fullName: "shop/services", defaultBranch: "main" },
      mintToken: () => "t0ken",
      urls: { api: "http://127.0.0.1:1/api/v3", server: new URL(url).origin },
      ...more,
    });
  return { run, work, folder, url };
}

const logs = (result: Awaited<ReturnType<typeof runWorkflow>>): string =>
  result.jobs.flatMap(({ steps }) => steps.map(({ log }) => log)).join("\n");

describe("the workflows that init writes, run", () => {
  test("plan a pull request in every shared environment, with a token that can only read", async () => {
    const { run, work, folder } = await shop();
    git(work, "checkout", "--quiet", "-b", "topic");
    const file = "services/hello.yaml";
    writeFiles(work, { [file]: `${git(work, "show", `main:${file}`)}\nprotected: true\n` });
    git(work, "commit", "--quiet", "--all", "--message=protect");
    git(work, "checkout", "--quiet", "main");
    git(work, "merge", "--quiet", "--no-ff", "--message=merge", "topic");
    git(work, "push", "--quiet", folder, "HEAD:refs/pull/7/merge");
    const repo = (full_name: string, ref: string) => ({ ref, repo: { full_name } });
    const granted: unknown[] = [];
    const result = await run(
      "plan",
      {
        name: "pull_request",
        payload: {
          action: "opened",
          pull_request: {
            number: 7,
            merge_commit_sha: git(work, "rev-parse", "HEAD"),
            head: repo("stranger/services", "topic"),
            base: repo("shop/services", "main"),
          },
        },
      },
      { mintToken: (permissions) => String(granted.push(permissions) && "t0ken"), secrets: { DEPLOY_KEY: "hush" } },
    );
    expect(logs(result)).toContain("hello");
    expect([result.conclusion, granted]).toEqual(["success", [{ contents: "read" }]]);
    expect(result.jobs[0]?.summary).toContain("staging");
  });

  test("apply after a merge where no person is waited for, in the order of promotion; by hand to the one that is named", async () => {
    const { run } = await shop();
    const asked: string[] = [];
    // Each refuses, so that only their order is told: the rest is the stories' matter.
    const refuses = { allows: ({ name }: { readonly name: string }) => asked.push(name) < 0 };
    const environments = { staging: refuses, production: refuses, vault: refuses };
    await run("apply", { name: "push", payload: { ref: "refs/heads/main" } }, { environments });
    expect(asked.splice(0)).toEqual(expect.arrayContaining(["apply (staging)"]));
    const inputs = { environment: "vault", digest: "", allow_destroy: "" };
    const event = { name: "workflow_dispatch", payload: { ref: "refs/heads/main", inputs } };
    const named = await run("apply", event, { environments });
    expect([named.jobs[0]?.outputs, asked]).toEqual([{ environments: '["vault"]' }, ["apply (vault)"]]);
  });

  test("apply nothing from another branch", async () => {
    const { run, work, folder } = await shop();
    git(work, "push", "--quiet", folder, "main:other");
    const inputs = { environment: "staging", digest: "", allow_destroy: "" };
    const result = await run("apply", { name: "workflow_dispatch", payload: { ref: "refs/heads/other", inputs } });
    expect(result.jobs.map(({ result: ended }) => ended)).toEqual(["skipped", "skipped"]);
  });

  test("comment only after a plan that a pull request set off, or a command", async () => {
    const { run } = await shop();
    const after = (workflow_run: object) =>
      run("comment", { name: "workflow_run", payload: { action: "completed", workflow_run } });
    const said = (issue: object, body: string) =>
      run("comment", { name: "issue_comment", payload: { action: "created", issue, comment: { body } } });
    const results = [
      await after({ event: "push", conclusion: "success" }),
      await after({ event: "pull_request", conclusion: "cancelled" }),
      await said({ number: 7 }, "/fairlead allow-destroy"),
      await said({ number: 7, pull_request: { url: "x" } }, "thanks"),
    ];
    expect(results.map(({ conclusion }) => conclusion)).toEqual(["skipped", "skipped", "skipped", "skipped"]);
    const wrong = await after({ event: "pull_request", conclusion: "failure", path: ".github/workflows/other.yml" });
    expect(wrong.conclusion).toBe("failure");
    expect(logs(wrong)).toContain("this run was not set off by a plan of a pull request");
  });

  test("may be one line each, with the action of this repository", async () => {
    const { run } = await shop();
    const played = (command: string) => `on: push
permissions: {contents: read}
jobs:
  j:
    runs-on: ubuntu-24.04
    outputs: {environments: "\${{ steps.f.outputs.environments }}"}
    steps:
      - uses: actions/checkout@v4
      - {id: f, uses: owner/fairlead@v1, with: {command: "${command}"}}
`;
    const actions = { "owner/fairlead": { folder: join(import.meta.dirname, "../..") } };
    const event = { name: "push", payload: { ref: "refs/heads/main" } };
    const good = await run("", event, { yaml: played("environments"), actions });
    expect(good.jobs[0]).toMatchObject({ result: "success", outputs: { environments: '["staging","production"]' } });
    const bad = await run("", event, { yaml: played("$(reboot)"), actions });
    expect(bad.conclusion).toBe("failure");
    expect(logs(bad)).toContain("the input command takes");
  });
});
