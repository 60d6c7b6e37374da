import { inFileOrder } from "../diagnostics/order.ts";
import type { Diagnosed } from "../model/diagnostic.ts";
import type { EnvironmentSpec, Project, SiteSpec, WatchSpec } from "../model/project.ts";
import type { Tree } from "../model/tree.ts";
import { explain } from "./explain.ts";
import { compileNormaliser } from "./normalise.ts";
import { named, notificationProblems } from "./notification-problems.ts";
import { origin } from "./origin.ts";
import { isMapping, type Raw } from "./overlay.ts";
import { type Read, readText } from "./read-text.ts";
import { type SchemaCheck, schemaCheck } from "./schema-check.ts";
import { readSchema } from "./schemas.ts";

export const PROJECT_FILE = "fairlead.yaml";

/**
 * `fairlead.yaml` of a Tree, validated, defaults filled in. A repository without one is a project called `default` with one
 * environment, `development`, on this machine. Where the file is wrong, the value is the default project: look at the
 * diagnostics before using it.
 */
export async function loadProject(tree: Tree): Promise<Diagnosed<Project>> {
  return projectOf(await readText(tree, PROJECT_FILE), await schemaCheck("fairlead"));
}

/** The project that a file declares; null stands for no file. */
export function projectOf(read: Read | null, check: SchemaCheck): Diagnosed<Project> {
  if (read === null) return { value: resolve({ project: "default" }), diagnostics: [] };
  const { file, raw } = read;
  if (raw === undefined) return { value: resolve({ project: "default" }), diagnostics: read.diagnostics };
  const root = readSchema("fairlead");
  const where = origin([{ file, prefix: [] }]);
  const problems = explain(root, raw, check(raw), "fairlead.yaml");
  const diagnostics = [
    ...read.diagnostics,
    ...problems.map(({ keys, at, problem }) => where.diagnosticAt(keys, at, problem)),
  ];
  if (diagnostics.some((diagnostic) => diagnostic.severity === "error") || !isMapping(raw))
    return { value: resolve({ project: "default" }), diagnostics: inFileOrder(diagnostics) };
  const project = resolve(raw);
  for (const [name, environment] of Object.entries(project.environments)) {
    if (typeof environment.apply !== "object" || Object.hasOwn(project.environments, environment.apply.after)) continue;
    diagnostics.push(
      where.diagnosticAt(["environments", name, "apply", "after"], "value", {
        code: "environment-unknown",
        severity: "error",
        summary: `there is no environment \`${environment.apply.after}\` to come after`,
        hint: `the environments are: ${Object.keys(project.environments).join(", ")}`,
      }),
    );
  }
  for (const { keys, at, problem } of notificationProblems(project.notifications))
    diagnostics.push(where.diagnosticAt(keys, at, problem));
  return { value: project, diagnostics: inFileOrder(diagnostics) };
}

function resolve(raw: Raw): Project {
  const { value } = compileNormaliser(readSchema("fairlead"), new Set(["defaults"]))(raw);
  const environments = Object.entries(value["environments"] as Record<string, Partial<EnvironmentSpec>>).map(
    ([name, { target, apply, approvers }]) => {
      const spec: EnvironmentSpec = {
        target: target as EnvironmentSpec["target"],
        apply: apply ?? (name === "production" ? "manual" : "on_merge"),
        approvers: approvers ?? [],
      };
      return [name, spec] as const;
    },
  );
  return {
    project: value["project"] as string,
    services: value["services"] as readonly string[],
    environments: Object.fromEntries(environments),
    defaults: isMapping(raw["defaults"]) ? raw["defaults"] : {},
    safety: value["safety"] as Project["safety"],
    health: value["health"] as WatchSpec,
    site: value["site"] as SiteSpec,
    notifications: ((value["notifications"] ?? []) as Parameters<typeof named>[0][]).map(named),
  };
}
