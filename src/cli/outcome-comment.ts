import type { ApplyReport } from "../apply/apply-input.ts";
import { renderOutcome } from "../github/comment/render-outcome.ts";
import type { GitHubRun } from "./github-run.ts";
import { version } from "./version.ts";

/** What an apply did, for the merged pull request: with a fresh plan of what was refused, and how it can be let through. */
export function outcomeOf(run: GitHubRun, environment: string, report: ApplyReport): string {
  const refused = report.services.filter(({ outcome }) => outcome === "refused");
  const digest = report.plan?.digest.slice(0, 12);
  const next =
    refused.length === 0 || digest === undefined
      ? []
      : [
          `To let through what was refused, look at the plan again and start the apply workflow by hand: \`gh workflow run fairlead-apply.yml -f environment=${environment} -f digest=${digest}\``,
        ];
  return renderOutcome({
    environment,
    outcome: report.outcome,
    says: report.says ?? null,
    services: report.services,
    plan: report.plan,
    runUrl: run.runUrl,
    next,
    version: version(),
  });
}
