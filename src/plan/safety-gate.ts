import { suggest } from "../diagnostics/suggest.ts";
import type { ServiceId } from "../model/basics.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Plan, Step } from "../model/plan.ts";
import type { Project } from "../model/project.ts";

export interface SafetyInput {
  readonly project: Project;
  readonly environment: string;
  /** Services that State records. */
  readonly recordedCount: number;
  /** Services named with `--allow-destroy`. */
  readonly allowDestroy: ReadonlySet<ServiceId>;
}

/**
 * What stops an apply although every file is right. Outside development every delete, and every replace of a protected
 * service, must be named; a protected service's delete everywhere. Besides, an empty catalog or too large a share of deletes
 * is taken for a mistake, unless each of these deletes is named: there is no switch that turns all guards off.
 */
export function safetyGate(
  plan: Plan,
  { project, environment, recordedCount, allowDestroy }: SafetyInput,
): Diagnostic[] {
  const at = { environment } as const;
  const unnamed = plan.steps.filter(({ mustBeNamed, service }) => mustBeNamed && !allowDestroy.has(service));
  const deletes = plan.steps.filter(({ action, service }) => action === "delete" && !allowDestroy.has(service));
  const diagnostics: Diagnostic[] = unnamed.map((step) => ({
    ...at,
    code: "destroy-not-named",
    severity: "error",
    service: step.service,
    summary: `${whatHappens(step)} in ${environment}, and nobody has named it`,
    detail: step.protected
      ? "It is protected: neither an edit nor the removal of its file lifts that."
      : `Outside development a service is deleted only where somebody means it.`,
    hint: `if that is meant: \`${applyCommand(environment, [step])}\``,
  }));
  const declared = Object.entries(plan.counts).reduce((sum, [action, n]) => sum + (action === "delete" ? 0 : n), 0);
  if (declared === 0 && deletes.length > 0)
    diagnostics.push({
      ...at,
      code: "catalog-empty",
      severity: "error",
      summary: `no file declares a service for ${environment}, and all ${recordedCount} recorded ones would be deleted`,
      detail: "A pattern that matches nothing is likelier than the end of everything.",
      hint: `look at \`services:\` in fairlead.yaml; if it is meant: \`${applyCommand(environment, deletes)}\``,
    });
  else if (deletes.length * 100 > project.safety.max_delete_percent * recordedCount)
    diagnostics.push({
      ...at,
      code: "too-many-deletes",
      severity: "error",
      summary: `${deletes.length} of ${recordedCount} recorded services would be deleted from ${environment}, more than ${project.safety.max_delete_percent} %`,
      detail: "So many at once are likelier a mistake; services that are named do not count.",
      hint: `if it is meant: \`${applyCommand(environment, deletes)}\`, or raise \`safety.max_delete_percent\` in fairlead.yaml`,
    });
  return [...diagnostics, ...namedForNothing(plan, allowDestroy, environment)];
}

/** The command that applies a plan, with the services named that it destroys. */
export function applyCommand(environment: string, destroyed: readonly Pick<Step, "service">[]): string {
  const where = environment === "development" ? [] : ["-e", environment];
  const named = destroyed.slice(0, NAMED_MAX).flatMap(({ service }) => ["--allow-destroy", service]);
  const more = destroyed.length > NAMED_MAX ? [`… and ${destroyed.length - NAMED_MAX} more`] : [];
  return ["fairlead", "apply", ...where, ...named, ...more].join(" ");
}

const NAMED_MAX = 10;

function whatHappens({ service, action }: Step): string {
  return `\`${service}\` would be ${action === "delete" ? "deleted" : "replaced"}`;
}

function namedForNothing(plan: Plan, allowDestroy: ReadonlySet<ServiceId>, environment: string): Diagnostic[] {
  const destroyed = plan.steps
    .filter((step) => step.mustBeNamed || step.action === "delete")
    .map(({ service }) => service);
  return [...allowDestroy]
    .filter((service) => !destroyed.includes(service))
    .sort()
    .map((service) => {
      const meant = suggest(service, destroyed);
      return {
        code: "destroy-named-for-nothing",
        severity: "warning",
        environment,
        summary: `\`${service}\` was named with --allow-destroy, and this plan does not destroy it`,
        ...(meant === undefined ? {} : { hint: `did you mean \`${meant}\`?` }),
      };
    });
}
