import { fetchCommits } from "../git/revisions.ts";
import type { ApprovedBy } from "../github/approvals.ts";
import type { GitHubClient } from "../github/client.ts";
import { GitHubError } from "../github/github-error.ts";
import { isTeamMember } from "../github/people.ts";
import type { PullRequest } from "../github/pull-requests.ts";
import { reviewsOf } from "../github/reviews.ts";
import type { Oid } from "../model/basics.ts";
import { lookAtCommit } from "./look-at-commit.ts";
import type { Looking } from "./permission.ts";
import { isOnTheBranch, mergedOnto } from "./shown-steps.ts";

/**
 * Why an approval does not do where the environment names its approvers; null: it does. One of each list counts that was in
 * force: at the last deployment, before each pull request, and now. So a pull request chooses nobody for itself, and who drops
 * the approvers is asked for one once more.
 */
export async function lacksApprover(
  on: Looking,
  approval: ApprovedBy,
  pulls: ReadonlyMap<number, PullRequest>,
): Promise<string | null> {
  if (approval.is === "automatic") return null;
  const now = on.environment.project.environments[on.environment.name]?.approvers ?? [];
  const shared = [now, await approversAt(on, on.deployed)];
  if (approval.is === "named") {
    const lacking = await firstUnmet(on, shared, [on.run.actor]);
    return lacking === null ? null : `${on.run.actor} is none of its approvers (${lacking.join(", ")})`;
  }
  for (const number of approval.pulls) {
    const pull = pulls.get(number);
    if (pull === undefined) return `#${number} is not known`;
    const lists = [...shared, await approversAt(on, await mergedOnto(on, pull))];
    if (lists.every(({ length }) => length === 0)) continue;
    const good = (await reviewsOf(on.client, number)).filter(
      ({ by, state, commit }) => state === "approved" && by !== pull.author && commit === pull.head.sha,
    );
    const lacking = await firstUnmet(
      on,
      lists,
      good.map(({ by }) => by),
    );
    if (lacking !== null)
      return `none of its approvers (${lacking.join(", ")}) has approved #${number} as it was merged`;
  }
  return null;
}

/** The approvers that a commit of the default branch names; none where it is not known. */
async function approversAt(on: Looking, commit: Oid | null): Promise<readonly string[]> {
  if (commit === null) return [];
  await fetchCommits(on.workspace.repository, on.remote, [commit]);
  if (!(await isOnTheBranch(on, commit))) return [];
  const { project } = await lookAtCommit(on.workspace, commit);
  return project.environments[on.environment.name]?.approvers ?? [];
}

/** The first list of which none of these people is one; null: each has one. */
async function firstUnmet(
  on: Looking,
  lists: readonly (readonly string[])[],
  people: readonly string[],
): Promise<readonly string[] | null> {
  for (const list of lists) {
    let isMet = list.length === 0;
    for (const login of people) isMet ||= await isApprover(on, list, login);
    if (!isMet) return list;
  }
  return null;
}

async function isApprover({ client }: Looking, approvers: readonly string[], login: string): Promise<boolean> {
  for (const approver of approvers) {
    if (approver.startsWith("@")) {
      if (approver.slice(1).toLowerCase() === login.toLowerCase()) return true;
    } else if (await isKnownMember(client, { team: approver, login })) return true;
  }
  return false;
}

/** A token that may not read teams knows nobody in them: the step is refused, and the others go on. */
async function isKnownMember(
  client: GitHubClient,
  asked: { readonly team: string; readonly login: string },
): Promise<boolean> {
  try {
    return await isTeamMember(client, asked);
  } catch (error) {
    if (error instanceof GitHubError && error.kind === "not-permitted") return false;
    throw error;
  }
}
