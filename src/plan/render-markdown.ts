import { markdownText } from "../diagnostics/escape-markdown.ts";
import type { Plan } from "../model/plan.ts";
import { byGravity, detailGroups, FULL_ROWS_MAX, STEP_TABLE, stepDetails, stepRow } from "./step-markdown.ts";
import { summaryLine } from "./summary-line.ts";

/**
 * A plan as GitHub's Markdown: the sentence, a table with what destroys on top, and a diff to unfold. Whatever
 * comes out of files or State stands in code that it cannot end, so that it neither mentions anybody nor becomes markup.
 * Ends with a line break. The pull request's comment is made of the same parts (`github/comment/`).
 */
export function renderMarkdown(plan: Plan): string {
  const steps = byGravity(plan.steps);
  const sentence = `### ${markdownText(summaryLine(plan)).replace(/\.$/, "")}`;
  if (steps.length === 0) return `${sentence}\n`;
  const inShort = steps.length > FULL_ROWS_MAX;
  const rows = steps.map((step) => stepRow(step, { isConfirmed: plan.allowDestroy.includes(step.service), inShort }));
  const details = detailGroups(steps).flatMap((group) => stepDetails(group, { inShort }) ?? []);
  return `${[sentence, [STEP_TABLE, ...rows].join("\n"), ...details].join("\n\n")}\n`;
}
