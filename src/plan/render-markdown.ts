import { markdownText } from "../diagnostics/escape-markdown.ts";
import type { Plan } from "../model/plan.ts";
import { byGravity, STEP_TABLE, stepDetails, stepRow } from "./step-markdown.ts";
import { summaryLine } from "./summary-line.ts";

/**
 * A plan as GitHub's Markdown: the sentence, a table with what destroys on top, and a diff per service to unfold. Whatever
 * comes out of files or State stands in code that it cannot end, so that it neither mentions anybody nor becomes markup.
 * Ends with a line break. The pull request's comment is made of the same parts (`github/comment/`).
 */
export function renderMarkdown(plan: Plan): string {
  const steps = byGravity(plan.steps);
  const sentence = `**${markdownText(summaryLine(plan))}**`;
  if (steps.length === 0) return `${sentence}\n`;
  const rows = steps.map((step) => stepRow(step, plan.allowDestroy.includes(step.service)));
  const details = steps.flatMap((step) => stepDetails(step) ?? []);
  return `${[sentence, [STEP_TABLE, ...rows].join("\n"), ...details].join("\n\n")}\n`;
}
