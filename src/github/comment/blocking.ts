import { markdownText } from "../../diagnostics/escape-markdown.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { Review } from "../review.ts";
import { alert } from "./alert.ts";
import { confirming } from "./confirming.ts";
import type { Cut, Shown } from "./cut.ts";
import { listed } from "./headline.ts";
import type { Linker } from "./links.ts";
import { erredEnvironments, ofSeverity, problemsOf } from "./own-steps.ts";
import { problemLine } from "./problem-lines.ts";

/** What a reader must know first: destroys that nobody confirmed, and rules that it changes itself. */
export function blocking(review: Review, links: Linker, cut: Cut): Shown {
  const parts = [confirming(review, cut), rulesOf(review, links)];
  return { blocks: parts.flatMap(({ blocks }) => blocks), leftOut: parts.flatMap(({ leftOut }) => leftOut) };
}

/** Errors, with their lines: before they are fixed nothing is applied. */
export function errorsOf(review: Review, links: Linker, cut: Cut): Shown {
  const errors = ofSeverity(problemsOf(review), "error");
  if (errors.length === 0) return { blocks: [], leftOut: [] };
  const kept = errors.slice(0, cut.errors);
  const more = errors.length - kept.length;
  const lines = [
    `Nothing is applied${whereErrorsAre(review)} before ${errors.length === 1 ? "it is" : "they are"} fixed:`,
    "",
    ...kept.map((error) => problemLine(error, { links, head: review.head })),
    ...(more > 0 ? [`- and ${more} more ${more === 1 ? "error" : "errors"}`] : []),
  ];
  return { blocks: [alert("CAUTION", lines)], leftOut: more > 0 ? [`${more} errors`] : [] };
}

/** An error of one environment's plan leaves the others alone: ` to staging`, or nothing where it is everywhere. */
export function whereErrorsAre(review: Review): string {
  const erred = erredEnvironments(review);
  if (erred.length === review.environments.length) return "";
  return ` to ${markdownText(listed(erred.map(({ name }) => name)))}`;
}

function rulesOf(review: Review, links: Linker): Shown {
  const rules: readonly Diagnostic[] = problemsOf(review).filter(({ code }) => code === "rules-changed");
  if (rules.length === 0) return { blocks: [], leftOut: [] };
  const lines = rules.slice(0, RULES_MAX).map((rule) => problemLine(rule, { links, head: review.head }));
  const more = rules.length - RULES_MAX;
  const block = alert("WARNING", [
    "**This changes the rules themselves**, not only services:",
    "",
    ...lines,
    ...(more > 0 ? [`- and ${more} more changes`] : []),
  ]);
  return { blocks: [block], leftOut: more > 0 ? [`${more} changes of the rules`] : [] };
}

const RULES_MAX = 20;
