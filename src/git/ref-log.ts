import type { Instant, Oid } from "../model/basics.ts";
import { DEPTHS, fetchObjects } from "./fetch-objects.ts";
import { runGit } from "./git-process.ts";
import type { Repository } from "./repository.ts";
import { isShallow } from "./revisions.ts";

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
  const context = repository.context();
  for (const depth of DEPTHS) {
    if (context === null || isEnough(log) || !(await isShallow(repository))) break;
    await fetchObjects(context, { remote: from.remote, what: [from.ref], depth });
    log = await ask();
  }
  return log;
}
