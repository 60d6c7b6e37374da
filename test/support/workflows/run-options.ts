import type { Action } from "./action.ts";
import type { ConcurrencyGroups } from "./concurrency.ts";
import type { Granted } from "./permissions.ts";
import type { Annotation } from "./workflow-commands.ts";

/** What a run needs of the world. */
export interface RunOptions {
  /** The workflow: a file on disk, or its text; `path` is its place in the repository. */
  readonly file?: string;
  readonly yaml?: string;
  readonly path?: string;
  readonly event: WorkflowEvent;
  /** Told from the event where it is left out, as at GitHub. */
  readonly ref?: string;
  readonly sha?: string;
  readonly repository: Repository;
  /** Where others are cloned from, by `owner/name`; else below the server. */
  readonly otherRepositories?: Readonly<Record<string, string>>;
  /** Makes the job's GITHUB_TOKEN. It is asked once a job, with what the job may do. */
  readonly mintToken: (permissions: Granted, job: TokenJob) => string;
  readonly urls: { readonly api: string; readonly server: string; readonly graphql?: string };
  /** The repository's. A pull request from a fork is given none. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly vars?: Readonly<Record<string, string>>;
  /** The repository's environments; one that is not named has nothing and asks nobody. */
  readonly environments?: Readonly<Record<string, EnvironmentRules>>;
  /** By the name before the `@`; added to checkout, setup-node and the repository's own actions. */
  readonly actions?: Readonly<Record<string, Action>>;
  /** Of a `workflow_call`. Those of a `workflow_dispatch` are in its payload. */
  readonly inputs?: Readonly<Record<string, unknown>>;
  /** What the machine has in its environment besides: it is there in every step. */
  readonly env?: Readonly<Record<string, string>>;
  /** Folders that are first on the machine's path. */
  readonly tools?: readonly string[];
  /** Kills the machine: SIGKILL for the running step's process group, and nothing after it, not even a clean-up. */
  readonly signal?: AbortSignal;
  /** Cancels the run as a person would: the running step is asked to end, `always()` steps still run. */
  readonly cancel?: AbortSignal;
  /** How long a cancelled step has after SIGINT, and then after SIGTERM; the runner's 7500 and 2500 unless told. */
  readonly cancelGraceMs?: readonly [number, number];
  /** Shared by runs that are to queue behind each other. */
  readonly concurrency?: ConcurrencyGroups;
  readonly actor?: string;
  readonly runId?: number;
  readonly runNumber?: number;
  readonly runAttempt?: number;
  /** A machine of one's own, which stays: jobs that run on its label run in its folder. Any other job gets a new machine. */
  readonly machine?: { readonly label: string; readonly folder: string };
  /** Every line as it is printed. */
  readonly onLine?: (line: { readonly job: string; readonly step: string; readonly text: string }) => void;
}

export interface WorkflowEvent {
  readonly name: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

export interface Repository {
  /** Where it is cloned from: a URL, or a bare repository's folder. */
  readonly url: string;
  /** `owner/name`. */
  readonly fullName: string;
  readonly defaultBranch: string;
}

export interface TokenJob {
  readonly id: string;
  readonly name: string;
  readonly environment: string | null;
  readonly fromFork: boolean;
}

export interface EnvironmentRules {
  readonly secrets?: Readonly<Record<string, string>>;
  readonly vars?: Readonly<Record<string, string>>;
  /** Whether a job may go on into it: branch rules and reviewers. */
  readonly allows?: (job: {
    readonly name: string;
    readonly ref: string;
    readonly actor: string;
  }) => boolean | Promise<boolean>;
}

export type Result = "success" | "failure" | "cancelled" | "skipped";

export interface RunResult {
  readonly id: number;
  readonly name: string;
  readonly path: string;
  readonly sha: string;
  readonly ref: string;
  readonly conclusion: Result;
  readonly jobs: readonly JobResult[];
}

export interface JobResult {
  readonly id: string;
  readonly name: string;
  readonly matrix: Readonly<Record<string, unknown>> | null;
  readonly result: Result;
  /** Why it has this result, where no step tells. */
  readonly reason?: string;
  readonly environment: string | null;
  readonly permissions: Granted;
  readonly steps: readonly StepResult[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly annotations: readonly Annotation[];
}

export interface StepResult {
  readonly id: string;
  readonly name: string;
  /** Before `continue-on-error`. */
  readonly outcome: Result;
  readonly conclusion: Result;
  /** What it printed, with secrets masked. */
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  /** The workflow commands that its log gave and the runner obeyed, by name. */
  readonly obeyed: readonly string[];
}
