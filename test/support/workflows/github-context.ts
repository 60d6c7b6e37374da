import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { BARE_ENVIRONMENT } from "../git-folder.ts";
import type { RunOptions } from "./run-options.ts";
import type { Workflow } from "./workflow.ts";

/** What every job of a run has in common. */
export interface Run {
  readonly id: number;
  readonly ref: string;
  readonly sha: string;
  readonly actor: string;
  readonly fromFork: boolean;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** The `github` context, without what is a job's own. */
  readonly github: Readonly<Record<string, unknown>>;
}

/** Run ids are counted up, so that two runs of a test are told apart. */
let lastRun = 1000;

/** Works out ref, commit and context of a run. Source: "Events that trigger workflows" in GitHub's documentation. */
export async function runOf(workflow: Workflow, options: RunOptions): Promise<Run> {
  const { event, repository, urls } = options;
  const ref = options.ref ?? refOf(options);
  const sha = options.sha ?? (await commitOf(options, ref));
  lastRun += 1;
  const id = options.runId ?? lastRun;
  const actor = options.actor ?? loginOf(event.payload) ?? "octocat";
  const pull = event.payload["pull_request"] as PullPayload | undefined;
  return {
    id,
    ref,
    sha,
    actor,
    fromFork: event.name === "pull_request" && pull?.head?.repo?.full_name !== pull?.base?.repo?.full_name,
    inputs: inputsOf(workflow, options),
    github: {
      event_name: event.name,
      event: event.payload,
      ref,
      ref_name: ref.replace(/^refs\/(heads|tags|pull)\//, ""),
      ref_type: ref.startsWith("refs/tags/") ? "tag" : "branch",
      ref_protected: false,
      sha,
      base_ref: pull?.base?.ref ?? "",
      head_ref: pull?.head?.ref ?? "",
      repository: repository.fullName,
      repository_id: "1",
      repository_owner: repository.fullName.split("/")[0],
      repository_owner_id: "1",
      repositoryUrl: `git://${new URL(urls.server).host}/${repository.fullName}.git`,
      run_id: String(id),
      run_number: String(options.runNumber ?? 1),
      run_attempt: String(options.runAttempt ?? 1),
      retention_days: "90",
      actor,
      actor_id: "1",
      triggering_actor: actor,
      workflow: workflow.name,
      workflow_ref: `${repository.fullName}/${workflow.path}@${ref}`,
      workflow_sha: sha,
      api_url: urls.api,
      server_url: urls.server,
      graphql_url: urls.graphql ?? `${urls.api}/graphql`,
      secret_source: "Actions",
    },
  };
}

interface PullPayload {
  readonly number?: number;
  readonly merge_commit_sha?: string;
  readonly head?: { readonly ref?: string; readonly repo?: { readonly full_name?: string } };
  readonly base?: { readonly ref?: string; readonly repo?: { readonly full_name?: string } };
}

function refOf({ event, repository }: RunOptions): string {
  const payload = event.payload as {
    readonly ref?: string;
    readonly pull_request?: PullPayload;
    readonly number?: number;
  };
  if (event.name === "pull_request") return `refs/pull/${payload.pull_request?.number ?? payload.number}/merge`;
  if (event.name === "push" && payload.ref !== undefined) return payload.ref;
  if (event.name === "workflow_dispatch" && payload.ref !== undefined)
    return payload.ref.startsWith("refs/") ? payload.ref : `refs/heads/${payload.ref}`;
  return `refs/heads/${repository.defaultBranch}`;
}

/** The event's own commit, else the tip of `ref` as anybody may read it; a remote that wants a token needs `sha`. */
async function commitOf({ event, repository }: RunOptions, ref: string): Promise<string> {
  const payload = event.payload as { readonly after?: string; readonly pull_request?: PullPayload };
  const known = event.name === "pull_request" ? payload.pull_request?.merge_commit_sha : undefined;
  if (known !== undefined) return known;
  if (event.name === "push" && payload.after !== undefined) return payload.after;
  // Never in the way of a server that the test's own process runs.
  const env = { ...BARE_ENVIRONMENT, GIT_TERMINAL_PROMPT: "0" } as NodeJS.ProcessEnv;
  const { stdout } = await promisify(execFile)("git", ["ls-remote", repository.url, ref], { env });
  const tip = stdout.split("\t")[0];
  if (!tip) throw new Error(`${repository.url} has no ${ref}; say which commit with \`sha\``);
  return tip;
}

function loginOf(payload: Readonly<Record<string, unknown>>): string | undefined {
  return (payload["sender"] as { readonly login?: string } | undefined)?.login;
}

/** Of a dispatch or a call: what was given, of the type that was declared, with the defaults. A missing one that is required throws. */
function inputsOf(workflow: Workflow, options: RunOptions): Record<string, unknown> {
  const trigger = options.inputs === undefined ? options.event.name : "workflow_call";
  if (trigger !== "workflow_dispatch" && trigger !== "workflow_call") return {};
  const declared = (workflow.on[trigger] as { inputs?: Record<string, InputDeclaration> } | null)?.inputs ?? {};
  const given = options.inputs ?? (options.event.payload["inputs"] as Record<string, unknown> | null) ?? {};
  for (const name of Object.keys(given))
    if (!Object.hasOwn(declared, name)) throw new Error(`Unexpected inputs provided: ["${name}"]`);
  return Object.fromEntries(
    Object.entries(declared ?? {}).map(([name, { type, required, default: standard }]) => {
      const value = given[name] ?? standard;
      if (required === true && (value === undefined || value === ""))
        throw new Error(`Required input '${name}' not provided`);
      if (type === "boolean") return [name, String(value) === "true"];
      return [name, type === "number" ? Number(value) : String(value ?? "")];
    }),
  );
}

interface InputDeclaration {
  readonly type?: string;
  readonly required?: boolean;
  readonly default?: unknown;
}
