import type { Diagnostic } from "../../model/diagnostic.ts";
import type { Step } from "../../model/plan.ts";
import type { EnvironmentReview, Review } from "../review.ts";

/** The steps that this pull request answers for: all but what was merged earlier and not applied yet. */
export function ownSteps({ plan, pending }: EnvironmentReview): readonly Step[] {
  return plan === null ? [] : plan.steps.filter(({ service }) => !pending.has(service));
}

/** The steps of an environment that were merged earlier and not applied yet. */
export function pendingSteps({ plan, pending }: EnvironmentReview): readonly Step[] {
  return plan === null ? [] : plan.steps.filter(({ service }) => pending.has(service));
}

/** Destroys of this pull request that nobody has confirmed yet. */
export function unconfirmedDestroys(environment: EnvironmentReview): readonly Step[] {
  const confirmed = environment.plan?.allowDestroy ?? [];
  return ownSteps(environment).filter(({ mustBeNamed, service }) => mustBeNamed && !confirmed.includes(service));
}

/** Whether anything changes in any environment by this pull request. */
export function changesAnything({ environments }: Review): boolean {
  return environments.some((environment) => ownSteps(environment).length > 0);
}

/** Every problem of the files and plans, once, though several environments meet it. */
export function problemsOf({ diagnostics, environments }: Review): readonly Diagnostic[] {
  const seen = new Set<string>();
  return [...diagnostics, ...environments.flatMap((one) => one.diagnostics)].filter(
    ({ code, severity, summary, range, service }) => {
      const key = JSON.stringify([code, severity, summary, range?.file, range?.start.offset, service]);
      return !seen.has(key) && seen.add(key);
    },
  );
}

/** Those of one severity. */
export function ofSeverity(problems: readonly Diagnostic[], severity: Diagnostic["severity"]): readonly Diagnostic[] {
  return problems.filter((problem) => problem.severity === severity);
}

/** The environments to which an error lets nothing be applied: all of them where it is one of the files as a whole. */
export function erredEnvironments({ diagnostics, environments }: Review): readonly EnvironmentReview[] {
  if (ofSeverity(diagnostics, "error").length > 0) return environments;
  return environments.filter((one) => ofSeverity(one.diagnostics, "error").length > 0);
}
