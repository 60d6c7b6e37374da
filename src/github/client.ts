import { retry } from "@octokit/plugin-retry";
import { throttling } from "@octokit/plugin-throttling";
import { Octokit } from "@octokit/rest";
import type { Ms } from "../model/basics.ts";
import { wholeAnswer } from "./answer.ts";
import { readFailure } from "./read-failure.ts";

/** How often a request is repeated that GitHub did not answer or answered with 5xx; a POST never is by itself. */
export const FAILURE_RETRIES_MAX = 3;
/** How often a request is repeated that GitHub turned away for a rate limit, and how long it may ask to wait. */
export const RATE_LIMIT_RETRIES_MAX = 3;
export const RATE_LIMIT_WAIT_MAX_MS: Ms = 15 * 60_000;
/** How long one request may take, its body included. */
const REQUEST_MAX_MS: Ms = 30_000;

/** What the faces hand in; in GitHub Actions it comes out of the environment named beside each. */
export interface GitHubOptions {
  /** `owner/name`, as in `GITHUB_REPOSITORY`. */
  readonly repository: string;
  /** `GITHUB_TOKEN` or another's. */
  readonly token: string;
  /** `GITHUB_API_URL`; `https://HOST/api/v3` on a server of one's own. */
  readonly apiUrl?: string;
  /** `GITHUB_SERVER_URL`, where people look. */
  readonly serverUrl?: string;
  /** The path of the workflow that runs, out of `GITHUB_WORKFLOW_REF`; named where a permission is missing. */
  readonly workflow?: string;
  /** `fairlead/VERSION`. */
  readonly userAgent?: string;
  /** Told before each wait. */
  readonly onWait?: (wait: GitHubWait) => void;
  /** For tests: how long a second of waiting lasts, and a request may. With it, writes are not spaced out either. */
  readonly pace?: { readonly secondMs: Ms; readonly requestMaxMs?: Ms };
}

export interface GitHubWait {
  readonly why: "rate-limit" | "failure";
  readonly seconds: number;
  /** `GET /repos/…`, without a query. */
  readonly what: string;
}

type OctokitPlugin = (typeof Octokit)["plugins"][number];
type Rest = InstanceType<typeof Octokit>["rest"];
type Reads<T> = {
  readonly [K in keyof T as K extends `${"get" | "list" | "check" | "compare"}${string}` ? K : never]: T[K];
};

/** GitHub for those who only look: its type has no method that changes anything, and at run time it refuses all but reads. */
export interface GitHubReader {
  /** The repository, as parameters of nearly every call. */
  readonly here: { readonly owner: string; readonly repo: string };
  /** Without a slash at its end. */
  readonly serverUrl: string;
  readonly rest: { readonly [Area in keyof Rest]: Reads<Rest[Area]> };
  readonly paginate: InstanceType<typeof Octokit>["paginate"];
  /** A GraphQL query. */
  query<T>(text: string, variables?: Readonly<Record<string, unknown>>): Promise<T>;
}

/** GitHub for those who also write. */
export interface GitHubClient extends GitHubReader {
  readonly rest: Rest;
  /** A GraphQL mutation; only ones that may be repeated, since a lost answer repeats it. */
  mutate<T>(text: string, variables?: Readonly<Record<string, unknown>>): Promise<T>;
  /** Waits as long as before the given repetition (1, 2, …) of a failed request, and tells so. */
  waitBefore(repetition: number, what: string): Promise<void>;
}

/**
 * A client for one repository. Every failure is a GitHubError. Rate limits are waited for and lost answers asked again, within
 * the bounds above; a POST whose answer is lost is not repeated here, since it might be done twice: see `once.ts`.
 */
export function githubClient(options: GitHubOptions): GitHubClient {
  return connect(options, false);
}

/** The same, for planning and for runs of forks: whatever would write is an error of ours before it leaves the process. */
export function githubReader(options: GitHubOptions): GitHubReader {
  return connect(options, true);
}

const Client = Octokit.plugin(tellFailures as OctokitPlugin, retry, throttling);

function connect(options: GitHubOptions, readOnly: boolean): GitHubClient {
  const [owner = "", repo = ""] = options.repository.split("/");
  const secondMs = options.pace?.secondMs ?? 1_000;
  const onWait = options.onWait ?? (() => {});
  const onLimit = (seconds: number, request: unknown, _: unknown, repetitions: number): boolean => {
    if (repetitions >= RATE_LIMIT_RETRIES_MAX || seconds * 1_000 > RATE_LIMIT_WAIT_MAX_MS) return false;
    onWait({ why: "rate-limit", seconds, what: inShort(request as Requested) });
    return true;
  };
  const octokit = new Client({
    auth: options.token,
    baseUrl: (options.apiUrl ?? "https://api.github.com").replace(/\/+$/, ""),
    userAgent: options.userAgent ?? "fairlead",
    log: SILENT,
    request: { fetch: wholeAnswer(options.pace?.requestMaxMs ?? REQUEST_MAX_MS) },
    onWait,
    retry: { retries: FAILURE_RETRIES_MAX, retryAfterBaseValue: secondMs, doNotRetry: NOT_AGAIN },
    throttle: {
      onRateLimit: onLimit,
      onSecondaryRateLimit: onLimit,
      retryAfterBaseValue: secondMs,
      // A cast, since of the limiter's type only what the plugin calls is there.
      ...(options.pace === undefined ? {} : ({ write: UNPACED, notifications: UNPACED } as object)),
    },
  });
  // Registered last, so it sees what is left when the repetitions are over.
  octokit.hook.wrap("request", async (request, asked) => {
    const method = asked.method;
    const isGraphql = /\/graphql$/.test(asked.url);
    if (readOnly && method !== "GET" && !(isGraphql && /^\s*query\b/.test(String(asked["query"])))) {
      throw new Error(`a reader of GitHub was asked for ${inShort(asked)}`);
    }
    if (method === "POST" && !isGraphql) asked.request = { retries: 0, ...asked.request };
    try {
      return await request(asked);
    } catch (thrown) {
      throw readFailure(thrown, { what: inShort(asked), token: options.token, workflow: options.workflow });
    }
  });
  const graphql = async <T>(text: string, variables: Readonly<Record<string, unknown>> = {}): Promise<T> => {
    try {
      return await octokit.graphql<T>(text, variables);
    } catch (thrown) {
      throw readFailure(thrown, { what: "POST /graphql", token: options.token, workflow: options.workflow });
    }
  };
  return {
    here: { owner, repo },
    serverUrl: (options.serverUrl ?? "https://github.com").replace(/\/+$/, ""),
    rest: octokit.rest,
    paginate: octokit.paginate,
    query: graphql,
    mutate: graphql,
    async waitBefore(repetition, what) {
      const seconds = repetition ** 2;
      onWait({ why: "failure", seconds, what });
      await new Promise((resolve) => setTimeout(resolve, seconds * secondMs));
    },
  };
}

/** Repeating cannot help, or (429) is the throttling's business. */
const NOT_AGAIN = [400, 401, 403, 404, 405, 409, 410, 413, 422, 429, 451];
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };
/** Stands in for the limiter that spaces writes a second apart, as GitHub asks of us and no fake does. */
const UNPACED = {
  key: () => ({ schedule: <T>(_: unknown, work: (...given: never[]) => T, ...given: never[]): T => work(...given) }),
};

interface Requested {
  readonly method: string;
  readonly url: string;
  readonly request?: Readonly<Record<string, unknown>>;
}

/** Tells each failure that the retry plugin is going to repeat; in front of it, since it tells nobody. */
function tellFailures(
  { hook }: Pick<Octokit, "hook">,
  options: { readonly onWait?: NonNullable<GitHubOptions["onWait"]> },
): void {
  hook.error("request", (error, asked) => {
    const { retryCount, retries = FAILURE_RETRIES_MAX } = asked.request as Readonly<Record<string, unknown>>;
    const done = Number(retryCount ?? 0);
    const status = "status" in error ? Number(error.status) : 0;
    if (status >= 500 && done < Number(retries)) {
      options.onWait?.({ why: "failure", seconds: (done + 1) ** 2, what: inShort(asked) });
    }
    throw error;
  });
}

function inShort({ method, url, ...parameters }: Requested): string {
  const filled = url.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = (parameters as Readonly<Record<string, unknown>>)[name];
    return value === undefined ? whole : String(value);
  });
  return `${method} ${filled.replace(/\?.*$/, "").replace(/^https?:\/\/[^/]+/, "")}`;
}
