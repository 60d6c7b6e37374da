import { problemsOf } from "../github/comment/own-steps.ts";
import type { EnvironmentReview, Review } from "../github/review.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { planToJson } from "../plan/plan-json.ts";
import { renderMarkdown } from "../plan/render-markdown.ts";
import { renderText } from "../plan/render-text.ts";
import type { Face } from "./face.ts";
import { propose } from "./look-at-commit.ts";
import { reviewOf } from "./review.ts";
import { isUsable, refuse, showProblems } from "./show-diagnostics.ts";
import type { Terminal } from "./terminal.ts";
import type { Workspace } from "./workspace.ts";

/** `fairlead plan --base REV`: what a merge would change, in every environment that a team shares or in one of them. */
export async function planProposal(
  face: Face,
  workspace: Workspace,
  options: {
    readonly base: string;
    readonly ref?: string;
    readonly environment?: string;
    readonly format?: string;
    readonly json?: boolean;
    readonly detailedExitcode?: boolean;
  },
): Promise<number> {
  const { terminal } = face;
  const proposal = await propose(workspace, { ref: options.ref ?? "HEAD", base: options.base });
  if (proposal.value === null) return refuse(terminal, proposal.diagnostics);
  const { environment } = options;
  const review = await reviewOf(
    workspace,
    proposal.value,
    environment === undefined ? {} : { environments: [environment] },
  );
  const problems = everyProblem(review);
  const format = options.json ? "json" : (options.format ?? "text");
  if (format === "json") terminal.result(`${JSON.stringify(reviewToJson(review), null, 2)}\n`);
  else showReview(terminal, review, format);
  showProblems(terminal, problems);
  if (!isUsable(review.environments.flatMap(({ diagnostics }) => diagnostics).concat(review.diagnostics))) return 1;
  const changes = review.environments.some(({ plan }) => (plan?.steps.length ?? 0) > 0);
  return options.detailedExitcode && changes ? 2 : 0;
}

/** Every problem of the files and plans, and what stops an apply besides. */
export function everyProblem(review: Review): readonly Diagnostic[] {
  return [...problemsOf(review), ...review.environments.flatMap(({ safety }) => safety)];
}

export function showReview(terminal: Terminal, { environments }: Review, format: string): void {
  if (environments.length === 0)
    terminal.say(
      "fairlead.yaml names no environment but development, which is everyone's own: there is nothing to plan.",
    );
  for (const environment of environments) {
    if (environment.plan === null) continue;
    const { plan } = environment;
    const { color, width } = terminal;
    if (format === "markdown") terminal.result(renderMarkdown(plan));
    else terminal.result(renderText(plan, { color, width, diagnostics: environment.diagnostics, goOn: false }));
    const waiting = pendingLine(environment);
    if (waiting !== null) terminal.say(waiting);
  }
}

function pendingLine({ name, pending }: EnvironmentReview): string | null {
  if (pending.size === 0) return null;
  const ids = [...pending].sort().join(", ");
  return `Merged before and not applied to ${name} yet: ${ids}.\n`;
}

function reviewToJson({ head, base, diagnostics, environments }: Review): unknown {
  return {
    format_version: "1.0",
    head,
    base,
    diagnostics,
    environments: environments.map(({ name, plan, pending, diagnostics: problems, safety }) => ({
      environment: name,
      pending: [...pending].sort(),
      plan: plan === null ? null : planToJson(plan, { diagnostics: [...problems, ...safety] }),
      ...(plan === null ? { diagnostics: problems } : {}),
    })),
  };
}
