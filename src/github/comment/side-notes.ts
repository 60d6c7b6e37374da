import { escapeHtml } from "../../diagnostics/escape-html.ts";
import { codeSpan, markdownText } from "../../diagnostics/escape-markdown.ts";
import { visibleText } from "../../diagnostics/visible-text.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { Step } from "../../model/plan.ts";
import { byGravity } from "../../plan/step-markdown.ts";
import type { Review } from "../review.ts";
import type { CommentInput } from "./comment-input.ts";
import { type Cut, NOTHING, type Shown } from "./cut.ts";
import { countsInWords } from "./headline.ts";
import type { Linker } from "./links.ts";
import { ofSeverity, ownSteps, pendingSteps, problemsOf } from "./own-steps.ts";
import { problemLine } from "./problem-lines.ts";
import { renamedPairs } from "./renames.ts";
import { tellsPending } from "./when-applied.ts";

/** What was merged before and waits to be applied: told apart, since no reviewer of this answers for it. */
export function pendingNote({ environments }: Review, cut: Cut): Shown {
  const waiting = environments.filter((one) => pendingSteps(one).length > 0 && !tellsPending(one));
  if (waiting.length === 0) return NOTHING;
  const count = waiting.reduce((sum, one) => sum + pendingSteps(one).length, 0);
  const head = `Merged earlier and not applied yet, not this pull request's: ${waiting.map((one) => `${summaryText(one.name)} ${countsInWords(pendingSteps(one))}`).join(" · ")}`;
  if (cut.pending === 0) return { blocks: [head], leftOut: [`${counted(count, "service")} merged earlier`] };
  const lines = waiting.map((one) => {
    const steps = byGravity(pendingSteps(one));
    const kept = steps.slice(0, cut.pending).map((step) => `${codeSpan(step.service)} ${step.action}`);
    const more = steps.length - kept.length;
    return `- ${markdownText(one.name)}: ${kept.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
  });
  const lost = waiting.reduce((sum, one) => sum + Math.max(0, pendingSteps(one).length - cut.pending), 0);
  return { blocks: [folded(head, lines)], leftOut: lost > 0 ? [`${counted(lost, "service")} merged earlier`] : [] };
}

/** Warnings and notes, with their lines. What other parts say already is left out. */
export function problemNote(review: Review, links: Linker, cut: Cut): Shown {
  const told = new Set(review.environments.flatMap((one) => renamedPairs(ownSteps(one)).map(({ to }) => to)));
  const isTold = ({ code, service }: Diagnostic): boolean =>
    code === "rules-changed" || (code === "id-changed" && service !== undefined && told.has(service));
  const problems = problemsOf(review).filter((problem) => !isTold(problem));
  const warnings = ofSeverity(problems, "warning");
  const infos = ofSeverity(problems, "info");
  const idle = infos.filter(({ code }) => code === "not-enforced-yet");
  const notes = infos.filter(({ code }) => code !== "not-enforced-yet");
  if (warnings.length + infos.length === 0) return NOTHING;
  const parts = [counted(warnings.length, "warning"), counted(notes.length + (idle.length > 0 ? 1 : 0), "note")];
  const head = parts.filter((part) => part !== "").join(", ");
  const line = (problem: Diagnostic): string => problemLine(problem, { links, head: review.head });
  const shown = [...warnings.slice(0, cut.warnings), ...notes.slice(0, cut.notes)].map(line);
  const lines = [...shown, ...(idle.length > 0 && cut.notes > 0 ? [idleLine(idle)] : [])];
  const lost = {
    warnings: Math.max(0, warnings.length - cut.warnings),
    notes: Math.max(0, notes.length - cut.notes) + (idle.length > 0 && cut.notes === 0 ? 1 : 0),
  };
  const more = [counted(lost.warnings, "warning"), counted(lost.notes, "note")].filter((part) => part !== "");
  return { blocks: lines.length === 0 ? [`${head}.`] : [folded(head, lines)], leftOut: more };
}

/** What differs from the plan that was shown before. */
export function sinceNote({ review, previous }: CommentInput, digest: string, links: Linker, cut: Cut): Shown {
  if (previous === null || previous.digest === digest) return NOTHING;
  const lines = review.environments.flatMap((environment) => {
    const before = previous.environments.get(environment.name);
    const name = markdownText(environment.name);
    if (before === undefined) return ownSteps(environment).length === 0 ? [] : [`- ${name} was not planned then`];
    return differences(before.steps, ownSteps(environment)).map((text) => `- ${name}: ${text}`);
  });
  if (lines.length === 0) return NOTHING;
  const head = `Since the last plan, of ${links.commit(previous.head)}`;
  const kept = lines.slice(0, cut.since);
  const lost = lines.length - kept.length;
  const leftOut = lost > 0 ? [`${lost} differences from the last plan`] : [];
  if (kept.length === 0) return { blocks: [], leftOut };
  const more = lost > 0 ? [`- and ${lost} more`] : [];
  // The link would not be one in what is folded.
  if (lines.length > SINCE_OPEN_MAX)
    return { blocks: [folded(`Since the last plan: ${lines.length} differences`, [...kept, ...more])], leftOut };
  return { blocks: [`${head}:`, [...kept, ...more].join("\n")], leftOut };
}

/** Who else is changing these services. */
export function othersNote(input: CommentInput, links: Linker, cut: Cut): Shown {
  const { review, others, partlySeen = [] } = input;
  const own = new Set(review.environments.flatMap((one) => ownSteps(one).map(({ service }) => service)));
  const touched = [...others].filter(([service, pulls]) => own.has(service) && pulls.length > 0);
  const unsure = own.size === 0 ? [] : partlySeen.slice(0, PULLS_MAX).map(({ number }) => links.pull(number));
  const doubt =
    unsure.length === 0
      ? []
      : [`GitHub does not list all files of ${unsure.join(", ")}: they may touch the same, too.`];
  if (touched.length === 0) return { blocks: doubt, leftOut: [] };
  const kept = touched.slice(0, Math.min(cut.others, OTHERS_MAX)).map(([service, pulls]) => {
    const numbers = pulls.slice(0, PULLS_MAX).map(({ number }) => links.pull(number));
    const more = pulls.length - numbers.length;
    return `${codeSpan(service)} by ${numbers.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
  });
  const lost = touched.length - kept.length;
  const text = [...kept, ...(lost > 0 ? [counted(lost, "service", kept.length > 0 ? " more" : "")] : [])].join(" · ");
  return {
    blocks: [[`Other open pull requests touch the same: ${text}.`, ...doubt].join(" ")],
    leftOut: lost > 0 ? [`${counted(lost, "service")} that others touch`] : [],
  };
}

const SINCE_OPEN_MAX = 5;
const OTHERS_MAX = 50;
const PULLS_MAX = 10;
const LABELS_MAX = 30;

/** A name as HTML, since a summary is no Markdown. */
function summaryText(name: string): string {
  return `<code>${escapeHtml(visibleText(name, 80))}</code>`;
}

/** A block to unfold: `head` is HTML of ours. */
function folded(head: string, lines: readonly string[]): string {
  return `<details><summary>${head}</summary>\n\n${lines.join("\n")}\n\n</details>`;
}

function differences(before: ReadonlyMap<string, string> | null, steps: readonly Step[]): string[] {
  if (before === null) return ["it differs; the last plan was too long to say in what"];
  const now = new Map(steps.map((step) => [step.service, step]));
  const gone = [...before.keys()].filter((service) => !now.has(service));
  return [
    ...steps.flatMap(({ service, action, digest }) => {
      const was = before.get(service);
      if (was === undefined) return [`${codeSpan(service)} is new in the plan (${action})`];
      return digest.startsWith(was) ? [] : [`${codeSpan(service)} changed (${action})`];
    }),
    ...gone.map((service) => `${codeSpan(service)} is not in the plan any more`),
  ];
}

function idleLine(idle: readonly Diagnostic[]): string {
  const labels = [...new Set(idle.map(({ summary }) => /`([^`]+)`/.exec(summary)?.[1] ?? summary))].sort();
  const more = labels.length - LABELS_MAX;
  const shown = labels.slice(0, LABELS_MAX).map((label) => codeSpan(label, 100));
  return `- Accepted, and not acted on in this version: ${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}.`;
}

function counted(count: number, noun: string, between = ""): string {
  return count === 0 ? "" : `${count}${between} ${noun}${count === 1 ? "" : "s"}`;
}
