import type { ApplyReport } from "../apply/apply-input.ts";
import { renderOutcome } from "../github/comment/render-outcome.ts";
import type { GitHubRun } from "./github-run.ts";
import { version } from "./version.ts";

/** What an apply did, for the merged pull request: why something was not done, with a fresh plan of it and a way on. */
export function outcomeOf(run: GitHubRun, environment: string, report: ApplyReport): string {
  const command = wayOn(environment, report);
  const known = new Set(report.services.map(({ says }) => says));
  const problems = report.diagnostics
    .filter(({ severity, summary }) => severity === "error" && !known.has(summary))
    .map(({ summary, hint }) => (hint === undefined ? summary : `${summary} (${hint})`));
  return renderOutcome({
    environment,
    outcome: report.outcome,
    says: report.says ?? null,
    services: report.services,
    plan: report.plan,
    runUrl: run.runUrl,
    problems,
    next:
      command === null
        ? []
        : [
            "To apply what was refused, read the plan below, then run this. It approves the whole plan, not only what was refused.",
          ],
    commands: command === null ? [] : [command],
    version: version(),
  });
}

/** Starts the apply by hand with all that the plan takes; null where nothing was refused. */
function wayOn(environment: string, { services, plan }: ApplyReport): string | null {
  const refused = new Set(services.filter(({ outcome }) => outcome === "refused").map(({ service }) => service));
  if (refused.size === 0 || plan === null) return null;
  const destroyed = plan.steps.filter(({ mustBeNamed }) => mustBeNamed).map(({ service }) => service);
  const inputs = [`environment=${environment}`, `digest=${plan.digest.slice(0, 12)}`];
  const more = destroyed.length === 0 ? "" : ` -f allow_destroy="${destroyed.join(" ")}"`;
  return `gh workflow run fairlead-apply.yml ${inputs.map((input) => `-f ${input}`).join(" ")}${more}`;
}
