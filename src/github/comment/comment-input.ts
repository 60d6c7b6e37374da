import type { Digest, Oid, ServiceId } from "../../model/basics.ts";
import type { Review } from "../review.ts";

/** All that the plan's texts are made of. Data alone: the same input gives the same bytes. */
export interface CommentInput {
  readonly review: Review;
  readonly links: CommentLinks;
  /** Other open pull requests, by the services of this review that they touch too. */
  readonly others: ReadonlyMap<ServiceId, readonly OtherPull[]>;
  /** Those with more files than GitHub tells: they may touch more of the services than `others` knows. */
  readonly partlySeen?: readonly OtherPull[];
  /** What our last comment on this pull request said (`readMarker`) whose digest is another than this one's; null: none. */
  readonly previous: Previous | null;
  /** Bytes of UTF-8, which are never fewer than GitHub's characters. */
  readonly limit?: number;
}

export interface CommentLinks {
  /** `https://github.com`, or a server of one's own. */
  readonly server: string;
  /** `owner/name`. */
  readonly repository: string;
  /** Where the whole text is: the run whose summary has it. */
  readonly runUrl: string | null;
  /** Fairlead's own version. */
  readonly version: string;
}

/** Its title is anybody's text, and is never printed. */
export interface OtherPull {
  readonly number: number;
  readonly title?: string;
}

/** What a comment of ours said, as its hidden marker tells: ids and digests alone. */
export interface Previous {
  readonly digest: Digest;
  readonly head: Oid;
  readonly environments: ReadonlyMap<string, PreviousEnvironment>;
}

export interface PreviousEnvironment {
  /** The first digits of the digests of this pull request's own steps, by service; null: there were too many to keep. */
  readonly steps: ReadonlyMap<ServiceId, string> | null;
}

/** Well below GitHub's 65,536 characters, since an edit that is too long can fail without a word. */
export const COMMENT_LIMIT = 60_000;
/** GitHub takes 1 MiB in a job's summary. */
export const SUMMARY_LIMIT = 1_000_000;
/** GitHub takes 65,535 characters in a check run's summary. */
export const CHECK_LIMIT = 60_000;
