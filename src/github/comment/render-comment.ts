/**
 * `github/comment/` turns a Review into what people read on GitHub: the pull request's comment, the summary of its job, its
 * check and its labels, and what an apply did. Pure: the same input gives the same bytes. It promises that nothing out of a
 * file, a State or a branch is ever markup, a mention or a link of its own making; that what destroys is never cut; and that a
 * text which had to be cut says what is missing and where it is. It decides nothing, and posts nothing.
 */
import type { Digest } from "../../model/basics.ts";
import { commentDigest } from "./comment-digest.ts";
import { COMMENT_LIMIT, type CommentInput } from "./comment-input.ts";
import { composed, isQuiet, quietBody } from "./compose.ts";
import { writeMarker } from "./said-marker.ts";

export interface RenderedComment {
  /** Markdown, within the limit; its last lines are a marker that `readMarker` reads. */
  readonly body: string;
  /** The same digest: the comment is edited in place. Another one: it is posted anew. Hexadecimal digits. */
  readonly digest: Digest;
  /** Nothing changes and nothing is wrong: one line that need not be posted where no comment is yet. */
  readonly isQuiet: boolean;
}

/** The comment on a pull request: what merging it would do to what runs. */
export function renderComment(input: CommentInput): RenderedComment {
  const digest = commentDigest(input.review);
  const marker = writeMarker(input.review, digest);
  const quiet = isQuiet(input.review);
  const body = quiet ? `${quietBody(input)}\n\n${marker}\n` : composed(input, input.limit ?? COMMENT_LIMIT, marker);
  return { body, digest, isQuiet: quiet };
}
