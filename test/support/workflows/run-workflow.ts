import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import pLimit from "p-limit";
import { temporaryFolder } from "../git-folder.ts";
import { ConcurrencyGroups } from "./concurrency.ts";
import { evaluateText, holds, type Scope, type Status } from "./expressions.ts";
import { type Run, runOf } from "./github-context.ts";
import { strategyOf } from "./matrix.ts";
import { grantedTo } from "./permissions.ts";
import { runJob } from "./run-job.ts";
import type { JobResult, Result, RunOptions, RunResult } from "./run-options.ts";
import { concurrencyOf, type Job, readWorkflow, type Workflow } from "./workflow.ts";

/**
 * Runs one workflow for one event as GitHub would: jobs after those that they need, matrices, conditions, concurrency
 * groups, permissions. `run` steps really are run, by bash, in a clone, with exactly the environment that GitHub gives;
 * actions are played (see `action.ts`). Whether the event starts the workflow at all is `triggers.ts`.
 */
export async function runWorkflow(options: RunOptions): Promise<RunResult> {
  const path = options.path ?? `.github/workflows/${basename(options.file ?? "workflow.yml")}`;
  const text = options.yaml ?? readFileSync(options.file ?? "", "utf8");
  const workflow = await readWorkflow(text, path);
  const run = await runOf(workflow, options);
  const cancelled = new AbortController();
  const cancel = AbortSignal.any([cancelled.signal, ...(options.cancel === undefined ? [] : [options.cancel])]);
  const groups = options.concurrency ?? new ConcurrencyGroups();
  const scope: Scope = {
    status: "success",
    contexts: { github: run.github, inputs: run.inputs, vars: options.vars ?? {} },
  };
  const group = concurrencyOf(workflow.concurrency, scope);
  const shared = { id: run.id, name: workflow.name, path, sha: run.sha, ref: run.ref };
  return inGroup(
    groups,
    group,
    () => cancelled.abort(),
    async () => {
      const jobs = await runJobs(workflow, run, { ...options, concurrency: groups }, cancel);
      return { ...shared, conclusion: together(jobs.map(({ result }) => result)), jobs };
    },
    () => ({ ...shared, conclusion: "cancelled" as const, jobs: [] }),
  );
}

async function runJobs(workflow: Workflow, run: Run, options: RunOptions, cancel: AbortSignal): Promise<JobResult[]> {
  const folder = temporaryFolder("fairlead-runner-");
  const started = new Map<string, Promise<readonly JobResult[]>>();
  const start = (job: Job): Promise<readonly JobResult[]> => {
    const known = started.get(job.id);
    if (known !== undefined) return known;
    const needed = job.needs.map((id) => {
      const other = workflow.jobs.find((one) => one.id === id);
      if (other === undefined) throw new Error(`job ${job.id} needs ${id}, which is not there`);
      return start(other);
    });
    const running = Promise.all(needed).then(async (results) => {
      const before = await Promise.all(ancestorsOf(job, workflow).map(start));
      return runRows({ workflow, run, options, cancel, folder, job, ancestors: before.flat() }, results);
    });
    started.set(job.id, running);
    return running;
  };
  return (await Promise.all(workflow.jobs.map(start))).flat();
}

interface RowsInput {
  readonly workflow: Workflow;
  readonly run: Run;
  readonly options: RunOptions;
  readonly cancel: AbortSignal;
  readonly folder: string;
  readonly job: Job;
  /** All that it needs, and all that those need: what `success()` and `failure()` look at. */
  readonly ancestors: readonly JobResult[];
}

function ancestorsOf(job: Job, workflow: Workflow): Job[] {
  const found = new Set<Job>();
  const visit = (one: Job): void => {
    for (const parent of workflow.jobs.filter(({ id }) => one.needs.includes(id))) {
      if (found.has(parent)) continue;
      found.add(parent);
      visit(parent);
    }
  };
  visit(job);
  return [...found];
}

/** One job, or all of its matrix. */
async function runRows(input: RowsInput, needed: readonly (readonly JobResult[])[]): Promise<readonly JobResult[]> {
  const { workflow, run, options, job, cancel } = input;
  const needs = Object.fromEntries(
    job.needs.map((id, at) => {
      const results = needed[at] ?? [];
      const outputs = Object.assign({}, ...results.map((one) => one.outputs)) as Record<string, string>;
      return [id, { result: together(results.map(({ result }) => result)), outputs }];
    }),
  );
  const scope: Scope = {
    status: cancel.aborted ? "cancelled" : statusOf(input.ancestors.map(({ result }) => result)),
    contexts: { github: run.github, needs, vars: options.vars ?? {}, inputs: run.inputs },
  };
  const without = (result: Result, reason?: string, row: JobResult["matrix"] = null, name = job.id): JobResult => ({
    id: job.id,
    name,
    matrix: row,
    result,
    ...(reason === undefined ? {} : { reason }),
    environment: null,
    permissions: grantedTo(job, workflow, run.fromFork),
    steps: [],
    outputs: {},
    summary: "",
    annotations: [],
  });
  // A machine that died takes no further job.
  if (options.signal?.aborted) return [without("cancelled", "there is no runner")];
  if (!holds(job.fields.get("if"), scope)) return [without(cancel.aborted ? "cancelled" : "skipped")];
  let strategy: ReturnType<typeof strategyOf>;
  try {
    strategy = strategyOf(job.fields.get("strategy"), scope);
  } catch (error) {
    return [without("failure", (error as Error).message)];
  }
  const failed = new AbortController();
  const stop = AbortSignal.any([cancel, failed.signal]);
  const limit = pLimit(Math.min(strategy.maxParallel, strategy.rows.length));
  return Promise.all(
    strategy.rows.map((row, at) =>
      limit(async () => {
        const own: Scope = { ...scope, contexts: { ...scope.contexts, matrix: row ?? {}, strategy: {} } };
        const token = job.fields.get("name");
        const values = row === null ? "" : ` (${Object.values(row).map(String).join(", ")})`;
        const name = token === undefined ? `${job.id}${values}` : evaluateText(token, own);
        if (stop.aborted && !cancel.aborted) return without("cancelled", "another of its matrix failed", row, name);
        const displaced = new AbortController();
        const result = await inGroup(
          options.concurrency ?? new ConcurrencyGroups(),
          concurrencyOf(job.fields.get("concurrency"), own),
          () => displaced.abort(),
          () =>
            runJob({
              workflow,
              job,
              name,
              row,
              needs,
              run,
              options,
              folder: join(input.folder, `${job.id}-${at}`),
              cancel: AbortSignal.any([stop, displaced.signal]),
            }),
          () => without("cancelled", "a newer one waits in its place", row, name),
        );
        if (result.result === "failure" && strategy.failFast) failed.abort();
        return result;
      }),
    ),
  );
}

async function inGroup<T>(
  groups: ConcurrencyGroups,
  group: { readonly group: string; readonly cancelsRunning: boolean } | null,
  cancel: () => void,
  work: () => Promise<T>,
  displaced: () => T,
): Promise<T> {
  if (group === null) return work();
  const outcome = await groups.enter(group.group, { cancelsRunning: group.cancelsRunning, cancel });
  if (outcome === "cancelled") return displaced();
  try {
    return await work();
  } finally {
    groups.leave(group.group);
  }
}

function together(results: readonly Result[]): Result {
  if (results.includes("failure")) return "failure";
  if (results.includes("cancelled")) return "cancelled";
  return results.length > 0 && results.every((one) => one === "skipped") ? "skipped" : "success";
}

/** What `success()` and `failure()` of a job see of the jobs that it needs. */
function statusOf(results: readonly Result[]): Status {
  if (results.includes("failure")) return "failure";
  if (results.includes("cancelled")) return "cancelled";
  return results.includes("skipped") ? "skipped" : "success";
}
