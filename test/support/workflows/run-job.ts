import { randomUUID } from "node:crypto";
import { mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { checkout } from "./actions/checkout.ts";
import { setupNode } from "./actions/setup-node.ts";
import { evaluate, evaluateText, evaluateTexts, fields, type Scope, type TemplateToken } from "./expressions.ts";
import type { Run } from "./github-context.ts";
import { endOrphans, switchOff } from "./orphans.ts";
import { grantedTo } from "./permissions.ts";
import type { JobResult, Result, RunOptions } from "./run-options.ts";
import { type Machine, runSteps, scopeAfter } from "./run-steps.ts";
import { machinePath, makeTools } from "./tools.ts";
import type { Job, Workflow } from "./workflow.ts";

export interface JobInput {
  readonly workflow: Workflow;
  readonly job: Job;
  readonly name: string;
  readonly row: Readonly<Record<string, unknown>> | null;
  readonly needs: Readonly<Record<string, unknown>>;
  readonly run: Run;
  readonly options: RunOptions;
  /** An empty folder: the machine's disk. */
  readonly folder: string;
  readonly cancel: AbortSignal;
}

const DEFAULT_TIMEOUT_MINUTES = 360;
const MS_PER_MINUTE = 60_000;

/** Runs one job on a machine of its own: a folder with a home, a workspace and the files that a runner makes. */
export async function runJob(given: JobInput): Promise<JobResult> {
  const { workflow, job, run, options, row, name } = given;
  const contexts = {
    vars: options.vars ?? {},
    matrix: row ?? {},
    needs: given.needs,
    strategy: {},
    runner: {},
    secrets: {},
  };
  const before: Scope = {
    status: "success",
    contexts: { ...contexts, github: run.github, inputs: run.inputs, env: {} },
  };
  const environment = environmentOf(job.fields.get("environment"), before);
  const permissions = grantedTo(job, workflow, run.fromFork);
  const shared = { id: job.id, name, matrix: row, environment, permissions };
  const nothing = { steps: [], outputs: {}, summary: "", annotations: [] };
  const rules = environment === null ? undefined : options.environments?.[environment];
  if (rules?.allows !== undefined && !(await rules.allows({ name, ref: run.ref, actor: run.actor })))
    return { ...shared, ...nothing, result: "failure", reason: `the environment ${environment} refused it` };

  const token = options.mintToken(permissions, { id: job.id, name, environment, fromFork: run.fromFork });
  const secrets = {
    ...(run.fromFork ? {} : { ...options.secrets, ...rules?.secrets }),
    GITHUB_TOKEN: token,
  };
  const { machine: own } = options;
  const isOwn = own !== undefined && evaluateText(job.fields.get("runs-on") as TemplateToken, before) === own.label;
  const input = isOwn ? { ...given, folder: own.folder } : given;
  const disk = makeDisk(input);
  const trackingId = `github_${randomUUID()}`;
  const github = { ...run.github, token, job: job.id, workspace: disk.workspace, event_path: disk.event };
  const runner = {
    os: "Linux",
    arch: "X64",
    name: "GitHub Actions 1",
    temp: disk.temp,
    tool_cache: disk.toolCache,
    environment: isOwn ? "self-hosted" : "github-hosted",
  };
  const scope: Scope = {
    status: "success",
    contexts: {
      ...contexts,
      runner,
      secrets,
      vars: { ...options.vars, ...rules?.vars },
      github,
      inputs: run.inputs,
      env: {},
    },
  };
  const workflowEnv = evaluateTexts(workflow.env, scope);
  const jobEnv = evaluateTexts(job.fields.get("env"), { ...scope, contexts: { ...scope.contexts, env: workflowEnv } });
  const minutes = job.fields.get("timeout-minutes");
  const limit = AbortSignal.timeout(
    (minutes === undefined ? DEFAULT_TIMEOUT_MINUTES : Number(evaluate(minutes, scope))) * MS_PER_MINUTE,
  );
  const { inputs: _, env: __, github: ___, ...constant } = scope.contexts;
  const machine: Machine = {
    options,
    run,
    jobId: job.id,
    jobName: name,
    workspace: disk.workspace,
    temp: disk.temp,
    token,
    actions: { "actions/checkout": checkout, "actions/setup-node": setupNode, ...options.actions },
    contexts: constant,
    github,
    environment: { ...options.env, ...machineEnvironment(github, runner, disk, trackingId, options) },
    defaults: defaultsOf(workflow, job, scope),
    kill: options.signal ?? new AbortController().signal,
    cancel: AbortSignal.any([input.cancel, limit]),
    status: "success",
    died: false,
    env: { ...workflowEnv, ...jobEnv },
    path: [],
    steps: 0,
    masks: Object.values(secrets).filter((secret) => secret !== ""),
    annotations: [],
    posts: [],
  };
  const steps = await runSteps(machine, [...(job.fields.get("steps") as unknown as Iterable<TemplateToken>)]);
  if (!machine.died) {
    for (const post of machine.posts) await post();
    endOrphans(trackingId);
  }
  // A hosted machine is thrown away with all that runs on it, whether the job ended or the machine died.
  if (!isOwn) switchOff(realpathSync(input.folder));
  const result: Result = machine.died ? "failure" : machine.cancel.aborted ? "cancelled" : machine.status;
  return {
    ...shared,
    result,
    ...(machine.died ? { reason: "The runner has lost communication with the server." } : {}),
    ...(limit.aborted ? { reason: "The job has exceeded its maximum execution time." } : {}),
    steps,
    outputs: machine.died ? {} : evaluateTexts(job.fields.get("outputs"), scopeAfter(machine, steps)),
    summary: steps.map(({ summary }) => summary).join(""),
    annotations: machine.annotations,
  };
}

interface Disk {
  readonly home: string;
  readonly workspace: string;
  readonly temp: string;
  readonly toolCache: string;
  readonly event: string;
  readonly tools: string;
}

function makeDisk({ folder, options }: JobInput): Disk {
  const repository = options.repository.fullName.split("/")[1] ?? "repository";
  const disk = {
    home: join(folder, "home"),
    workspace: join(folder, "work", repository, repository),
    temp: join(folder, "work", "_temp"),
    toolCache: join(folder, "tools"),
    event: join(folder, "work", "_temp", "_github_workflow", "event.json"),
    tools: makeTools(join(folder, "bin")),
  };
  for (const one of [disk.home, disk.workspace, disk.toolCache, join(disk.temp, "_github_workflow")])
    mkdirSync(one, { recursive: true });
  mkdirSync(join(disk.temp, "_runner_file_commands"), { recursive: true });
  writeFileSync(disk.event, JSON.stringify(options.event.payload, null, 2));
  return disk;
}

/** The variables that GitHub sets. Source: "Variables reference" in GitHub's documentation. */
function machineEnvironment(
  github: Readonly<Record<string, unknown>>,
  runner: Readonly<Record<string, string>>,
  disk: Disk,
  trackingId: string,
  { tools = [] }: RunOptions,
): Record<string, string> {
  const hidden = new Set(["event", "token", "repositoryUrl", "secret_source"]);
  const variables = Object.entries(github)
    .filter(([key]) => !hidden.has(key))
    .map(([key, value]) => [`GITHUB_${key.toUpperCase()}`, String(value)] as const);
  const machine = Object.entries(runner).map(([key, value]) => [`RUNNER_${key.toUpperCase()}`, value] as const);
  return {
    ...Object.fromEntries([...variables, ...machine]),
    CI: "true",
    GITHUB_ACTIONS: "true",
    GITHUB_EVENT_PATH: disk.event,
    RUNNER_TRACKING_ID: trackingId,
    RUNNER_WORKSPACE: dirname(disk.workspace),
    HOME: disk.home,
    LANG: "C.UTF-8",
    PATH: [disk.tools, ...tools, machinePath()].join(":"),
    // The machine that the tests run on is not the runner's: its Git configuration stays out.
    GIT_CONFIG_NOSYSTEM: "1",
  };
}

function environmentOf(token: TemplateToken | undefined, scope: Scope): string | null {
  if (token === undefined) return null;
  const name = fields(token).get("name") ?? token;
  const text = evaluateText(name, scope);
  return text === "" ? null : text;
}

function defaultsOf(workflow: Workflow, job: Job, scope: Scope): Machine["defaults"] {
  const run = (token: TemplateToken | undefined) => evaluateTexts(fields(token).get("run"), scope);
  return { ...run(workflow.defaults), ...run(job.fields.get("defaults")) };
}
