import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { COMMENT_LIMIT } from "../../src/github/comment/comment-input.ts";
import { fairlead } from "../support/cli.ts";
import { BARE_ENVIRONMENT, git, temporaryFolder } from "../support/git-folder.ts";
import { gitServer } from "../support/git-server.ts";
import { githubFake } from "../support/github/fake.ts";
import { pushFiles } from "../support/github/push.ts";

/*
 * More files than GitHub lists of one pull request (3,000), each a service. What is deleted comes last in GitHub's order, so
 * whoever believed its list would miss it.
 */

const UPDATES = 2_900;
const DELETES = 120;
const CREATES = 10;
const BOT = "github-actions[bot]";
/** A plan of thousands on a machine that others use. */
const MAX_MS = 240_000;

const RECORD_ALL = join(import.meta.dirname, "../bench/record-all.ts");

const fileOf = (id: string): string => `services/${id}.yaml`;
const numbered = (letter: string, count: number): string[] =>
  Array.from({ length: count }, (_, at) => `${letter}-${String(at).padStart(4, "0")}`);

function service(id: string, level: number): string {
  return `id: ${id}
name: ${id}
type: utility
command: [node, server.js]
source: code/all
environment: { LEVEL: "${level}" }
`;
}

const all = (ids: readonly string[], level: number): Record<string, string> =>
  Object.fromEntries(ids.map((id) => [fileOf(id), service(id, level)]));

test("a pull request of more files than GitHub lists is planned whole, and commented with every delete", {
  timeout: MAX_MS,
}, async () => {
  const [updated, deleted, created] = [numbered("m", UPDATES), numbered("z", DELETES), numbered("a", CREATES)];
  const server = await gitServer();
  git(server.folder, "symbolic-ref", "HEAD", "refs/heads/main");
  git(server.folder, "config", "uploadpack.allowAnySHA1InWant", "true");
  pushFiles(server.folder, "main", {
    ".gitignore": ".fairlead/\n",
    "fairlead.yaml": "project: shop\nenvironments:\n  staging: { target: { kind: local } }\n",
    "code/all/server.js": "// all of them\n",
    ...all([...updated, ...deleted], 1),
  });
  // As if every one had been applied: so many have nowhere to run in a test.
  const clone = join(temporaryFolder(), "clone");
  git(temporaryFolder(), "clone", "--quiet", server.folder, clone);
  execFileSync(process.execPath, [RECORD_ALL, clone, "staging"], { env: BARE_ENVIRONMENT as NodeJS.ProcessEnv });
  git(clone, "push", "--quiet", "origin", "fairlead-state/staging");

  pushFiles(server.folder, "large", {
    ...all([...updated, ...created], 2),
    ...Object.fromEntries(deleted.map((id) => [fileOf(id), null])),
  });
  pushFiles(server.folder, "small", all([deleted.at(-1) ?? "", updated[0] ?? ""], 3));
  const github = await githubFake({ folder: server.folder });
  const large = github.openPull({ branch: "large", author: "alice" });
  const small = github.openPull({ branch: "small", author: "alice" });
  const token = github.token({
    login: BOT,
    app: "github-actions",
    permissions: { contents: "read", "pull-requests": "write", checks: "write" },
  });

  const checkout = join(temporaryFolder(), "runner");
  git(temporaryFolder(), "clone", "--quiet", "--depth=1", `file://${server.folder}`, checkout);
  git(checkout, "remote", "set-url", "origin", server.url);
  const summary = join(temporaryFolder(), "summary.md");
  const comment = async (pull: typeof large): Promise<string> => {
    const event = join(temporaryFolder(), "event.json");
    const about = { full_name: github.repository, default_branch: "main", owner: { login: github.world.owner } };
    const run = {
      event: "pull_request",
      path: ".github/workflows/fairlead-plan.yml",
      head_branch: pull.headRef,
      head_sha: pull.headSha,
      repository: about,
      head_repository: about,
    };
    writeFileSync(event, JSON.stringify({ action: "completed", repository: about, workflow_run: run }));
    writeFileSync(summary, "");
    const { code, stderr } = await fairlead(["github", "comment"], {
      cwd: checkout,
      env: {
        GITHUB_ACTIONS: "true",
        GITHUB_EVENT_NAME: "workflow_run",
        GITHUB_EVENT_PATH: event,
        GITHUB_STEP_SUMMARY: summary,
        GITHUB_REPOSITORY: github.repository,
        GITHUB_SERVER_URL: "https://github.com",
        GITHUB_API_URL: github.url,
        GITHUB_TOKEN: token,
        GITHUB_REF: "refs/heads/main",
        GITHUB_RUN_ID: "1",
      },
    });
    expect(code, stderr).toBe(0);
    return github.world.comments.findLast(({ number }) => number === pull.number)?.body ?? "";
  };

  const body = await comment(large);
  expect(body).toContain(`### Plan: ${DELETES} to delete, ${CREATES} to create, ${UPDATES} to update in staging`);
  expect(Buffer.byteLength(body)).toBeLessThanOrEqual(COMMENT_LIMIT);
  const words = new Set(body.split(/[\s`]+/));
  expect(deleted.filter((id) => !words.has(id))).toEqual([]);
  const bound = new Set([...body.matchAll(/\/fairlead allow-destroy (z-\d+) [0-9a-f]{12}/g)].map(([, id]) => id));
  expect(
    deleted.filter((id) => !bound.has(id)),
    "each can be confirmed from here",
  ).toEqual([]);
  expect(body).toContain("Left out here");
  expect(body, "the other one changes what is deleted here").toContain("Other open pull requests touch the same: ");
  const whole = readFileSync(summary, "utf8");
  expect([...deleted, ...created, ...updated].filter((id) => !whole.includes(`\`${id}\``))).toEqual([]);
  expect(Buffer.byteLength(whole)).toBeLessThanOrEqual(1_000_000);
  expect(github.world.checks.at(-1)).toMatchObject({ name: "Fairlead plan", conclusion: "action_required" });

  const other = await comment(small);
  expect(other, "what GitHub lists of it").toContain(`\`${updated[0]}\` by [#${large.number}]`);
  expect(other, "and that this is not all").toContain(`GitHub does not list all files of [#${large.number}]`);
});
