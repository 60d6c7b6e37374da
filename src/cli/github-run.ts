import { appendFileSync, readFileSync } from "node:fs";
import type { Oid } from "../model/basics.ts";
import type { Diagnosed, Diagnostic } from "../model/diagnostic.ts";
import type { Face } from "./face.ts";

/** What GitHub Actions tells a job, read from its environment and event file. Nothing in it is trusted beyond what is said. */
export interface GitHubRun {
  /** `pull_request`, `workflow_run`, `push`, `workflow_dispatch`, `schedule`. */
  readonly eventName: string;
  /** The event's payload, as GitHub wrote it: parts of it are the words of whoever caused it. */
  readonly event: Json;
  /** `owner/name`. */
  readonly repository: string;
  readonly defaultBranch: string;
  readonly ref: string;
  readonly sha: Oid;
  /** Who set this run off, or did so again. */
  readonly actor: string;
  readonly serverUrl: string;
  readonly runUrl: string;
  /** The login by which the token writes. */
  readonly author: string;
  /** The app whose check runs are ours. */
  readonly app: string;
  /** Adds to the page of the run. */
  summarise(markdown: string): void;
  /** Gives a value on to later steps. */
  output(name: string, value: string): void;
}

/** A look into JSON that may have any shape. */
export interface Json {
  at(...path: readonly string[]): Json;
  /** A text, or a number in digits; null for anything else. */
  readonly text: string | null;
}

/** Null outside GitHub Actions; the diagnostics say what is missing. */
export function githubRun(face: Face): Diagnosed<GitHubRun | null> {
  const { env } = face;
  const needed = ["GITHUB_EVENT_PATH", "GITHUB_EVENT_NAME", "GITHUB_REPOSITORY", "GITHUB_SERVER_URL"];
  const missing = needed.filter((name) => !env[name]);
  if (missing.length > 0) return { value: null, diagnostics: [notInActions(missing)] };
  let payload: unknown;
  try {
    payload = JSON.parse(readFileSync(env["GITHUB_EVENT_PATH"] ?? "", "utf8"));
  } catch (error) {
    return { value: null, diagnostics: [noEvent(error)] };
  }
  const event = json(payload);
  const repository = env["GITHUB_REPOSITORY"] ?? "";
  const serverUrl = env["GITHUB_SERVER_URL"] ?? "";
  const append = (name: string, text: string): void => {
    const file = env[name];
    if (file) appendFileSync(file, text);
  };
  return {
    value: {
      eventName: env["GITHUB_EVENT_NAME"] ?? "",
      event,
      repository,
      defaultBranch: event.at("repository", "default_branch").text ?? "main",
      ref: env["GITHUB_REF"] ?? "",
      sha: env["GITHUB_SHA"] ?? "",
      actor: env["GITHUB_TRIGGERING_ACTOR"] ?? env["GITHUB_ACTOR"] ?? "",
      serverUrl,
      runUrl: `${serverUrl}/${repository}/actions/runs/${env["GITHUB_RUN_ID"] ?? "0"}`,
      author: env["FAIRLEAD_GITHUB_LOGIN"] ?? "github-actions[bot]",
      app: (env["FAIRLEAD_GITHUB_LOGIN"] ?? "github-actions[bot]").replace(/\[bot\]$/, ""),
      summarise: (markdown) => append("GITHUB_STEP_SUMMARY", `${markdown}\n`),
      output: (name, value) => append("GITHUB_OUTPUT", `${name}=${value}\n`),
    },
    diagnostics: [],
  };
}

function json(value: unknown): Json {
  return {
    at(...path) {
      let here = value;
      for (const key of path)
        here = typeof here === "object" && here !== null && Object.hasOwn(here, key) ? (here as never)[key] : undefined;
      return json(here);
    },
    text: typeof value === "string" ? value : typeof value === "number" ? String(value) : null,
  };
}

function notInActions(missing: readonly string[]): Diagnostic {
  return {
    code: "github-not-here",
    severity: "error",
    summary: "this command is for GitHub Actions",
    detail: `Not set: ${missing.join(", ")}.`,
    hint: "`fairlead plan` and `fairlead apply` are for everywhere else; `fairlead init` writes the workflows",
  };
}

function noEvent(error: unknown): Diagnostic {
  return {
    code: "github-not-here",
    severity: "error",
    summary: `the event of this run cannot be read: ${error instanceof Error ? error.message : String(error)}`,
  };
}
