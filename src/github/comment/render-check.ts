import { visibleText } from "../../diagnostics/visible-text.ts";
import { CHECK_LIMIT, type CommentInput } from "./comment-input.ts";
import { composed, isQuiet, quietLine } from "./compose.ts";
import { headline } from "./headline.ts";
import { changesAnything, ofSeverity, problemsOf, unnamedDestroys } from "./own-steps.ts";

export interface RenderedCheck {
  /** `action_required`: a destroy waits to be named. No change is a success, so that a required check never hangs. */
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
  const waiting = review.environments.reduce((sum, one) => sum + unnamedDestroys(one).length, 0);
  const changes = changesAnything(review) ? headline(review) : "no change to what runs";
  const blocks = [
    ...(errors === 0 ? [] : [errors === 1 ? "1 error" : `${errors} errors`]),
    ...(waiting === 0 ? [] : [waiting === 1 ? "1 destroy to name" : `${waiting} destroys to name`]),
  ];
  const title = visibleText([...blocks, changes].join("; "), TITLE_MAX);
  const conclusion = errors + unplanned > 0 ? "failure" : waiting > 0 ? "action_required" : "success";
  const summary = isQuiet(review)
    ? quietLine(review)
    : composed(input, Math.min(input.limit ?? CHECK_LIMIT, CHECK_LIMIT));
  return { conclusion, title: title.slice(0, 1).toUpperCase() + title.slice(1), summary };
}

const TITLE_MAX = 180;
