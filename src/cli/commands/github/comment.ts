import { fetchCommits, fetchTip, hasCommit } from "../../../git/revisions.ts";
import type { GitHubClient } from "../../../github/client.ts";
import { confirmedIn, destroyPermissions } from "../../../github/destroy-permission.ts";
import { openPullRequestsFrom, type PullRequest, pullRequest } from "../../../github/pull-requests.ts";
import type { Review } from "../../../github/review.ts";
import type { Diagnostic } from "../../../model/diagnostic.ts";
import type { Face } from "../../face.ts";
import { githubHere, tokenMissing } from "../../github-here.ts";
import { type GitHubRun, githubRun } from "../../github-run.ts";
import { propose } from "../../look-at-commit.ts";
import { publishReview } from "../../publish-review.ts";
import { reviewOf, touchesDeclarations } from "../../review.ts";
import { unplannable } from "../../review-comment.ts";
import { refuse } from "../../show-diagnostics.ts";
import { openWorkspace, type Workspace } from "../../workspace.ts";

/** The workflow whose end sets the comment off. */
const PLAN_WORKFLOW = ".github/workflows/fairlead-plan.yml";

/**
 * `fairlead github comment`: says on a pull request what merging it would do. It runs the default branch's code and plans again
 * from the head's objects; of the run that set it off it believes the names of repository, branch and commit, which GitHub
 * wrote, and looks up the rest.
 */
export async function githubComment(face: Face): Promise<number> {
  const { terminal } = face;
  const run = githubRun(face);
  if (run.value === null) return refuse(terminal, run.diagnostics);
  const client = githubHere(face);
  if (client === null) return refuse(terminal, [tokenMissing()]);
  const asked = askedFor(run.value);
  if ("diagnostic" in asked) return refuse(terminal, [asked.diagnostic]);
  const pull = await pullOf(client, asked);
  if (pull === null) return quiet(face, "There is no open pull request of this commit any more: nothing to say.");
  if (pull.base.ref !== run.value.defaultBranch)
    return quiet(face, `#${pull.number} is not into ${run.value.defaultBranch}, which alone is applied`);

  const workspace = await openWorkspace(face);
  try {
    const { review, isAbout } = await plannedFor(workspace, { run: run.value, client, pull });
    // What was pushed meanwhile has a run of its own on its way, and must not be hidden by this one.
    const isStill = async (): Promise<boolean> => {
      const now = await pullRequest(client, pull.number);
      return now.state === "open" && now.head.sha === pull.head.sha;
    };
    const url = await publishReview(client, run.value, { pull, review, isAbout, isStill });
    if (url === "moved on") return quiet(face, `#${pull.number} has moved on: nothing to say`);
    terminal.say(`#${pull.number}: ${url ?? "it touches no service, and its check says so"}`);
    return 0;
  } finally {
    await workspace.close();
  }
}

type Asked = { readonly number: number } | AskedBranch;

interface AskedBranch {
  readonly owner: string;
  readonly repository: string;
  readonly branch: string;
  readonly head: string;
  readonly base: string;
}

/**
 * What a run is about: the branch of a finished plan, where it was the plan workflow of this repository and a pull request set
 * it off; or the pull request on which somebody has just let something be destroyed.
 */
function askedFor({
  event,
  eventName,
  repository,
  defaultBranch,
}: GitHubRun): Asked | { readonly diagnostic: Diagnostic } {
  const number = Number(event.at("issue", "number").text);
  if (
    eventName === "issue_comment" &&
    Number.isInteger(number) &&
    event.at("issue", "pull_request", "url").text !== null
  )
    return { number };
  const of = (...path: readonly string[]): string => event.at("workflow_run", ...path).text ?? "";
  const isOurs =
    eventName === "workflow_run" &&
    of("event") === "pull_request" &&
    of("path").split("@")[0] === PLAN_WORKFLOW &&
    of("repository", "full_name") === repository;
  const asked = {
    owner: of("head_repository", "owner", "login"),
    repository: of("head_repository", "full_name"),
    branch: of("head_branch"),
    head: of("head_sha"),
    base: defaultBranch,
  };
  if (isOurs && /^[0-9a-f]{40,64}$/.test(asked.head) && asked.owner !== "" && asked.branch !== "") return asked;
  return {
    diagnostic: {
      code: "github-event-unexpected",
      severity: "error",
      summary: "this run was not set off by a plan of a pull request",
      detail: `It takes a comment on one, or a \`workflow_run\` of ${PLAN_WORKFLOW} in this repository, whose event was \`pull_request\`.`,
      hint: "`fairlead init` writes the two workflows so that one sets off the other",
    },
  };
}

/** The open pull request that has just this head; null where there is none any more. */
async function pullOf(client: GitHubClient, asked: Asked): Promise<PullRequest | null> {
  if ("number" in asked) {
    const pull = await pullRequest(client, asked.number);
    return pull.state === "open" ? pull : null;
  }
  const open = await openPullRequestsFrom(client, asked);
  return (
    open.find(
      ({ head, base }) => head.sha === asked.head && head.repository === asked.repository && base.ref === asked.base,
    ) ?? null
  );
}

/** The review, or why there can be none, as a review without environments; and whether it is about services at all. */
async function plannedFor(
  workspace: Workspace,
  { run, client, pull }: { readonly run: GitHubRun; readonly client: GitHubClient; readonly pull: PullRequest },
): Promise<{ readonly review: Review; readonly isAbout: boolean }> {
  const { repository } = workspace;
  const remote = (await repository.defaultRemote()) ?? "origin";
  const base = await fetchTip(repository, remote, `refs/heads/${run.defaultBranch}`);
  await fetchCommits(repository, remote, [pull.head.sha]).catch(() => undefined);
  // A fork's objects are the repository's own on GitHub; elsewhere the pull request's ref has them.
  if (!(await hasCommit(repository, pull.head.sha)))
    await fetchTip(repository, remote, `refs/pull/${pull.number}/head`);
  const proposal = await propose(workspace, { ref: pull.head.sha, base: base ?? "" }, remote);
  const { permissions } = await destroyPermissions(client, pull.number);
  if (proposal.value === null) {
    const { diagnostics } = proposal;
    return { review: unplannable({ head: pull.head.sha, base: base ?? pull.base.sha, diagnostics }), isAbout: true };
  }
  const review = await reviewOf(workspace, proposal.value, {
    mayDestroy: (plan) => confirmedIn(plan, permissions),
  });
  return { review, isAbout: await touchesDeclarations(workspace, proposal.value) };
}

function quiet({ terminal }: Face, says: string): number {
  terminal.say(says);
  return 0;
}
