import type { Diagnostic } from "../../../model/diagnostic.ts";
import type { Project } from "../../../model/project.ts";
import { promotionOrder } from "../../../plan/promotion-order.ts";
import type { Face } from "../../face.ts";
import { type GitHubRun, githubRun } from "../../github-run.ts";
import { isUsable, refuse } from "../../show-diagnostics.ts";
import { openWorkspace } from "../../workspace.ts";

/**
 * `fairlead github environments`: those that this event is about, as JSON in their order of promotion, for the matrix of a
 * workflow. A merge reaches every one that does not wait for a person; a dispatch the one that it names; a schedule all. And
 * the `foremost` of them, for what shows one alone.
 */
export async function githubEnvironments(face: Face): Promise<number> {
  const { terminal } = face;
  const run = githubRun(face);
  if (run.value === null) return refuse(terminal, run.diagnostics);
  const workspace = await openWorkspace(face);
  try {
    const { project, diagnostics } = await workspace.look();
    if (!isUsable(diagnostics)) return refuse(terminal, diagnostics);
    const concernedNames = concerned(run.value, project);
    const asked = run.value.event.at("inputs", "environment").text ?? "";
    if (asked !== "" && concernedNames.length === 0) return refuse(terminal, [notShared(asked, project)]);
    const names = JSON.stringify(concernedNames);
    run.value.output("environments", names);
    run.value.output("foremost", foremost(concernedNames));
    terminal.result(`${names}\n`);
    return 0;
  } finally {
    await workspace.close();
  }
}

/** A start by hand that reaches nothing must not end green. */
function notShared(name: string, project: Project): Diagnostic {
  const shared = promotionOrder(project);
  return {
    code: "environment-unknown",
    severity: "error",
    summary: `there is no shared environment \`${name.slice(0, 63)}\``,
    hint:
      shared.length === 0 ? "fairlead.yaml names none but development" : `the shared ones are: ${shared.join(", ")}`,
  };
}

/** `production` where it is one of them, else the last in the order of promotion; empty without any. */
function foremost(names: readonly string[]): string {
  return names.includes("production") ? "production" : (names.at(-1) ?? "");
}

function concerned({ eventName, event }: GitHubRun, project: Project): readonly string[] {
  const shared = promotionOrder(project);
  const asked = event.at("inputs", "environment").text ?? "";
  if (eventName === "workflow_dispatch" && asked !== "") return shared.filter((name) => name === asked);
  if (eventName !== "push") return shared;
  return shared.filter((name) => project.environments[name]?.apply !== "manual");
}
