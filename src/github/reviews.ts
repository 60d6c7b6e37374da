import type { Oid } from "../model/basics.ts";
import type { GitHubReader } from "./client.ts";
import { everyItem } from "./every-item.ts";

export interface PullRequestReview {
  /** Login. */
  readonly by: string;
  readonly state: "approved" | "changes-requested" | "dismissed";
  /** The head that was looked at; what was pushed since, the reviewer may not have seen. */
  readonly commit: Oid | null;
}

const STATES: Readonly<Record<string, PullRequestReview["state"]>> = {
  APPROVED: "approved",
  CHANGES_REQUESTED: "changes-requested",
  DISMISSED: "dismissed",
};

/** What each reviewer says now, sorted by login. A review that only comments takes nothing back, so it does not count. */
export async function reviewsOf(client: GitHubReader, number: number): Promise<PullRequestReview[]> {
  const asked = { ...client.here, pull_number: number, per_page: 100 };
  const latest = new Map<string, PullRequestReview>();
  // GitHub lists them oldest first.
  for await (const review of everyItem(client.paginate.iterator(client.rest.pulls.listReviews, asked))) {
    const state = STATES[review.state];
    const by = review.user?.login;
    if (state !== undefined && by !== undefined) latest.set(by, { by, state, commit: review.commit_id ?? null });
  }
  return [...latest.values()].sort((a, b) => (a.by < b.by ? -1 : 1));
}
