import { type Call, invalid, notFound, Refusal, type Routes } from "./call.ts";
import {
  branchesOf,
  bring,
  broughtBy,
  changedFiles,
  commitAt,
  commitsBetween,
  isAncestor,
  mergedTree,
  moveRef,
  writeCommit,
} from "./forge-git.ts";
import { fill, type Json } from "./openapi.ts";
import { htmlUrl, labelJson, repositoryJson, sameName, userJson } from "./shapes.ts";
import type { Pull, World } from "./world.ts";

/** GitHub shows no more files of one pull request, in pages of at most a hundred. */
const FILES_MAX = 3_000;

export const pullRoutes: Routes = {
  "GET /repos/{owner}/{repo}/pulls": {
    needs: "pull_requests=read",
    answer({ world, query }) {
      const { state = "open", head, base, sort = "created", direction } = query;
      const [owner = "", branch] = (head ?? "").split(":");
      const found = world.pulls.filter(
        (pull) =>
          (state === "all" || pull.state === state) &&
          (base === undefined || pull.baseRef === base) &&
          // As on GitHub: a head without an owner is no filter at all.
          (owner === "" || branch === undefined || (sameName(pull.headOwner, owner) && pull.headRef === branch)),
      );
      const by = (pull: Pull): string => (sort === "updated" ? pull.updatedAt : pull.createdAt);
      found.sort((a, b) => by(a).localeCompare(by(b)) || a.number - b.number);
      if ((direction ?? (sort === "created" ? "desc" : "asc")) === "desc") found.reverse();
      return { list: found.map((pull) => pullJson(world, pull, "pull-request-simple")) };
    },
  },
  "POST /repos/{owner}/{repo}/pulls": {
    needs: "pull_requests=write",
    answer({ world, who, body }) {
      const given = String(body["head"]).split(":");
      const [owner, branch] = given.length === 2 ? given : [world.owner, given[0]];
      const pull = openPull(world, {
        owner: owner ?? "",
        branch: branch ?? "",
        base: String(body["base"]),
        title: String(body["title"] ?? ""),
        body: String(body["body"] ?? ""),
        draft: body["draft"] === true,
        author: who.login,
      });
      return { status: 201, body: pullJson(world, pull, "pull-request") };
    },
  },
  "GET /repos/{owner}/{repo}/pulls/{pull_number}": {
    needs: "pull_requests=read",
    answer: (call) => ({ body: pullJson(call.world, pullOf(call), "pull-request") }),
  },
  "PATCH /repos/{owner}/{repo}/pulls/{pull_number}": {
    needs: "pull_requests=write",
    answer(call) {
      const pull = pullOf(call);
      const { title, body, state } = call.body;
      if (typeof title === "string") pull.title = title;
      if (typeof body === "string") pull.body = body;
      if (state === "closed" || (state === "open" && pull.mergedAt === null)) pull.state = state;
      pull.updatedAt = call.world.now();
      return { body: pullJson(call.world, pull, "pull-request") };
    },
  },
  "GET /repos/{owner}/{repo}/pulls/{pull_number}/files": {
    needs: "pull_requests=read",
    answer(call) {
      const pull = pullOf(call);
      return { list: filesOf(call.world, pull) };
    },
  },
  "PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge": {
    needs: "contents=write",
    answer(call) {
      const pull = pullOf(call);
      const { sha, merge_method: method = "merge", commit_title: title } = call.body;
      if (typeof sha === "string" && sha !== pull.headSha) {
        throw new Refusal(409, "Head branch was modified. Review and try the merge again.");
      }
      const commit = mergePull(call.world, pull, {
        method: String(method),
        by: call.who.login,
        ...(typeof title === "string" ? { title } : {}),
      });
      return { body: { sha: commit, merged: true, message: "Pull Request successfully merged" } };
    },
  },
  "GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews": {
    needs: "pull_requests=read",
    answer(call) {
      const { number } = pullOf(call);
      return {
        list: call.world.reviews
          .filter((review) => review.number === number)
          .map((review) =>
            fill("pull-request-review", {
              id: review.id,
              user: userJson(review.author),
              body: review.body,
              state: review.state,
              commit_id: review.commit,
              submitted_at: review.at,
            }),
          ),
      };
    },
  },
  "GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls": {
    needs: "pull_requests=read,contents=read",
    answer({ world, path }) {
      const commit = commitAt(world.folder, path["commit_sha"] ?? "");
      if (commit === null) throw new Refusal(422, `No commit found for SHA: ${path["commit_sha"]}`);
      const landed = isAncestor(world.folder, commit, `refs/heads/${world.defaultBranch}`);
      const found = world.pulls.filter((pull) =>
        landed
          ? pull.mergedAt !== null && pull.brought.includes(commit)
          : pull.state === "open" && commitsBetween(world.folder, pull.baseSha, pull.headSha).includes(commit),
      );
      return { list: found.map((pull) => pullJson(world, pull, "pull-request-simple")) };
    },
  },
};

export function openPull(
  world: World,
  given: {
    readonly owner: string;
    readonly branch: string;
    readonly base: string;
    readonly title: string;
    readonly body: string;
    readonly author: string;
    readonly draft: boolean;
  },
): Pull {
  const fork = world.forks.get(given.owner);
  const headSha = fork === undefined ? null : commitAt(fork.folder, `refs/heads/${given.branch}`);
  const baseSha = commitAt(world.folder, `refs/heads/${given.base}`);
  if (fork === undefined || headSha === null) throw invalid("PullRequest", "head", "head is invalid", "invalid");
  if (baseSha === null) throw invalid("PullRequest", "base", "base is invalid", "invalid");
  const label = `${given.owner}:${given.branch}`;
  const isSame = (pull: Pull): boolean =>
    pull.state === "open" &&
    pull.headOwner === given.owner &&
    pull.headRef === given.branch &&
    pull.baseRef === given.base;
  if (world.pulls.some(isSame)) {
    throw invalid("PullRequest", "head", `A pull request already exists for ${label}.`);
  }
  const number = nextNumber(world);
  bring(world.folder, fork.folder, given.branch, `refs/pull/${number}/head`);
  if (isAncestor(world.folder, headSha, baseSha)) {
    throw invalid("PullRequest", "head", `No commits between ${given.base} and ${given.branch}`);
  }
  const at = world.now();
  const { branch, owner, base, ...rest } = given;
  const pull: Pull = {
    ...rest,
    number,
    id: world.nextId(),
    headOwner: owner,
    headRef: branch,
    headSha,
    baseRef: base,
    baseSha,
    state: "open",
    mergedAt: null,
    mergedBy: null,
    mergeCommit: null,
    tried: "",
    brought: [],
    labels: [],
    createdAt: at,
    updatedAt: at,
  };
  world.pulls.push(pull);
  followGit(world);
  return pull;
}

/** Issues and pull requests share their numbers. */
export function nextNumber(world: World): number {
  return Math.max(0, ...world.pulls.map((pull) => pull.number), ...world.issues.map((issue) => issue.number)) + 1;
}

/** Brings what is open up to what was pushed since: heads, merges on trial, and what was merged by hand. */
export function followGit(world: World): void {
  const open = world.pulls.filter((pull) => pull.state === "open");
  if (open.length === 0) return;
  const bases = branchesOf(world.folder);
  const heads = new Map([[world.owner, bases]]);
  for (const pull of open) {
    const fork = world.forks.get(pull.headOwner);
    if (fork !== undefined && !heads.has(pull.headOwner)) heads.set(pull.headOwner, branchesOf(fork.folder));
    const head = heads.get(pull.headOwner)?.get(pull.headRef);
    if (fork !== undefined && head !== undefined && head !== pull.headSha) {
      bring(world.folder, fork.folder, pull.headRef, `refs/pull/${pull.number}/head`);
      pull.headSha = head;
      pull.updatedAt = world.now();
    }
    const base = bases.get(pull.baseRef);
    if (base === undefined) continue;
    if (isAncestor(world.folder, pull.headSha, base)) {
      const commit = broughtBy(world.folder, pull.headSha, base);
      recordMerge(world, pull, { commit, before: pull.baseSha, by: pull.author });
      continue;
    }
    if (pull.tried === `${base} ${pull.headSha}`) continue;
    pull.tried = `${base} ${pull.headSha}`;
    pull.baseSha = base;
    const tree = mergedTree(world.folder, base, pull.headSha);
    pull.mergeCommit =
      tree === null
        ? null
        : writeCommit(world.folder, {
            tree,
            parents: [base, pull.headSha],
            message: `Merge ${pull.headSha} into ${base}`,
            author: "web-flow",
            date: pull.createdAt,
          });
    if (pull.mergeCommit !== null) moveRef(world.folder, `refs/pull/${pull.number}/merge`, pull.mergeCommit);
  }
}

/** Merges as the button does: `merge` or `squash`. Returns the commit on the base. */
export function mergePull(
  world: World,
  pull: Pull,
  { method, by, title }: { readonly method: string; readonly by: string; readonly title?: string },
): string {
  if (pull.state !== "open") throw new Refusal(405, "Pull Request is not mergeable");
  if (method === "rebase") throw new Refusal(405, "Rebase merges are not allowed on this repository.");
  followGit(world);
  const ref = `refs/heads/${pull.baseRef}`;
  const base = commitAt(world.folder, ref) ?? "";
  const tree = mergedTree(world.folder, base, pull.headSha);
  if (tree === null || pull.draft) throw new Refusal(405, "Pull Request is not mergeable");
  const squash = method === "squash";
  const subject = squash
    ? `${pull.title} (#${pull.number})`
    : `Merge pull request #${pull.number} from ${pull.headOwner}/${pull.headRef}`;
  const commit = writeCommit(world.folder, {
    tree,
    parents: squash ? [base] : [base, pull.headSha],
    message: `${title ?? subject}\n\n${squash ? pull.body : pull.title}\n`,
    author: by.replace(/\[bot\]$/, ""),
    date: world.now(),
  });
  if (!moveRef(world.folder, ref, commit, base))
    throw new Refusal(409, "Base branch was modified. Review and try the merge again.");
  recordMerge(world, pull, { commit, before: base, by });
  return commit;
}

function recordMerge(
  world: World,
  pull: Pull,
  { commit, before, by }: { readonly commit: string; readonly before: string; readonly by: string },
): void {
  pull.brought = commitsBetween(world.folder, before, commit);
  pull.baseSha = before;
  pull.state = "closed";
  pull.mergedAt = world.now();
  pull.updatedAt = pull.mergedAt;
  pull.mergedBy = by;
  pull.mergeCommit = commit;
}

export function filesOf(world: World, pull: Pull): Json[] {
  return changedFiles(world.folder, pull.baseSha, pull.headSha)
    .slice(0, FILES_MAX)
    .map((file) =>
      fill("diff-entry", {
        sha: file.blob,
        filename: file.path,
        status: file.status,
        additions: file.additions,
        deletions: file.deletions,
        changes: file.additions + file.deletions,
        ...(file.previous === undefined ? {} : { previous_filename: file.previous }),
      }),
    );
}

function pullOf({ world, path }: Call): Pull {
  const pull = world.pulls.find((one) => one.number === Number(path["pull_number"]));
  if (pull === undefined) throw notFound();
  return pull;
}

export function pullJson(world: World, pull: Pull, schema: "pull-request" | "pull-request-simple"): Json {
  const full = schema === "pull-request";
  const side = (owner: string, ref: string, sha: string): Json => ({
    label: `${owner}:${ref}`,
    ref,
    sha,
    user: userJson(owner),
    repo: world.forks.has(owner) ? repositoryJson(world, owner, "repository") : null,
  });
  const common = {
    id: pull.id,
    node_id: `PR_${pull.id}`,
    number: pull.number,
    title: pull.title,
    body: pull.body,
    state: pull.state,
    draft: pull.draft,
    user: userJson(pull.author),
    head: side(pull.headOwner, pull.headRef, pull.headSha),
    base: side(world.owner, pull.baseRef, pull.baseSha),
    merge_commit_sha: pull.mergeCommit,
    merged_at: pull.mergedAt,
    closed_at: pull.state === "closed" ? pull.updatedAt : null,
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    author_association: "NONE",
    labels: pull.labels.map((name) => labelJson(world, name)),
    html_url: htmlUrl(world, `pull/${pull.number}`),
    url: `${world.url}/repos/${world.owner}/${world.name}/pulls/${pull.number}`,
  };
  if (!full) return fill(schema, common);
  const files = changedFiles(world.folder, pull.baseSha, pull.headSha);
  return fill(schema, {
    ...common,
    merged: pull.mergedAt !== null,
    merged_by: pull.mergedBy === null ? null : userJson(pull.mergedBy),
    mergeable: pull.mergedAt === null ? pull.mergeCommit !== null : null,
    mergeable_state: pull.mergeCommit === null ? "dirty" : "clean",
    changed_files: files.length,
    comments: world.comments.filter((comment) => comment.number === pull.number).length,
  });
}
