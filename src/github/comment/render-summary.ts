import { type CommentInput, SUMMARY_LIMIT } from "./comment-input.ts";
import { composed, isQuiet, quietBody } from "./compose.ts";

/** The comment's text for the job's summary, which has room for all of it and is where a cut comment points to. */
export function renderSummary(input: CommentInput): string {
  if (isQuiet(input.review)) return `${quietBody(input)}\n`;
  return composed({ ...input, links: { ...input.links, runUrl: null } }, SUMMARY_LIMIT);
}
