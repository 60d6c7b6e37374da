import type { Instant, Ms, Oid } from "../model/basics.ts";
import { GitError, kindOf } from "./git-error.ts";
import { runGit } from "./git-process.ts";
import type { Repository } from "./repository.ts";
import { isShallow } from "./revisions.ts";

const TRANSFER_MAX_MS: Ms = 120_000;
/** How many commits a shallow history grows to at a time, each time four times as many. */
const DEEPEN_FIRST = 64;
const DEEPEN_MAX = 16_384;
/** How many commits are looked through at most, however few of them are what is wanted. */
const COMMITS_MAX = 20_000;

/** One commit of a ref's log. Its texts are whoever's that could push there. */
export interface LogEntry {
  readonly oid: Oid;
  readonly at: Instant;
  readonly subject: string;
  /** The last trailer of the given key; null without one. */
  readonly trailer: string | null;
}

/**
 * The log of a commit by first parents, newest first; with `path` only the commits that change it. At most `COMMITS_MAX`.
 * Throws a GitError where the commit is not here.
 */
export async function refLog(
  repository: Repository,
  tip: Oid,
  { trailer, path }: { readonly trailer: string; readonly path?: string },
): Promise<readonly LogEntry[]> {
  const context = repository.context();
  if (context === null) return [];
  const format = `--format=%H%x00%ct%x00%(trailers:key=${trailer},valueonly,unfold)%x00%s`;
  const args = ["log", "-z", "--first-parent", `--max-count=${COMMITS_MAX}`, format, "--end-of-options", tip, "--"];
  // State's paths begin at the top of its own tree, whatever folder we stand in.
  const where = repository.prefix === "" ? context : { ...context, cwd: repository.gitDir };
  const { stdout } = await runGit(where, path === undefined ? args : [...args, path]);
  const fields = stdout.toString("utf8").split("\0");
  const entries: LogEntry[] = [];
  for (let at = 0; at + 3 < fields.length; at += 4) {
    const [oid = "", seconds = "0", trailers = "", subject = ""] = fields.slice(at, at + 4);
    const value = trailers.split("\n").filter(Boolean).at(-1) ?? null;
    entries.push({ oid, at: new Date(Number(seconds) * 1_000).toISOString(), subject, trailer: value });
  }
  return entries;
}

/**
 * Asks for a log, and again with more of it, until `isEnough`: a shallow clone has the newest commit alone, and what is missing
 * is fetched from the remote's ref. Without a remote, or where the history ends, it is what there is.
 */
export async function enoughOfLog<T>(
  repository: Repository,
  from: { readonly remote: string | null; readonly ref: string },
  ask: () => Promise<T>,
  isEnough: (log: T) => boolean,
): Promise<T> {
  let log = await ask();
  if (from.remote === null) return log;
  for (let depth = DEEPEN_FIRST; depth <= DEEPEN_MAX && !isEnough(log) && (await isShallow(repository)); depth *= 4) {
    await deepen(repository, from.remote, from.ref, depth);
    log = await ask();
  }
  return log;
}

async function deepen(repository: Repository, remote: string, ref: string, depth: number): Promise<void> {
  const context = repository.context();
  if (context === null) return;
  const quiet = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--refmap=", "--no-auto-maintenance"];
  const args = [...quiet, `--depth=${depth}`, "--", remote, ref];
  const result = await runGit(context, args, { timeoutMs: TRANSFER_MAX_MS, allow: "any" });
  if (result.code !== 0)
    throw new GitError(
      kindOf(result.stderr),
      `the history of ${ref} could not be fetched from ${remote}`,
      result.stderr,
    );
}
