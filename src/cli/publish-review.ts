import { publishCheckRun } from "../github/check-run.ts";
import type { GitHubClient } from "../github/client.ts";
import { COMMENT_LIMIT } from "../github/comment/comment-input.ts";
import { readMarker } from "../github/comment/said-marker.ts";
import { GitHubError } from "../github/github-error.ts";
import { setLabels } from "../github/labels.ts";
import { otherOpenPullRequests, type PullRequest } from "../github/pull-requests.ts";
import type { Review } from "../github/review.ts";
import { CHECK_NAME, shownMarker } from "../github/shown.ts";
import { latestComment, markerLine, publishComment } from "../github/sticky-comment.ts";
import { touching } from "../github/touching.ts";
import type { GitHubRun } from "./github-run.ts";
import { everyProblem } from "./plan-proposal.ts";
import { checkOf, commentOf, labelsFor, summaryOf } from "./review-comment.ts";

const MARKER = "plan";
/** Others looked at for services that they touch too: each costs a request or more. */
const OTHERS_MAX = 30;
const NONE = { others: [] } as const;

/**
 * Comment, check and labels; each may be repeated. The check is what a repository requires, so a comment that GitHub will not
 * take must not keep it away. Returns where the comment is; null where there is nothing to say.
 */
export async function publishReview(
  client: GitHubClient,
  run: GitHubRun,
  on: {
    readonly pull: PullRequest;
    readonly review: Review;
    readonly isAbout: boolean;
    /** Whether the pull request is still at the commit that was planned; asked right before anything is written. */
    readonly isStill: () => Promise<boolean>;
  },
): Promise<string | null | "moved on"> {
  const { pull, review, isAbout } = on;
  const { number } = pull;
  const place = { number, marker: MARKER, author: run.author };
  const last = await latestComment(client, place);
  const { others } = isAbout
    ? // Nice to know, and made of strangers' pull requests: whatever is wrong with them, this one gets its plan.
      await otherOpenPullRequests(client, { except: number, base: run.defaultBranch, max: OTHERS_MAX }).catch(
        () => NONE,
      )
    : NONE;
  const texts = {
    others: touching(review.environments, others),
    partlySeen: others.filter(({ isWhole }) => !isWhole).map(({ pull: other }) => other.number),
    previous: last === null ? null : readMarker(last.body),
  };
  const comment = commentOf(run, review, { ...texts, limit: LIMIT });
  if (!(await on.isStill())) return "moved on";
  let url: string | null = null;
  let trouble: unknown = null;
  try {
    if (!comment.isQuiet || isAbout || last !== null)
      url = await post(client, place, () => [comment, commentOf(run, review, { ...texts, limit: SHORT_LIMIT })]);
  } catch (error) {
    trouble = error;
  }
  // What could not be planned was not shown, and nothing of it is approved by a merge.
  const states = new Map(
    review.environments.flatMap(({ name, plan }) => (plan === null ? [] : [[name, plan.stateOid] as const])),
  );
  const { conclusion, title, summary } = checkOf(run, review);
  await publishCheckRun(client, {
    name: CHECK_NAME,
    head: pull.head.sha,
    externalId: `${comment.digest} ${review.base}`,
    conclusion,
    title,
    summary: `${shownMarker({ base: review.base, head: review.head, states })}\n\n${summary}`,
    diagnostics: everyProblem(review),
    detailsUrl: url ?? run.runUrl,
    app: run.app,
  });
  await setLabels(client, number, labelsFor(review));
  run.summarise(summaryOf(run, review));
  if (trouble !== null) throw trouble;
  return url;
}

/** The line that marks it stands above the text. */
const LIMIT = COMMENT_LIMIT - Buffer.byteLength(`${markerLine(MARKER, "0".repeat(64))}\n\n`);
/** Far below every limit that GitHub is known to have had. */
const SHORT_LIMIT = 20_000;

/** The first of the texts that GitHub takes: a shorter one where it finds the whole too long. */
async function post(
  client: GitHubClient,
  place: { readonly number: number; readonly marker: string; readonly author: string },
  texts: () => readonly { readonly digest: string; readonly body: string }[],
): Promise<string> {
  let refused: unknown = null;
  for (const { digest, body } of texts()) {
    try {
      return (await publishComment(client, { ...place, digest, body })).url;
    } catch (error) {
      if (!(error instanceof GitHubError) || (error.kind !== "refused" && error.kind !== "not-stored")) throw error;
      refused = error;
    }
  }
  throw refused;
}
