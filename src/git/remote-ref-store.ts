import type { Ms, Oid } from "../model/basics.ts";
import type { RenewingRefStore, Swap, SwapRequest } from "../model/ref-store.ts";
import { objectTree } from "./commit-tree.ts";
import { fetchObjects } from "./fetch-objects.ts";
import { GitError } from "./git-error.ts";
import { type GitContext, runGit } from "./git-process.ts";
import { memoryTree } from "./memory-ref-store.ts";
import { pushCommit } from "./push-commit.ts";
import type { Repository } from "./repository.ts";
import { isShallow } from "./revisions.ts";
import { checkRef, checkSwap, NONCE_TRAILER } from "./swap-request.ts";
import { writeCommit } from "./write-commit.ts";

const ASK_MAX_MS: Ms = 30_000;
/** A push that broke is sent again as it is: the same commit under the same lease cannot be applied twice. */
const PUSH_ATTEMPTS_MAX = 3;
/** A ref may move between our asking and our fetching. */
const FETCH_ATTEMPTS_MAX = 5;
/** How far back a nonce is looked for: swaps by others within the moment in which a connection broke. */
const ANCESTRY_MAX = 200;

/**
 * Refs of a remote: the State that a team shares. What is fetched and pushed leaves the user's branches alone; a ref of
 * ours, `refs/fairlead/remotes/...`, keeps it from being fetched twice. A shallow clone (a workflow's) stays shallow.
 *
 * Throws a GitError where the remote is out of reach for a read, asks for credentials that nobody gave, or has rules or
 * hooks that refuse the push. A push whose answer was lost is settled by looking for its nonce in the tip's ancestry.
 */
export function remoteRefStore(repository: Repository, remote: string): RenewingRefStore {
  const { objects } = repository;

  const context = (): GitContext => {
    const where = repository.context();
    if (where === null) throw new GitError("no-remote", `the folder ${repository.root} has no remote \`${remote}\``);
    return where;
  };
  const has = async (oid: Oid): Promise<boolean> => (await objects.find(`${oid}^{commit}`)) !== null;

  const tipOf = async (ref: string): Promise<Oid | null> => {
    const args = ["ls-remote", "--refs", "--", remote, ref];
    const { stdout } = await runGit(context(), args, { timeoutMs: ASK_MAX_MS });
    for (const line of stdout.toString("utf8").split("\n")) {
      const [oid, name] = line.split("\t");
      if (name === ref && oid) return oid;
    }
    return null;
  };

  /** The remote's tip, with its objects here. */
  const fetchTip = async (ref: string): Promise<Oid | null> => {
    for (let attempt = 1; attempt <= FETCH_ATTEMPTS_MAX; attempt++) {
      const tip = await tipOf(ref);
      if (tip === null || (await has(tip))) return tip;
      await fetchRef(ref, (await isShallow(repository)) ? 1 : null);
      if (await has(tip)) {
        // Only spares the next fetch; another process may be faster, or the folder read-only.
        await runGit(context(), ["update-ref", "--no-deref", keptRef(remote, ref), tip], { allow: "any" });
        return tip;
      }
    }
    throw new GitError("unreachable", `${ref} of ${remote} moves faster than it can be fetched`);
  };

  const fetchRef = async (ref: string, depth: number | null): Promise<void> => {
    try {
      await fetchObjects(context(), { remote, what: [ref], depth });
    } catch (error) {
      // A ref that has gone since we asked is no failure: asking again will tell.
      if (!(error instanceof GitError) || !/couldn't find remote ref/.test(error.message)) throw error;
    }
  };

  /** What became of a push that told us nothing; null: it has not arrived, so far. */
  const settle = async (request: SwapRequest, pushed: Oid): Promise<Swap | null> => {
    const tip = await tipOf(request.ref);
    if (tip === pushed) return { is: "won", oid: pushed };
    if (tip === request.expected) return null;
    if (tip === null) return { is: "unknown" };
    if (!(await has(tip))) await fetchRef(request.ref, (await isShallow(repository)) ? ANCESTRY_MAX : null);
    const format = `--format=%H %(trailers:key=${NONCE_TRAILER},valueonly,separator=%x2C)`;
    const args = ["log", `--max-count=${ANCESTRY_MAX}`, format, "--end-of-options", tip, "--"];
    const log = await runGit(context(), args, { allow: "any" });
    const commits = log.stdout.toString("utf8").split("\n").filter(Boolean);
    for (const commit of commits) {
      const [oid = "", nonces = ""] = commit.split(" ");
      if (nonces.split(",").includes(request.nonce)) return { is: "won", oid };
      if (oid === request.expected) return { is: "conflict", oid: tip };
    }
    // The whole history of a ref that was to be created, and our nonce is not in it.
    if (request.expected === null && log.code === 0 && commits.length < ANCESTRY_MAX && !(await isShallow(repository)))
      return { is: "conflict", oid: tip };
    return { is: "unknown" };
  };

  return {
    async read(ref) {
      const oid = await fetchTip(ref);
      return { oid, tree: oid === null ? memoryTree(null, new Map()) : objectTree(objects, oid) };
    },
    async swap(request) {
      checkSwap(request);
      const { ref, expected } = request;
      // A commit can only be built on one that is here.
      if (expected !== null && !(await has(expected))) {
        const tip = await fetchTip(ref);
        if (tip !== expected) return { is: "conflict", oid: tip };
      }
      const oid = await writeCommit(repository, request);
      for (let attempt = 1; ; attempt++) {
        const pushed = await pushCommit(context(), { remote, ref, expected, oid });
        if (pushed.is === "done") return { is: "won", oid };
        // The lease is held against what the remote tells before anything is sent: nothing of ours can have arrived.
        if (pushed.is === "stale" && attempt === 1) return { is: "conflict", oid: await tipOf(ref) };
        const settled = await settle(request, oid).catch((error: unknown): Swap => {
          if (pushed.is === "refused" || !(error instanceof GitError)) throw error;
          return { is: "unknown" };
        });
        if (settled !== null) return settled;
        if (pushed.is === "refused") throw pushed.error;
        if (attempt === PUSH_ATTEMPTS_MAX) return { is: "unknown" };
      }
    },
    async renew({ keep, ...request }) {
      const { ref, expected } = request;
      checkSwap({ ...request, parent: "none" });
      checkRef(keep.ref);
      if (!(await has(expected))) {
        const tip = await fetchTip(ref);
        if (tip !== expected) return { is: "conflict", oid: tip };
      }
      const oid = await writeCommit(repository, { ...request, parent: "none" });
      // Git sends what a pushed commit's parents do not have: with a merge of both histories it finds that nothing is new.
      const both = { expected, parent: "expected", put: new Map(), merge: oid } as const;
      const kept = await writeCommit(repository, {
        ...both,
        nonce: request.nonce,
        message: `Keeps what was before ${ref}`,
      });
      for (let attempt = 1; attempt <= PUSH_ATTEMPTS_MAX; attempt++) {
        const pushed = await pushCommit(context(), { remote, ref, expected, oid, with: { ...keep, oid: kept } });
        if (pushed.is === "done") return { is: "won", oid };
        if (pushed.is === "refused") throw pushed.error;
        const tip = await tipOf(ref);
        if (tip === oid) return { is: "won", oid };
        if (tip !== expected || pushed.is === "stale") return { is: "conflict", oid: tip };
      }
      return { is: "unknown" };
    },
  };
}

/** `refs/heads/x` of `origin` → `refs/fairlead/remotes/origin/heads/x`. A remote may be given as a URL. */
export function keptRef(remote: string, ref: string): string {
  return `refs/fairlead/remotes/${remote.replace(/[^\w-]+/g, "-")}/${ref.replace(/^refs\//, "")}`;
}
