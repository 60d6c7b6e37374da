import { GitHubError } from "./github-error.ts";

/** What is known of a request that failed. */
export interface FailedRequest {
  /** `POST /repos/acme/shop/issues/7/comments`. */
  readonly what: string;
  readonly token: string;
  /** The workflow that runs, as a path in the repository: named where a permission is missing. */
  readonly workflow: string | undefined;
}

/** Judges what a request of octokit's threw; whatever it does not know is our own bug and comes back as it is. */
export function readFailure(thrown: unknown, request: FailedRequest): unknown {
  if (thrown instanceof GitHubError || !(thrown instanceof Error)) return thrown;
  const failure = thrown as Partial<OctokitFailure> & Error;
  const clean = (text: string): string => (request.token === "" ? text : text.replaceAll(request.token, "***"));
  // GraphQL says no with a 200 and errors inside; where the limit is used up the throttling hands its answer on as `data`.
  const errors = failure.errors ?? failure.data?.errors;
  if (Array.isArray(errors)) return graphqlFailure(errors, request, clean);
  if (typeof failure.status !== "number") return thrown;
  const { status } = failure;
  if (failure.response === undefined) {
    const why = clean(failure.message);
    return new GitHubError("unreachable", {
      summary: "GitHub did not answer",
      detail: `${request.what}: ${why}`,
      hint: LATER,
    });
  }
  const headers = failure.response.headers;
  const words = clean(inWords(failure.response.data));
  const detail = `${request.what}: ${status} ${words}`;
  if (status >= 500)
    return new GitHubError("unreachable", { summary: "GitHub could not answer", detail, hint: LATER, status });
  if (isRateLimit(status, headers, words)) {
    return new GitHubError("rate-limited", {
      summary: "GitHub asks for a pause",
      detail,
      hint: pause(headers),
      status,
    });
  }
  if (status === 401) {
    return new GitHubError("not-permitted", {
      summary: "GitHub does not accept the token",
      detail,
      hint: "the token may have expired, or be for another server: make a new one",
      status,
    });
  }
  if (status === 403) {
    const accepted = headers["x-accepted-github-permissions"];
    return new GitHubError("not-permitted", { ...lacking(accepted, request.workflow), detail, status });
  }
  if (status === 404) {
    return new GitHubError("not-found", {
      summary: "GitHub has nothing there",
      detail,
      hint: "GitHub answers the same where the token may not look: check the name, and what the token may read",
      status,
    });
  }
  return new GitHubError("refused", { summary: "GitHub refused", detail, status });
}

interface OctokitFailure {
  readonly status: number;
  readonly response: { readonly headers: Readonly<Record<string, string | undefined>>; readonly data: unknown };
  readonly errors: readonly { readonly type?: string; readonly message: string }[];
  readonly data: { readonly errors?: OctokitFailure["errors"] };
}

const LATER = "run it again in a while; https://www.githubstatus.com tells whether GitHub is at fault";

/** Source: docs.github.com, "Rate limits for the REST API". */
function isRateLimit(status: number, headers: OctokitFailure["response"]["headers"], words: string): boolean {
  if (status === 429) return true;
  return status === 403 && (headers["x-ratelimit-remaining"] === "0" || /rate limit|abuse detection/i.test(words));
}

function pause(headers: OctokitFailure["response"]["headers"]): string {
  const seconds = Number(headers["retry-after"]);
  if (Number.isSafeInteger(seconds) && seconds > 0) return `run it again in ${seconds} seconds`;
  const reset = Number(headers["x-ratelimit-reset"]);
  if (Number.isSafeInteger(reset) && reset > 0 && reset < 1e11) {
    return `run it again after ${new Date(reset * 1_000).toISOString()}`;
  }
  return "run it again in some minutes";
}

/**
 * `pull_requests=write,contents=read; issues=write` as the `permissions:` of a workflow are written. Source of the header:
 * docs.github.com, "Troubleshooting the REST API": sets parted by `;`, of which one is enough.
 */
function lacking(accepted: string | undefined, workflow: string | undefined): { summary: string; hint: string } {
  const sets = (accepted ?? "").split(";").map((set) => [...set.matchAll(/(\w+)=(read|write|admin)/g)].map(asWritten));
  const wanted = sets.filter((set) => set.length > 0).map((set) => set.map((one) => `\`${one}\``).join(" and "));
  if (wanted.length === 0) {
    return {
      summary: "the token may not do this",
      hint: "give it the permission, under `permissions:` of the job or where the token was made",
    };
  }
  const place = workflow ?? "its file below .github/workflows/";
  return {
    summary: `the token lacks ${wanted.join(", or ")}`,
    hint: `add it under \`permissions:\` of the job in ${place}; a pull request from a fork never gets more than \`read\``,
  };
}

function asWritten([, name = "", level = ""]: RegExpMatchArray): string {
  return `${name.replaceAll("_", "-")}: ${level}`;
}

/** GitHub's own words: the message, and the reason of each error below it. */
function inWords(data: unknown): string {
  if (typeof data === "string") return data.startsWith("<") ? "" : data;
  if (typeof data !== "object" || data === null) return "";
  const { message, errors } = data as { message?: unknown; errors?: unknown };
  const reasons = (Array.isArray(errors) ? errors : []).map((error: unknown) => {
    if (typeof error === "string") return error;
    const { message, resource, field, code } = (error ?? {}) as Readonly<Record<string, unknown>>;
    return typeof message === "string"
      ? message
      : [resource, field, code].filter((part) => part !== undefined).join(" ");
  });
  return [typeof message === "string" ? message : "", ...reasons].filter((part) => part !== "").join(": ");
}

function graphqlFailure(
  errors: OctokitFailure["errors"],
  request: FailedRequest,
  clean: (text: string) => string,
): GitHubError {
  const detail = `${request.what}: ${clean(errors.map((error) => error.message).join("; "))}`;
  switch (errors[0]?.type) {
    case "FORBIDDEN":
    case "INSUFFICIENT_SCOPES":
      return new GitHubError("not-permitted", { ...lacking(undefined, request.workflow), detail });
    case "NOT_FOUND":
      return new GitHubError("not-found", { summary: "GitHub has nothing there", detail });
    case "RATE_LIMITED":
      return new GitHubError("rate-limited", { summary: "GitHub asks for a pause", detail, hint: pause({}) });
    default:
      return new GitHubError("refused", { summary: "GitHub refused", detail });
  }
}
