import { renderGithub } from "../../../diagnostics/render-github.ts";
import type { Face } from "../../face.ts";
import { githubRun } from "../../github-run.ts";
import { propose } from "../../look-at-commit.ts";
import { everyProblem, showReview } from "../../plan-proposal.ts";
import { reviewOf } from "../../review.ts";
import { summaryOf } from "../../review-comment.ts";
import { isUsable, refuse } from "../../show-diagnostics.ts";
import { openWorkspace } from "../../workspace.ts";

/**
 * `fairlead github plan`: plans the merge commit that a pull request's run has checked out, with a token that can only read. What
 * it prints is for the reader of this run alone: it may run what the pull request says, so nobody else believes it.
 */
export async function githubPlan(face: Face): Promise<number> {
  const { terminal } = face;
  const run = githubRun(face);
  if (run.value === null) return refuse(terminal, run.diagnostics);
  const workspace = await openWorkspace(face);
  try {
    const proposal = await propose(workspace, { ref: "HEAD", base: "HEAD^1" });
    if (proposal.value === null) return refuse(terminal, proposal.diagnostics);
    const review = await reviewOf(workspace, proposal.value);
    showReview(terminal, review, "text");
    const problems = everyProblem(review);
    // Workflow commands are read off either stream; the plan above goes to people.
    terminal.result(renderGithub(problems));
    run.value.summarise(summaryOf(run.value, review));
    return isUsable([...review.diagnostics, ...review.environments.flatMap(({ diagnostics }) => diagnostics)]) ? 0 : 1;
  } finally {
    await workspace.close();
  }
}
