import { visibleText } from "../../diagnostics/visible-text.ts";
import { CHECK_LIMIT, type CommentInput } from "./comment-input.ts";
import { composed, isQuiet, quietLine } from "./compose.ts";
import { destroysInWords } from "./confirming.ts";
import { headline } from "./headline.ts";
import { changesAnything, ofSeverity, problemsOf, unconfirmedDestroys } from "./own-steps.ts";

export interface RenderedCheck {
  /** `action_required`: a destroy waits to be confirmed. No change is a success, so that a required check never hangs. */
  readonly conclusion: "success" | "failure" | "action_required";
  /** Plain text, one line. */
  readonly title: string;
  /** Markdown. */
  readonly summary: string;
}

/** The check run of a plan. */
export function renderCheck(input: CommentInput): RenderedCheck {
  const { review } = input;
  const errors = ofSeverity(problemsOf(review), "error").length;
  const unplanned = review.environments.filter(({ plan }) => plan === null).length;
  const waiting = review.environments.flatMap(unconfirmedDestroys);
  const changes = changesAnything(review) ? headline(review) : "no change to what runs";
  const blocks = [
    ...(errors === 0 ? [] : [errors === 1 ? "1 error" : `${errors} errors`]),
    ...(waiting.length === 0 ? [] : [`confirm ${destroysInWords(waiting)}`]),
  ];
  const title = visibleText(blocks.length === 0 ? changes : `${blocks.join("; ")} (${changes})`, TITLE_MAX);
  const conclusion = errors + unplanned > 0 ? "failure" : waiting.length > 0 ? "action_required" : "success";
  const summary = isQuiet(review)
    ? quietLine(review)
    : composed(input, Math.min(input.limit ?? CHECK_LIMIT, CHECK_LIMIT));
  return { conclusion, title: title.slice(0, 1).toUpperCase() + title.slice(1), summary };
}

const TITLE_MAX = 180;
