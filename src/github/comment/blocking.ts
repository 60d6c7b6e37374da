import { codeSpan, fenced, markdownText } from "../../diagnostics/escape-markdown.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { shortDigest } from "../../model/digest.ts";
import type { Step } from "../../model/plan.ts";
import type { EnvironmentReview, Review } from "../review.ts";
import type { Cut, Shown } from "./cut.ts";
import { listed } from "./headline.ts";
import type { Linker } from "./links.ts";
import { ofSeverity, problemsOf, unnamedDestroys } from "./own-steps.ts";
import { problemLine } from "./problem-lines.ts";

/** What keeps all or part of it from being applied: errors, destroys that nobody named, and rules that it changes itself. */
export function blocking(review: Review, links: Linker, cut: Cut): Shown {
  const parts = [errorsOf(review, links, cut), destroysOf(review, cut), rulesOf(review, links)];
  return { blocks: parts.flatMap(({ blocks }) => blocks), leftOut: parts.flatMap(({ leftOut }) => leftOut) };
}

function errorsOf(review: Review, links: Linker, cut: Cut): Shown {
  const errors = ofSeverity(problemsOf(review), "error");
  if (errors.length === 0) return { blocks: [], leftOut: [] };
  const listed = errors.slice(0, cut.errors);
  const more = errors.length - listed.length;
  const lines = [
    `**${errors.length === 1 ? "1 error" : `${errors.length} errors`}: nothing is applied${whereErrorsAre(review)} before ${errors.length === 1 ? "it is" : "they are"} mended.**`,
    "",
    ...listed.map((error) => problemLine(error, { links, head: review.head })),
    ...(more > 0 ? [`- and ${more} more ${more === 1 ? "error" : "errors"}`] : []),
  ];
  return { blocks: [alert("CAUTION", lines)], leftOut: more > 0 ? [`${more} errors`] : [] };
}

/** An error of one environment's plan leaves the others alone. */
function whereErrorsAre({ diagnostics, environments }: Review): string {
  const hasError = (problems: readonly Diagnostic[]): boolean => ofSeverity(problems, "error").length > 0;
  const hit = environments.filter((one) => hasError(one.diagnostics)).map(({ name }) => name);
  if (hasError(diagnostics) || hit.length === environments.length) return "";
  return ` to ${markdownText(listed(hit))}`;
}

function destroysOf({ environments }: Review, cut: Cut): Shown {
  const waiting = environments.filter((one) => unnamedDestroys(one).length > 0);
  const count = waiting.reduce((sum, one) => sum + unnamedDestroys(one).length, 0);
  if (count === 0) return { blocks: [], leftOut: [] };
  const actions = new Set(waiting.flatMap((one) => unnamedDestroys(one).map(({ action }) => action)));
  const [only = "destroy"] = actions.size === 1 ? actions : [];
  const noun = only === "delete" || only === "replace" ? only : "destroy";
  let room = cut.commands;
  let more = 0;
  const lines = [
    `**${count === 1 ? `1 ${noun} has` : `${count} ${noun}s have`} to be named before ${count === 1 ? "it is" : "they are"} applied.** If that is meant, somebody with write access comments ${count === 1 ? "this line" : "these lines, or those of them that are meant"}:`,
  ];
  for (const environment of waiting) {
    const steps = unnamedDestroys(environment);
    const listed = steps.slice(0, room);
    room -= listed.length;
    more += steps.length - listed.length;
    const besides = limitsOf(environment).map(({ summary }) => `Besides, ${markdownText(summary)}.`);
    if (waiting.length > 1 && listed.length > 0) lines.push("", `For ${markdownText(environment.name)}:`);
    if (listed.length > 0) lines.push("", ...fenced(listed.map(command), "text").split("\n"));
    lines.push(...besides.flatMap((text) => ["", text]));
  }
  if (more > 0)
    lines.push(
      "",
      `And ${more} more in the same form, ${codeSpan("/fairlead allow-destroy ID DIGEST")}, with the digests from the run's summary.`,
    );
  return { blocks: [alert("WARNING", lines)], leftOut: more > 0 ? [`${more} lines that name a destroy`] : [] };
}

/** Too many deletes at once: naming each lifts it. */
function limitsOf({ safety }: EnvironmentReview): readonly Diagnostic[] {
  return safety.filter(({ code, severity }) => severity === "error" && code !== "destroy-not-named");
}

function command({ service, digest }: Step): string {
  return `/fairlead allow-destroy ${service} ${shortDigest(digest)}`;
}

function rulesOf(review: Review, links: Linker): Shown {
  const rules = problemsOf(review).filter(({ code }) => code === "rules-changed");
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

function alert(kind: "CAUTION" | "WARNING", lines: readonly string[]): string {
  return [`> [!${kind}]`, ...lines.map((line) => (line === "" ? ">" : `> ${line}`))].join("\n");
}
