import type { CommentInput, Previous } from "../github/comment/comment-input.ts";
import { labelsOf } from "../github/comment/labels-of.ts";
import { renderCheck } from "../github/comment/render-check.ts";
import { renderComment } from "../github/comment/render-comment.ts";
import { renderSummary } from "../github/comment/render-summary.ts";
import type { Label } from "../github/labels.ts";
import type { Review } from "../github/review.ts";
import type { Oid, ServiceId } from "../model/basics.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { GitHubRun } from "./github-run.ts";
import { version } from "./version.ts";

/** A review's texts with what a run of GitHub Actions knows around it. */
export function commentOf(
  run: GitHubRun,
  review: Review,
  on: {
    readonly others: ReadonlyMap<ServiceId, readonly number[]>;
    /** Others of which GitHub does not tell all files. */
    readonly partlySeen: readonly number[];
    readonly previous: Previous | null;
    readonly limit?: number;
  },
): ReturnType<typeof renderComment> {
  const others = new Map([...on.others].map(([service, numbers]) => [service, numbers.map((number) => ({ number }))]));
  return renderComment({
    ...inputOf(run, review),
    others,
    partlySeen: on.partlySeen.map((number) => ({ number })),
    previous: on.previous,
    ...(on.limit === undefined ? {} : { limit: on.limit }),
  });
}

export function summaryOf(run: GitHubRun, review: Review): string {
  return renderSummary(inputOf(run, review));
}

export function checkOf(run: GitHubRun, review: Review): ReturnType<typeof renderCheck> {
  return renderCheck(inputOf(run, review));
}

export function labelsFor(review: Review): readonly Label[] {
  return labelsOf(review);
}

/** Where the commits themselves cannot be brought together: nothing is planned, and the reader is told why. */
export function unplannable(what: {
  readonly head: Oid;
  readonly base: Oid;
  readonly diagnostics: readonly Diagnostic[];
}): Review {
  return { ...what, environments: [] };
}

function inputOf(run: GitHubRun, review: Review): CommentInput {
  return {
    review,
    links: { server: run.serverUrl, repository: run.repository, runUrl: run.runUrl, version: version() },
    others: new Map(),
    previous: null,
  };
}
