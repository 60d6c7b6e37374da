import { fetchCommits } from "../git/revisions.ts";
import type { ApprovedBy } from "../github/approvals.ts";
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
    return lacking === null
      ? null
      : `${on.run.actor} is none of its approvers (${lacking.approvers.join(", ")})${unread(on, lacking)}`;
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
      return `none of its approvers (${lacking.approvers.join(", ")}) has approved #${number} as it was merged${unread(on, lacking)}`;
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

interface Lacking {
  readonly approvers: readonly string[];
  /** Whether some of them are a team into which the token may not look. */
  readonly isUnread: boolean;
}

/** The first list of which none of these people is one; null: each has one. */
async function firstUnmet(
  on: Looking,
  lists: readonly (readonly string[])[],
  people: readonly string[],
): Promise<Lacking | null> {
  for (const approvers of lists) {
    if (approvers.length === 0) continue;
    const answers: Answer[] = [];
    for (const login of people) if (!answers.includes("yes")) answers.push(await isApprover(on, approvers, login));
    if (!answers.includes("yes")) return { approvers, isUnread: answers.includes("unread") };
  }
  return null;
}

/** `unread`: no, as far as this token may tell. */
type Answer = "yes" | "no" | "unread";

async function isApprover(on: Looking, approvers: readonly string[], login: string): Promise<Answer> {
  let otherwise: Answer = "no";
  for (const approver of approvers) {
    const isPerson = approver.startsWith("@");
    const answer = isPerson ? isSame(approver.slice(1), login) : await isKnownMember(on, { team: approver, login });
    if (answer === "yes") return "yes";
    if (answer === "unread") otherwise = "unread";
  }
  return otherwise;
}

function isSame(login: string, other: string): Answer {
  return login.toLowerCase() === other.toLowerCase() ? "yes" : "no";
}

/** A token that may not read teams knows nobody in them: the step is refused, and the others go on. */
async function isKnownMember(
  { client, members }: Looking,
  asked: { readonly team: string; readonly login: string },
): Promise<Answer> {
  try {
    return (await isTeamMember(members ?? client, asked)) ? "yes" : "no";
  } catch (error) {
    if (error instanceof GitHubError && error.kind === "not-permitted") return "unread";
    throw error;
  }
}

/** What is to be done so that teams can be asked about, where they could not. */
function unread({ members }: Looking, { isUnread }: Lacking): string {
  if (!isUnread) return "";
  return members === null
    ? ", as far as GITHUB_TOKEN may tell: it cannot ask who is in a team. Give the apply workflow a GitHub App with members: read, as the secrets FAIRLEAD_APP_ID and FAIRLEAD_APP_KEY"
    : ", as far as the token in FAIRLEAD_MEMBERS_TOKEN may tell: it cannot ask who is in a team. Give its GitHub App the organisation's permission members: read, and accept it there";
}
