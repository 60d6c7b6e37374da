import { isDeepStrictEqual } from "node:util";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Project } from "../model/project.ts";

/**
 * What a proposal changes of the rules themselves: where environments run, when they are applied and by whose leave, and the
 * limits that stop an apply. No service changes by it, which is why a reader would miss it.
 */
export function changedRules(before: Project, after: Project): Diagnostic[] {
  const changes: Diagnostic[] = [];
  const names = new Set([...Object.keys(before.environments), ...Object.keys(after.environments)]);
  for (const name of [...names].sort()) {
    const [was, is] = [before.environments[name], after.environments[name]];
    if (was === undefined || is === undefined) {
      if (was === undefined) {
        if (name !== "development") changes.push(warning(name, `${name} is new, with rules of its own`));
        continue;
      }
      changes.push({
        ...warning(name, `fairlead.yaml names ${name} no more`),
        detail: "What runs there goes on running, and nobody looks after it.",
        hint: "delete its services first, apply that, and drop the environment then",
      });
      continue;
    }
    if (!isDeepStrictEqual(was.target, is.target))
      changes.push({
        ...warning(name, `${name} would run somewhere else: its target changes`),
        detail:
          "The plan compares what is declared with what is recorded; what runs on the target of before is not taken away.",
      });
    for (const key of ["apply", "approvers"] as const)
      if (!isDeepStrictEqual(was[key], is[key]))
        changes.push(
          warning(
            name,
            `${name}: \`${key}\` changes from ${JSON.stringify(was[key] ?? [])} to ${JSON.stringify(is[key] ?? [])}`,
          ),
        );
  }
  if (!isDeepStrictEqual(before.safety, after.safety))
    changes.push(
      warning(undefined, `\`safety\` changes from ${JSON.stringify(before.safety)} to ${JSON.stringify(after.safety)}`),
    );
  return changes;
}

function warning(environment: string | undefined, summary: string): Diagnostic {
  return {
    code: "rules-changed",
    severity: "warning",
    summary,
    ...(environment === undefined ? {} : { environment }),
  };
}
