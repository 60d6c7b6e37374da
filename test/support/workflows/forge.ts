import { onTestFinished } from "vitest";
import { git } from "../git-folder.ts";
import { type GitServer, gitServer } from "../git-server.ts";
import { type GithubFake, githubFake } from "../github/fake.ts";
import { pushFiles } from "../github/push.ts";
import type { Pull } from "../github/world.ts";
import type { Action } from "./action.ts";
import { ConcurrencyGroups } from "./concurrency.ts";
import type { RunOptions, RunResult, WorkflowEvent } from "./run-options.ts";
import { runWorkflow } from "./run-workflow.ts";
import { startsOn } from "./triggers.ts";
import { readWorkflow } from "./workflow.ts";

/*
 * GitHub as a whole, for stories: a Git server over HTTP that lets push whom the token lets, the fake's pull requests and API,
 * and runners that run the repository's own workflows for what happens in it. An event starts the workflows that its commit
 * carries; the end of one starts those of the default branch that wait for it.
 */

const BOT = "github-actions[bot]";

export interface Forge {
  readonly github: GithubFake;
  readonly server: GitServer;
  /** Every run so far, in the order in which they ended. */
  readonly runs: readonly RunResult[];
  /** Commits and pushes files (null: deleted) to a branch of the repository. */
  push(branch: string, files: Readonly<Record<string, string | null>>, message?: string): string;
  /** What opening or pushing to a pull request sets off, down to the last workflow. */
  proposed(pull: Pull, action?: "opened" | "synchronize", options?: Partial<RunOptions>): Promise<readonly RunResult[]>;
  /** Presses the merge button, and runs what that sets off. */
  merged(pull: Pull, options?: Partial<RunOptions>): Promise<readonly RunResult[]>;
  /** What the clock sets off: a workflow of the default branch, by the first line of its schedule. */
  scheduled(workflow: string, options?: Partial<RunOptions>): Promise<readonly RunResult[]>;
  /** Runs the workflows that an event on a commit sets off, and those that wait for their end. */
  happens(
    event: WorkflowEvent,
    at: { readonly sha: string; readonly ref: string },
    options?: Partial<RunOptions>,
  ): Promise<readonly RunResult[]>;
  /** The file at a path of a commit, as it is. */
  show(revision: string, path: string): string;
}

/** A repository with these files on its default branch; `name` is `owner/name`. */
export async function forge(
  files: Readonly<Record<string, string>>,
  /** Which workflows are run at all, by their name. */
  plays: (name: string) => boolean = () => true,
  /** Actions that are played in every run. */
  actions: Readonly<Record<string, Action>> = {},
): Promise<Forge> {
  const server = await gitServer();
  git(server.folder, "symbolic-ref", "HEAD", "refs/heads/main");
  // What GitHub lets be fetched: anything by its id.
  git(server.folder, "config", "uploadpack.allowAnySHA1InWant", "true");
  pushFiles(server.folder, "main", files);
  const github = await githubFake({ folder: server.folder });
  github.person("alice", "write");
  server.mayPush = (authorization) => {
    const [, basic = ""] = /^basic (.+)$/i.exec(authorization ?? "") ?? [];
    const token = Buffer.from(basic, "base64").toString("utf8").split(":")[1] ?? "";
    return github.identityOf(token)?.permissions["contents"] === "write";
  };
  const concurrency = new ConcurrencyGroups();
  const runs: RunResult[] = [];
  onTestFinished(({ task }) => {
    if (task.result?.state === "fail") for (const run of runs) console.log(storyOf(run));
  });

  const show: Forge["show"] = (revision, path) => git(server.folder, "show", `${revision}:${path}`);
  const repository = { url: server.url, fullName: github.repository, defaultBranch: "main" };
  const about = { full_name: github.repository, default_branch: "main", owner: { login: github.world.owner } };

  const workflowsAt = (revision: string): string[] =>
    git(server.folder, "ls-tree", "--name-only", revision, ".github/workflows/").split("\n").filter(Boolean);

  const happens: Forge["happens"] = async (event, { sha, ref }, options = {}) => {
    github.sync();
    // A schedule says which of its lines it is, and nothing of the repository.
    const payload = event.name === "schedule" ? event.payload : { repository: about, ...event.payload };
    const ended: RunResult[] = [];
    const source = event.name === "workflow_run" ? "refs/heads/main" : sha;
    for (const path of workflowsAt(source)) {
      const yaml = show(source, path);
      const workflow = await readWorkflow(yaml, path);
      if (!plays(workflow.name) || !startsOn(workflow, { name: event.name, payload })) continue;
      // A start by hand names its workflow.
      if (event.name === "workflow_dispatch" && event.payload["workflow"] !== path) continue;
      const run = await runWorkflow({
        yaml,
        path,
        event: { name: event.name, payload },
        ref,
        sha,
        repository,
        mintToken: (permissions) => github.token({ login: BOT, app: "github-actions", permissions }),
        urls: { api: github.url, server: "https://github.com", graphql: `${github.url}/graphql` },
        concurrency,
        actor: "alice",
        ...options,
        actions: { ...actions, ...options.actions },
      });
      runs.push(run);
      ended.push(run);
      if (event.name === "workflow_run") continue;
      const told = { action: "completed", workflow_run: workflowRun(run, event) };
      const main = git(server.folder, "rev-parse", "refs/heads/main");
      const after = { name: "workflow_run", payload: told };
      ended.push(...(await happens(after, { sha: main, ref: "refs/heads/main" }, ofTheRepository(options))));
    }
    return ended;
  };

  const workflowRun = (run: RunResult, event: WorkflowEvent): object => {
    const pull = event.payload["pull_request"] as { head: { sha: string; ref: string; repo: unknown } } | undefined;
    return {
      id: run.id,
      name: run.name,
      path: run.path,
      event: event.name,
      conclusion: run.conclusion,
      head_sha: pull?.head.sha ?? run.sha,
      head_branch: pull?.head.ref ?? run.ref.replace("refs/heads/", ""),
      repository: about,
      head_repository: pull?.head.repo ?? about,
    };
  };

  const payloadOf = (pull: Pull): object => ({
    number: pull.number,
    title: pull.title,
    body: pull.body,
    merge_commit_sha: pull.mergeCommit,
    head: {
      ref: pull.headRef,
      sha: pull.headSha,
      repo: { full_name: `${pull.headOwner}/${github.world.name}`, owner: { login: pull.headOwner } },
    },
    base: { ref: pull.baseRef, sha: pull.baseSha, repo: about },
  });

  return {
    github,
    server,
    runs,
    push: (branch, changed, message = "Change") => pushFiles(server.folder, branch, changed, { message }),
    happens,
    show,
    proposed(pull, action = "opened", options = {}) {
      github.sync();
      const payload = { action, number: pull.number, pull_request: payloadOf(pull) };
      const at = { sha: pull.mergeCommit ?? pull.headSha, ref: `refs/pull/${pull.number}/merge` };
      return happens({ name: "pull_request", payload }, at, options);
    },
    async scheduled(name, options) {
      const path = `.github/workflows/${name}.yml`;
      const { on } = await readWorkflow(show("refs/heads/main", path), path);
      const [line] = on["schedule"] as readonly { readonly cron: string }[];
      const at = { sha: git(server.folder, "rev-parse", "refs/heads/main"), ref: "refs/heads/main" };
      return happens({ name: "schedule", payload: { schedule: line?.cron } }, at, options);
    },
    merged(pull, options) {
      const before = git(server.folder, "rev-parse", "refs/heads/main");
      const sha = github.merge(pull.number, { by: "alice" });
      const payload = { ref: "refs/heads/main", before, after: sha };
      return happens({ name: "push", payload }, { sha, ref: "refs/heads/main" }, options);
    },
  };
}

/** Of a run's options those that are the repository's, whatever set it off. */
function ofTheRepository({ secrets, vars, machine }: Partial<RunOptions>): Partial<RunOptions> {
  return { ...(secrets && { secrets }), ...(vars && { vars }), ...(machine && { machine }) };
}

/** A run for people: every job and step with what it printed. */
function storyOf(run: RunResult): string {
  const jobs = run.jobs.flatMap((job) => [
    `  ${job.name}: ${job.result}${job.reason === undefined ? "" : ` (${job.reason})`}`,
    ...job.steps.map((step) => `    ${step.name}: ${step.outcome}\n${step.log.replaceAll(/^/gm, "      ")}`),
  ]);
  return [`${run.name} (${run.path}) on ${run.ref}: ${run.conclusion}`, ...jobs].join("\n");
}
