import type { Instant, Oid } from "../model/basics.ts";
import type { GitHubClient, GitHubReader } from "./client.ts";
import { everyItem } from "./every-item.ts";
import { GitHubError } from "./github-error.ts";
import { createOnce } from "./once.ts";

/** How many other open pull requests are looked at for files that they share with one. */
export const OTHERS_MAX = 100;

export interface PullRequest {
  readonly number: number;
  readonly title: string;
  readonly url: string;
  readonly state: "open" | "closed";
  readonly isDraft: boolean;
  /** Null: it was not merged; a closed one need not be. */
  readonly mergedAt: Instant | null;
  /** Login. Empty where the account is gone. */
  readonly author: string;
  /** `repository` is `owner/name`; null where the fork is gone. */
  readonly head: { readonly sha: Oid; readonly ref: string; readonly repository: string | null };
  /** `sha`: the base's tip as GitHub last saw it for this pull request. */
  readonly base: { readonly ref: string; readonly sha: Oid };
  /** Merged: the commit on the base. Open: GitHub's merge on trial, null where it conflicts or is not made yet. */
  readonly mergeCommit: Oid | null;
}

/** Open pull requests from a branch, `owner` being the head repository's. Newest first; usually one or none. */
export async function openPullRequestsFrom(
  client: GitHubReader,
  { owner, branch }: { readonly owner: string; readonly branch: string },
): Promise<PullRequest[]> {
  const asked = { ...client.here, state: "open", head: `${owner}:${branch}`, per_page: 100 } as const;
  const found: PullRequest[] = [];
  for await (const given of everyItem(client.paginate.iterator(client.rest.pulls.list, asked))) {
    // A filter that GitHub does not understand is no filter at all there.
    const headOwner = given.head.repo?.owner.login ?? "";
    if (given.head.ref === branch && headOwner.toLowerCase() === owner.toLowerCase()) found.push(read(given));
  }
  return found;
}

/** One pull request. A GitHubError `not-found` where there is none. */
export async function pullRequest(client: GitHubReader, number: number): Promise<PullRequest> {
  const { data } = await client.rest.pulls.get({ ...client.here, pull_number: number });
  return read(data);
}

/**
 * The merged pull requests that brought a commit to a branch: merge commit, squash, or one of several commits. Empty for a
 * commit that was pushed without one.
 */
export async function pullRequestsThatMerged(
  client: GitHubReader,
  { commit, base }: { readonly commit: Oid; readonly base: string },
): Promise<PullRequest[]> {
  const method = client.rest.repos.listPullRequestsAssociatedWithCommit;
  const asked = { ...client.here, commit_sha: commit, per_page: 100 };
  const found: PullRequest[] = [];
  for await (const given of everyItem(client.paginate.iterator(method, asked))) {
    // GitHub also lists what merely contains the commit: still open, or merged into another branch.
    if (given.merged_at !== null && given.base.ref === base) found.push(read(given));
  }
  return found;
}

export interface TouchingPullRequest {
  readonly pull: PullRequest;
  readonly files: readonly string[];
  /** False where it has more files than GitHub tells. */
  readonly isWhole: boolean;
}

/**
 * Other open pull requests into the same branch with the files that they touch (old names of renamed ones included), lately
 * updated first. `isComplete` is false where there are more than `max`, or one has more files than GitHub tells (3,000).
 */
export async function otherOpenPullRequests(
  client: GitHubReader,
  { except, base, max = OTHERS_MAX }: { readonly except: number; readonly base: string; readonly max?: number },
): Promise<{ readonly others: readonly TouchingPullRequest[]; readonly isComplete: boolean }> {
  const asked = { ...client.here, state: "open", base, sort: "updated", direction: "desc", per_page: 100 } as const;
  const others: TouchingPullRequest[] = [];
  let isComplete = true;
  for await (const given of everyItem(client.paginate.iterator(client.rest.pulls.list, asked))) {
    if (given.number === except) continue;
    if (others.length === max) return { others, isComplete: false };
    const files = await filesOf(client, given.number);
    isComplete &&= files.isComplete;
    others.push({ pull: read(given), files: files.paths, isWhole: files.isComplete });
  }
  return { others, isComplete };
}

/** GitHub lists this many files of a pull request and no more. Source: docs.github.com, "List pull requests files". */
const FILES_MAX = 3_000;

/** The paths that a pull request touches, in GitHub's order, old names of renamed files included. */
export async function filesOf(
  client: GitHubReader,
  number: number,
): Promise<{ readonly paths: readonly string[]; readonly isComplete: boolean }> {
  const asked = { ...client.here, pull_number: number, per_page: 100 };
  const paths: string[] = [];
  let count = 0;
  for await (const file of everyItem(client.paginate.iterator(client.rest.pulls.listFiles, asked))) {
    count += 1;
    paths.push(file.filename, ...(file.previous_filename === undefined ? [] : [file.previous_filename]));
  }
  return { paths, isComplete: count < FILES_MAX };
}

/**
 * Opens a pull request from a branch of this repository, or finds the open one that is there already (its words are left as
 * people may have changed them). Safe to repeat, and with another run at once.
 */
export async function openPullRequest(
  client: GitHubClient,
  wanted: { readonly branch: string; readonly base: string; readonly title: string; readonly body: string },
): Promise<{ readonly pull: PullRequest; readonly isNew: boolean }> {
  const find = async (): Promise<PullRequest | null> => {
    const open = await openPullRequestsFrom(client, { owner: client.here.owner, branch: wanted.branch });
    return open.find((pull) => pull.base.ref === wanted.base) ?? null;
  };
  const present = await find();
  if (present !== null) return { pull: present, isNew: false };
  const { branch, ...rest } = wanted;
  const create = async (): Promise<PullRequest> =>
    read((await client.rest.pulls.create({ ...client.here, head: branch, ...rest })).data);
  try {
    return { pull: await createOnce(client, { what: "opening the pull request", create, find }), isNew: true };
  } catch (error) {
    // 422 also says that somebody else has just opened it.
    const theirs = error instanceof GitHubError && error.status === 422 ? await find() : null;
    if (theirs === null) throw error;
    return { pull: theirs, isNew: false };
  }
}

/**
 * Closes the older open pull requests of the same author, from branches of this repository, whose branch `isReplaced` knows: each
 * with a word on what came in its place. Returns their numbers. Safe to repeat.
 */
export async function closeReplaced(
  client: GitHubClient,
  { by, isReplaced }: { readonly by: PullRequest; readonly isReplaced: (branch: string) => boolean },
): Promise<readonly number[]> {
  const asked = { ...client.here, state: "open", base: by.base.ref, per_page: 100 } as const;
  const closed: number[] = [];
  for await (const given of everyItem(client.paginate.iterator(client.rest.pulls.list, asked))) {
    const { number, author, head } = read(given);
    const isOlder = number < by.number && author === by.author && head.repository === by.head.repository;
    if (isOlder && isReplaced(head.ref)) closed.push(number);
  }
  for (const number of closed) {
    const body = `#${by.number} is in its place: it sets the same to a newer value.`;
    await client.rest.issues.createComment({ ...client.here, issue_number: number, body });
    await client.rest.pulls.update({ ...client.here, pull_number: number, state: "closed" });
  }
  return closed;
}

/** What is read of the answers that describe a pull request; they differ in what else they tell. */
interface Given {
  readonly number: number;
  readonly title: string;
  readonly html_url: string;
  readonly state: string;
  readonly draft?: boolean | undefined;
  readonly user: { readonly login: string } | null;
  readonly merged_at: string | null;
  readonly merge_commit_sha: string | null;
  readonly head: { readonly sha: string; readonly ref: string; readonly repo: { readonly full_name: string } | null };
  readonly base: { readonly sha: string; readonly ref: string };
}

function read(given: Given): PullRequest {
  return {
    number: given.number,
    title: given.title,
    url: given.html_url,
    state: given.state === "open" ? "open" : "closed",
    isDraft: given.draft ?? false,
    mergedAt: given.merged_at,
    author: given.user?.login ?? "",
    head: { sha: given.head.sha, ref: given.head.ref, repository: given.head.repo?.full_name ?? null },
    base: { ref: given.base.ref, sha: given.base.sha },
    mergeCommit: given.merge_commit_sha,
  };
}
