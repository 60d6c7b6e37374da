import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import type { Ms } from "../model/basics.ts";
import { GitError, kindOf } from "./git-error.ts";

/** The variables a process runs with: `process.env`, handed in by the faces. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where and with what Git runs. */
export interface GitContext {
  readonly cwd: string;
  readonly environment: Environment;
  /** Set where the repository is not the one that Git would find from `cwd`. */
  readonly gitDir?: string;
  readonly workTree?: string;
}

export interface GitResult {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/**
 * The user's own configuration may run programs of theirs (hooks, signing, pagers, monitors): none of them belongs to
 * our plumbing, where each would be a prompt that nobody sees, or a hook that refuses what no user wrote.
 */
const CALM: readonly string[] = [
  "--no-pager",
  "--no-replace-objects",
  "--literal-pathspecs",
  ...[
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.filesRefLockTimeout=2000",
    "commit.gpgSign=false",
    "push.gpgSign=false",
    "push.followTags=false",
    "push.recurseSubmodules=no",
    "fetch.recurseSubmodules=no",
    "fetch.prune=false",
    "gc.auto=0",
    // A transfer that trickles is a broken one: below 100 bytes a second for half a minute.
    "http.lowSpeedLimit=100",
    "http.lowSpeedTime=30",
    "maintenance.auto=false",
    "color.ui=false",
    "core.quotePath=false",
  ].flatMap((setting) => ["-c", setting]),
];

/** What a surrounding Git (we may run inside a hook of the user's) exports, and what would lead ours astray. */
const ASTRAY: readonly string[] = [
  "GIT_DIR",
  "GIT_WORK_TREE",
  "GIT_INDEX_FILE",
  "GIT_PREFIX",
  "GIT_COMMON_DIR",
  "GIT_NAMESPACE",
  "GIT_OBJECT_DIRECTORY",
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "GIT_QUARANTINE_PATH",
  "GIT_SHALLOW_FILE",
  "GIT_GRAFT_FILE",
  "GIT_REPLACE_REF_BASE",
  "GIT_LITERAL_PATHSPECS",
  "GIT_GLOB_PATHSPECS",
  "GIT_NOGLOB_PATHSPECS",
  "GIT_ICASE_PATHSPECS",
  "LANGUAGE",
  // A window that asks for a password is one more prompt that nobody sees. `GIT_ASKPASS` stays: workflows answer by it.
  "SSH_ASKPASS",
];

/**
 * Runs one Git command to its end. Throws a GitError when Git cannot be started or exits with a code that is not in
 * `allow` (0 by default), or runs longer than `timeoutMs`. `input` goes to its standard input.
 */
export async function runGit(
  context: GitContext,
  args: readonly string[],
  options: {
    readonly input?: Iterable<Uint8Array | string> | AsyncIterable<Uint8Array | string>;
    readonly allow?: readonly number[] | "any";
    readonly timeoutMs?: Ms;
  } = {},
): Promise<GitResult> {
  const child = startGit(context, args);
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
  const ended = new Promise<number>((resolve, reject) => {
    child.on("error", (error) => reject(couldNotStart(error)));
    child.on("close", (code) => resolve(code ?? 255));
  });
  let late = false;
  const { timeoutMs } = options;
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          late = true;
          endGroup(child);
        }, timeoutMs);
  // A child that ends before it has read everything breaks the pipe: its exit code tells the story.
  child.stdin.on("error", () => {});
  try {
    for await (const piece of options.input ?? [])
      if (!child.stdin.write(piece))
        await Promise.race([new Promise((resolve) => child.stdin.once("drain", resolve)), ended.catch(() => {})]);
  } catch (error) {
    // What was to be said cannot be said to its end: Git must not take what it has heard for the whole.
    endGroup(child);
    await ended.catch(() => {});
    clearTimeout(timer);
    throw error;
  }
  child.stdin.end();
  const code = await ended.finally(() => clearTimeout(timer));
  if (late) throw new GitError("unreachable", `git ${verbOf(args)} had not ended after ${timeoutMs} ms`);
  const result = { code, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString("utf8") };
  const allow = options.allow ?? [0];
  if (allow === "any" || allow.includes(code)) return result;
  throw gitFailed(args, result);
}

/** A running Git, for the plumbing that is spoken to over time. Errors arrive as its `error` event. */
export function startGit(context: GitContext, args: readonly string[]): ChildProcessWithoutNullStreams {
  const where = [
    ...(context.gitDir === undefined ? [] : [`--git-dir=${context.gitDir}`]),
    ...(context.workTree === undefined ? [] : [`--work-tree=${context.workTree}`]),
  ];
  return spawn("git", [...CALM, ...where, ...args], {
    cwd: context.cwd,
    env: calmEnvironment(context.environment),
    // A session of its own: no terminal to ask passwords on, and Ctrl-C does not tear a swap in two.
    detached: process.platform !== "win32",
    windowsHide: true,
  });
}

/** What a command that ended badly becomes. */
export function gitFailed(
  args: readonly string[],
  result: { readonly code: number; readonly stderr: string },
): GitError {
  return new GitError(kindOf(result.stderr), `git ${verbOf(args)} failed with exit code ${result.code}`, result.stderr);
}

function verbOf(args: readonly string[]): string {
  return args.find((argument) => /^[a-z][a-z-]+$/.test(argument)) ?? "command";
}

/** Git's own children (ssh, the HTTP transport) hold its pipes open: they go with it. */
function endGroup(child: ChildProcessWithoutNullStreams): void {
  try {
    if (child.pid !== undefined && process.platform !== "win32") process.kill(-child.pid, "SIGKILL");
    else child.kill("SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

export function couldNotStart(error: Error): GitError {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ENOENT"
    ? new GitError("missing-program", "Git could not be started: no `git` on the PATH, or the folder is gone")
    : new GitError("failed", `Git could not be started (${code ?? error.message})`);
}

export function calmEnvironment(environment: Environment): Record<string, string> {
  const calm: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment))
    if (value !== undefined && !ASTRAY.includes(name) && !name.startsWith("GIT_TRACE")) calm[name] = value;
  return { ...calm, LC_ALL: "C", GIT_TERMINAL_PROMPT: "0", GIT_OPTIONAL_LOCKS: "0", GCM_INTERACTIVE: "never" };
}
