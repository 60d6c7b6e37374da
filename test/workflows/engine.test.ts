// biome-ignore-all lint/suspicious/noTemplateCurlyInString: those are the expressions of workflows
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { git, gitFolder, temporaryFolder, writeFiles } from "../support/git-folder.ts";
import { gitServer } from "../support/git-server.ts";
import { until } from "../support/until.ts";
import { ConcurrencyGroups } from "../support/workflows/concurrency.ts";
import type { RunOptions } from "../support/workflows/run-options.ts";
import { runWorkflow } from "../support/workflows/run-workflow.ts";
import { startsOn } from "../support/workflows/triggers.ts";
import { readWorkflow } from "../support/workflows/workflow.ts";

const PUSH = { name: "push", payload: { ref: "refs/heads/main", after: "0".repeat(40) } };
const URLS = { api: "http://127.0.0.1:1/api", server: "http://127.0.0.1:1" };

/** Runs a workflow of which only the jobs (or all below `on`) are written. */
function run(jobs: string, options: Partial<RunOptions> & { readonly top?: string } = {}) {
  const { top = "permissions: {}", ...rest } = options;
  return runWorkflow({
    yaml: `name: small\non: [push, pull_request, workflow_run, workflow_dispatch]\n${top}\njobs:\n${jobs}`,
    event: PUSH,
    repository: { url: "/nowhere", fullName: "shop/services", defaultBranch: "main" },
    mintToken: () => "token-of-the-job",
    urls: URLS,
    ...rest,
  });
}

/** One job `j` with these steps. */
function job(steps: string, more = ""): string {
  const indented = (text: string, by: number): string => text.replaceAll(/^(?=.)/gm, " ".repeat(by));
  return `  j:\n    runs-on: ubuntu-24.04\n${indented(more, 4)}${more === "" ? "" : "\n"}    steps:\n${indented(steps, 6)}\n`;
}

const said = (result: Awaited<ReturnType<typeof run>>, name = "j"): string =>
  result.jobs
    .filter((one) => one.id === name)
    .flatMap((one) => one.steps.map((step) => step.log))
    .join("\n");

describe("a job's steps", () => {
  test("run in order, and hand on outputs, variables, folders of the path and summaries through the runner's files", async () => {
    const result = await run(
      job(
        `- id: first
  run: |
    echo "answer=42" >> "$GITHUB_OUTPUT"
    { echo "text<<END"; echo "two"; echo "lines"; echo END; } >> "$GITHUB_OUTPUT"
    echo "LATER=yes" >> "$GITHUB_ENV"
    mkdir bin && printf '#!/bin/bash\\necho found' > bin/tool && chmod +x bin/tool
    echo "$PWD/bin" >> "$GITHUB_PATH"
    echo "# Done" >> "$GITHUB_STEP_SUMMARY"
- env: {ANSWER: "\${{ steps.first.outputs.answer }}", TEXT: "\${{ steps.first.outputs.text }}"}
  run: |
    echo "$ANSWER $LATER $(tool)"
    echo "$TEXT"`,
        `outputs: {answer: "\${{ steps.first.outputs.answer }}"}`,
      ),
    );
    expect(result.conclusion).toBe("success");
    expect(said(result)).toBe("\n42 yes found\ntwo\nlines");
    expect(result.jobs[0]).toMatchObject({ outputs: { answer: "42" }, summary: "# Done\n" });
  });

  test("stop at the first that fails, except those that ask for failure or for always", async () => {
    const result = await run(
      job(`- run: exit 3
- run: echo never
- if: failure()
  run: echo failure
- if: always()
  run: echo always
- if: github.ref == 'refs/heads/main'
  run: echo "a condition without a status function asks for success"`),
    );
    expect(result.conclusion).toBe("failure");
    expect(result.jobs[0]?.steps.map(({ outcome }) => outcome)).toEqual([
      "failure",
      "skipped",
      "success",
      "success",
      "skipped",
    ]);
    expect(result.jobs[0]?.annotations).toEqual([{ level: "error", message: "Process completed with exit code 3." }]);
  });

  test("may fail where the workflow says continue-on-error", async () => {
    const result = await run(job("- {id: a, run: exit 1, continue-on-error: true}\n- run: echo on"));
    expect(result.conclusion).toBe("success");
    expect(result.jobs[0]?.steps[0]).toMatchObject({ outcome: "failure", conclusion: "success" });
  });

  test("fail when a command does, also in the middle; in a pipe only with `shell: bash`", async () => {
    expect((await run(job("- run: |\n    false\n    echo on"))).conclusion).toBe("failure");
    expect((await run(job("- run: false | cat"))).conclusion).toBe("success");
    expect((await run(job("- {run: false | cat, shell: bash}"))).conclusion).toBe("failure");
  });

  test("see GitHub's environment and nothing of the test's own", async () => {
    process.env["CANARY_OF_THE_TEST"] = "canary";
    onTestFinished(() => void delete process.env["CANARY_OF_THE_TEST"]);
    const result = await run(
      job(
        "- run: env -0 | cut -z -d= -f1 | sort -z | tr '\\0' ' '\n- run: echo $GITHUB_REPOSITORY $GITHUB_REF $GITHUB_REF_NAME $CI",
      ),
    );
    expect(result.jobs[0]?.steps[0]?.log.trim().split(" ")).toMatchInlineSnapshot(`
      [
        "CI",
        "GITHUB_ACTION",
        "GITHUB_ACTIONS",
        "GITHUB_ACTOR",
        "GITHUB_ACTOR_ID",
        "GITHUB_API_URL",
        "GITHUB_BASE_REF",
        "GITHUB_ENV",
        "GITHUB_EVENT_NAME",
        "GITHUB_EVENT_PATH",
        "GITHUB_GRAPHQL_URL",
        "GITHUB_HEAD_REF",
        "GITHUB_JOB",
        "GITHUB_OUTPUT",
        "GITHUB_PATH",
        "GITHUB_REF",
        "GITHUB_REF_NAME",
        "GITHUB_REF_PROTECTED",
        "GITHUB_REF_TYPE",
        "GITHUB_REPOSITORY",
        "GITHUB_REPOSITORY_ID",
        "GITHUB_REPOSITORY_OWNER",
        "GITHUB_REPOSITORY_OWNER_ID",
        "GITHUB_RETENTION_DAYS",
        "GITHUB_RUN_ATTEMPT",
        "GITHUB_RUN_ID",
        "GITHUB_RUN_NUMBER",
        "GITHUB_SERVER_URL",
        "GITHUB_SHA",
        "GITHUB_STATE",
        "GITHUB_STEP_SUMMARY",
        "GITHUB_TRIGGERING_ACTOR",
        "GITHUB_WORKFLOW",
        "GITHUB_WORKFLOW_REF",
        "GITHUB_WORKFLOW_SHA",
        "GITHUB_WORKSPACE",
        "GIT_CONFIG_NOSYSTEM",
        "HOME",
        "LANG",
        "PATH",
        "PWD",
        "RUNNER_ARCH",
        "RUNNER_ENVIRONMENT",
        "RUNNER_NAME",
        "RUNNER_OS",
        "RUNNER_TEMP",
        "RUNNER_TOOL_CACHE",
        "RUNNER_TRACKING_ID",
        "RUNNER_WORKSPACE",
        "SHLVL",
        "_",
      ]
    `);
    expect(result.jobs[0]?.steps[1]?.log).toBe("shop/services refs/heads/main main true");
  });

  test("cannot change what GitHub sets, and get the token only where the workflow hands it to them", async () => {
    const result = await run(
      job(`- run: echo "GITHUB_REPOSITORY=evil/fork" >> "$GITHUB_ENV"
- run: echo "$GITHUB_REPOSITORY [\${GITHUB_TOKEN-none}]"
- env: {GITHUB_TOKEN: "\${{ github.token }}"}
  run: test "$GITHUB_TOKEN" = token-of-the-""job && echo "given $GITHUB_TOKEN"`),
    );
    expect(said(result).trim()).toBe("shop/services [none]\ngiven ***");
  });

  test("read the event from its file", async () => {
    const result = await run(job(`- run: cat "$GITHUB_EVENT_PATH"`), {
      event: { name: "push", payload: { ...PUSH.payload, hello: "$(reboot)" } },
    });
    expect(JSON.parse(said(result))).toEqual({ ...PUSH.payload, hello: "$(reboot)" });
  });

  test("end when their time is over, and then the step has failed", async () => {
    const result = await run(job("- {run: sleep 600, timeout-minutes: 0.005}"), { cancelGraceMs: [100, 100] });
    expect(result.jobs[0]?.steps[0]?.outcome).toBe("failure");
    expect(said(result)).toContain("The action has timed out.");
  });
});

describe("workflow commands in a log", () => {
  test("become annotations, unescaped, in both spellings", async () => {
    const result = await run(
      job(`- run: |
    echo "::error file=services/a.yaml,line=3,title=Bad%2C%3A::one%0Atwo%25"
    echo "  ::warning::spaces before do not matter"
    echo "text ::notice::not at the start of a line"
    echo "anywhere ##[notice]the old spelling"`),
    );
    expect(result.jobs[0]?.annotations).toEqual([
      { level: "error", file: "services/a.yaml", line: 3, title: "Bad,:", message: "one\ntwo%" },
      { level: "warning", message: "spaces before do not matter" },
      { level: "notice", message: "the old spelling" },
    ]);
  });

  test("are text between stop-commands and its token", async () => {
    const result = await run(
      job(
        "- run: |\n    echo '::stop-commands::secret'\n    echo '::error::forged'\n    echo '::secret::'\n    echo '::error::real'",
      ),
    );
    expect(result.jobs[0]?.annotations.map(({ message }) => message)).toEqual(["real"]);
    expect(result.jobs[0]?.steps[0]?.obeyed).toEqual(["stop-commands", "error"]);
  });

  test("mask what they are told to, for later steps too", async () => {
    const result = await run(job("- run: echo '::add-mask::s3cret'\n- run: echo s3cret"));
    expect(result.jobs[0]?.steps[1]?.log).toBe("***");
  });
});

describe("jobs", () => {
  test("run after those they need, with their outputs and results", async () => {
    const result = await run(`  a:
    runs-on: x
    outputs: {list: "\${{ steps.s.outputs.list }}"}
    steps: [{id: s, run: 'echo list=[1,2] >> "$GITHUB_OUTPUT"'}]
  b:
    needs: [a]
    runs-on: x
    strategy: {matrix: {n: "\${{ fromJSON(needs.a.outputs.list) }}"}, max-parallel: 1}
    steps: [{run: "echo $N of $RESULT", env: {N: "\${{ matrix.n }}", RESULT: "\${{ needs.a.result }}"}}]
  c:
    needs: b
    runs-on: x
    steps: [{run: exit 1}]
  d: {needs: c, runs-on: x, steps: [{run: echo never}]}
  e: {needs: d, if: failure(), runs-on: x, steps: [{run: echo an ancestor failed}]}
  f: {needs: d, if: always(), runs-on: x, steps: [{run: echo always}]}
`);
    expect(result.jobs.map(({ name, result: ended }) => `${name}: ${ended}`)).toEqual([
      "a: success",
      "b (1): success",
      "b (2): success",
      "c: failure",
      "d: skipped",
      "e: success",
      "f: success",
    ]);
    expect(said(result, "b")).toBe("1 of success\n2 of success");
  });

  test("of an empty matrix fail, as at GitHub, unless their `if` kept them from it", async () => {
    const matrix = `strategy: {matrix: {n: "\${{ fromJSON('[]') }}"}}`;
    const failed = await run(job("- run: echo hi", matrix));
    expect(failed.jobs[0]).toMatchObject({
      result: "failure",
      reason: "Matrix vector 'n' does not contain any values",
    });
    expect((await run(job("- run: echo hi", `if: "'[]' != '[]'"\n${matrix}`))).jobs[0]?.result).toBe("skipped");
  });

  test("of a matrix are cancelled by one that fails, except where they are told not to be", async () => {
    const matrix = (failFast: boolean) => `strategy: {max-parallel: 1, fail-fast: ${failFast}, matrix: {n: [1, 2]}}`;
    const results = async (failFast: boolean) =>
      (await run(job("- {run: 'test $N = 2', env: {N: \"${{ matrix.n }}\"}}", matrix(failFast)))).jobs.map(
        ({ result }) => result,
      );
    expect(await results(true)).toEqual(["failure", "cancelled"]);
    expect(await results(false)).toEqual(["failure", "success"]);
  });

  test("of one group run one at a time; one waits, and a newer one takes its place", async () => {
    const concurrency = new ConcurrencyGroups();
    const folder = temporaryFolder();
    const start = (name: string) =>
      run(
        job(
          `- run: echo ${name} >> ${folder}/log; until [ -f ${folder}/go ]; do sleep 0.05; done`,
          "concurrency: {group: apply, cancel-in-progress: false}",
        ),
        { concurrency },
      );
    const first = start("first");
    await until(() => existsSync(join(folder, "log")));
    const second = start("second");
    await until(() => concurrency.isWaitedFor("apply"));
    const third = start("third");
    expect((await second).conclusion).toBe("cancelled");
    writeFiles(folder, { go: "" });
    expect([(await first).conclusion, (await third).conclusion]).toEqual(["success", "success"]);
    expect(readFileSync(join(folder, "log"), "utf8")).toBe("first\nthird\n");
  });

  test("are ended by a newer one where the group cancels what runs", async () => {
    const concurrency = new ConcurrencyGroups();
    const folder = temporaryFolder();
    const group = "concurrency: {group: plan, cancel-in-progress: true}";
    const first = run(job(`- run: touch ${folder}/up; sleep 600\n- {if: always(), run: echo cleaned}`, group), {
      concurrency,
      cancelGraceMs: [100, 100],
    });
    await until(() => existsSync(join(folder, "up")));
    expect((await run(job("- run: echo newer", group), { concurrency })).conclusion).toBe("success");
    const ended = await first;
    expect(ended.conclusion).toBe("cancelled");
    expect(ended.jobs[0]?.steps.map(({ outcome }) => outcome)).toEqual(["cancelled", "success"]);
  });

  test("get a token for exactly their permissions; that of a pull request from a fork reads, and there are no secrets", async () => {
    const asked: unknown[] = [];
    const mintToken: RunOptions["mintToken"] = (permissions, { id }) => {
      asked.push([id, permissions]);
      return "t0ken";
    };
    const jobs = `  a: {runs-on: x, permissions: {contents: write, id-token: write}, steps: [{run: 'echo "[$S]"', env: {S: "\${{ secrets.DEPLOY }}"}}]}
  b: {runs-on: x, steps: [{run: echo}]}
`;
    const own = await run(jobs, { mintToken, secrets: { DEPLOY: "hush" } });
    const from = (full_name: string) => ({ repo: { full_name }, ref: "main" });
    const event = {
      name: "pull_request",
      payload: {
        pull_request: {
          number: 7,
          merge_commit_sha: "0".repeat(40),
          head: from("evil/services"),
          base: from("shop/services"),
        },
      },
    };
    const fork = await run(jobs, { mintToken, secrets: { DEPLOY: "hush" }, event });
    expect(asked).toEqual([
      ["a", { contents: "write", "id-token": "write" }],
      ["b", {}],
      ["a", { contents: "read" }],
      ["b", {}],
    ]);
    expect([said(own, "a"), said(fork, "a")]).toEqual(["[***]", "[]"]);
    expect(fork.ref).toBe("refs/pull/7/merge");
  });

  test("go on into an environment that lets them, with its secrets", async () => {
    const environments = {
      staging: { secrets: { KEY: "of-staging" } },
      production: { allows: () => false },
    };
    const result = await run(
      job(
        '- {run: \'test "$KEY" = of-staging\', env: {KEY: "${{ secrets.KEY }}"}}',
        `environment: "\${{ matrix.e }}"\nstrategy: {fail-fast: false, matrix: {e: [staging, production]}}`,
      ),
      { environments },
    );
    expect(result.jobs.map(({ environment, result: ended, reason }) => [environment, ended, reason])).toEqual([
      ["staging", "success", undefined],
      ["production", "failure", "the environment production refused it"],
    ]);
  });

  test("are given the inputs of a dispatch, of their type and with their defaults", async () => {
    const yaml = `name: d\non: {workflow_dispatch: {inputs: {environment: {required: true, type: string}, force: {type: boolean, default: false}}}}\npermissions: {}\njobs:\n${job("- {if: '!inputs.force', run: 'echo $E', env: {E: \"${{ inputs.environment }}\"}}")}`;
    const payload = { ref: "refs/heads/main" };
    const event = (inputs: object) => ({ name: "workflow_dispatch", payload: { ...payload, inputs } });
    expect(said(await run("", { yaml, sha: "0".repeat(40), event: event({ environment: "staging" }) }))).toBe(
      "staging",
    );
    expect(
      said(await run("", { yaml, sha: "0".repeat(40), event: event({ environment: "staging", force: "true" }) })),
    ).toBe("");
    await expect(run("", { yaml, sha: "0".repeat(40), event: event({}) })).rejects.toThrow(
      "Required input 'environment' not provided",
    );
  });

  test("leave nothing running behind", async () => {
    const folder = temporaryFolder();
    const result = await run(job(`- run: |\n    setsid sleep 601 > /dev/null 2>&1 &\n    echo $! > ${folder}/pid`));
    expect(result.conclusion).toBe("success");
    const pid = readFileSync(join(folder, "pid"), "utf8").trim();
    await until(() => !existsSync(`/proc/${pid}`) || readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z "));
  });
});

describe("a machine that dies", () => {
  test("ends the running step without a word; no later step runs, not even always", async () => {
    const folder = temporaryFolder();
    const machine = new AbortController();
    const running = run(
      `${job(`- run: |\n    trap 'touch ${folder}/trapped' INT TERM EXIT\n    touch ${folder}/up\n    while :; do sleep 0.05; done\n- {if: always(), run: touch ${folder}/always}`)}  after: {needs: j, if: always(), runs-on: x, steps: [{run: touch ${folder}/after}]}\n`,
      { signal: machine.signal },
    );
    await until(() => existsSync(join(folder, "up")));
    machine.abort();
    const result = await running;
    expect(result.jobs.map(({ id, result: ended }) => [id, ended])).toEqual([
      ["j", "failure"],
      ["after", "cancelled"],
    ]);
    expect(result.jobs[0]?.reason).toContain("lost communication");
    expect(["trapped", "always", "after"].filter((name) => existsSync(join(folder, name)))).toEqual([]);
  });
});

describe("actions", () => {
  test("that nobody plays fail their step", async () => {
    const result = await run(job("- uses: somebody/thing@v1"));
    expect([result.conclusion, said(result)]).toEqual(["failure", "::error::nobody plays the action somebody/thing"]);
  });

  test("of the repository itself are run with their inputs, and give outputs", async () => {
    const origin = gitFolder({
      "action.yml": `name: greet
description: greets
inputs: {who: {description: whom, default: you}}
outputs: {greeting: {description: it, value: "\${{ steps.s.outputs.greeting }}"}}
runs:
  using: composite
  steps:
    - id: s
      shell: bash
      env: {WHO: "\${{ inputs.who }}"}
      run: |
        echo "greeting=hello $WHO" >> "$GITHUB_OUTPUT"
        test -f "$GITHUB_ACTION_PATH/action.yml"
`,
    });
    const result = await run(
      job(
        "- uses: actions/checkout@v4\n- {id: g, uses: ./, with: {who: '$(reboot)'}}\n- {run: 'echo \"$G\"', env: {G: \"${{ steps.g.outputs.greeting }}\"}}",
      ),
      {
        repository: { url: origin, fullName: "shop/services", defaultBranch: "main" },
        sha: git(origin, "rev-parse", "HEAD"),
      },
    );
    expect(said(result)).toContain("hello $(reboot)");
  });
});

describe("checkout", () => {
  const look =
    "- {run: 'git rev-list --count HEAD; git rev-parse --abbrev-ref HEAD; cat file; git config --get-regexp extraheader | cut -d\" \" -f1 || true'}";

  test("of a push is the branch at the event's commit, one commit deep", async () => {
    const origin = gitFolder({ file: "one" });
    writeFiles(origin, { file: "two" });
    git(origin, "commit", "--quiet", "--all", "--message=second");
    const sha = git(origin, "rev-parse", "HEAD");
    const result = await run(job(`- uses: actions/checkout@v4\n${look}`), {
      repository: { url: `file://${origin}`, fullName: "shop/services", defaultBranch: "main" },
      sha,
    });
    expect(result.jobs[0]?.steps[1]?.log).toBe("1\nmain\ntwo");
  });

  test("of a pull request from a fork is the merge commit, with both of its parents; the token is there as it was told", async () => {
    const { url, folder } = await gitServer();
    const work = gitFolder({ file: "base" });
    git(work, "push", "--quiet", folder, "main");
    git(work, "checkout", "--quiet", "-b", "topic");
    writeFiles(work, { file: "of the fork" });
    git(work, "commit", "--quiet", "--all", "--message=topic");
    git(work, "checkout", "--quiet", "main");
    git(work, "merge", "--quiet", "--no-ff", "--message=merge", "topic");
    git(work, "push", "--quiet", folder, "HEAD:refs/pull/7/merge", "topic:refs/pull/7/head");
    const repo = (full_name: string, ref: string) => ({ ref, repo: { full_name } });
    const event = {
      name: "pull_request",
      payload: {
        pull_request: {
          number: 7,
          merge_commit_sha: git(folder, "rev-parse", "refs/pull/7/merge"),
          head: repo("evil/services", "topic"),
          base: repo("shop/services", "main"),
        },
      },
    };
    const checkout = (persist: boolean) =>
      run(job(`- uses: actions/checkout@v4\n  with: {fetch-depth: 2, persist-credentials: ${persist}}\n${look}`), {
        event,
        repository: { url, fullName: "shop/services", defaultBranch: "main" },
      });
    const origin = new URL(url).origin;
    const kept = await checkout(true);
    expect(kept.jobs[0]?.steps[1]?.log).toBe(`3\nHEAD\nof the forkhttp.${origin}/.extraheader`);
    const forgotten = await checkout(false);
    expect(forgotten.jobs[0]?.steps[1]?.log).toBe("3\nHEAD\nof the fork");
  });

  test("in a workflow_run is the default branch, whatever ran before", async () => {
    const origin = gitFolder({ file: "default" });
    git(origin, "checkout", "--quiet", "-b", "topic");
    const event = {
      name: "workflow_run",
      payload: { action: "completed", workflow_run: { head_branch: "topic", head_sha: "f".repeat(40) } },
    };
    const result = await run(job(`- uses: actions/checkout@v4\n${look}`), {
      event,
      repository: { url: origin, fullName: "shop/services", defaultBranch: "main" },
    });
    expect(result.jobs[0]?.steps[1]?.log).toBe("1\nmain\ndefault");
  });
});

describe("what starts a workflow", () => {
  const reads = (on: string) => readWorkflow(`on: ${on}\njobs: {a: {runs-on: x, steps: [{run: a}]}}`, "w.yml");
  const starts = async (on: string, name: string, payload: Record<string, unknown>) =>
    startsOn(await reads(on), { name, payload });

  test("is its event, with its branches, activities and names", async () => {
    expect(await starts("push", "push", { ref: "refs/tags/v1" })).toBe(true);
    expect(await starts("{push: {branches: [main]}}", "push", { ref: "refs/heads/main" })).toBe(true);
    expect(await starts("{push: {branches: [main]}}", "push", { ref: "refs/heads/other" })).toBe(false);
    expect(await starts("{push: {branches: [main]}}", "push", { ref: "refs/tags/main" })).toBe(false);
    expect(await starts("pull_request", "pull_request", { action: "synchronize" })).toBe(true);
    expect(await starts("pull_request", "pull_request", { action: "labeled" })).toBe(false);
    const named = "{workflow_run: {workflows: [plan], types: [completed]}}";
    expect(await starts(named, "workflow_run", { action: "completed", workflow_run: { name: "plan" } })).toBe(true);
    expect(await starts(named, "workflow_run", { action: "completed", workflow_run: { name: "ci" } })).toBe(false);
    expect(await starts(named, "workflow_run", { action: "requested", workflow_run: { name: "plan" } })).toBe(false);
  });

  test("and what GitHub would refuse is no workflow", async () => {
    await expect(reads("nonsense")).rejects.toThrow("is no workflow");
    await expect(
      readWorkflow('on: push\njobs: {a: {runs-on: x, steps: [{run: "${{ nobody.knows }}"}]}}', "w.yml"),
    ).rejects.toThrow("Unrecognized named-value");
  });
});
