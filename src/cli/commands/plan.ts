import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { findCommit } from "../../git/revisions.ts";
import { planToJson } from "../../plan/plan-json.ts";
import { renderMarkdown } from "../../plan/render-markdown.ts";
import { renderText } from "../../plan/render-text.ts";
import type { Face } from "../face.ts";
import { lookAtCommit, revisionMissing } from "../look-at-commit.ts";
import { openEnvironment } from "../open-environment.ts";
import { planProposal } from "../plan-proposal.ts";
import { isUsable, refuse, showProblems } from "../show-diagnostics.ts";
import { openWorkspace } from "../workspace.ts";

export interface PlanOptions {
  /** Development unless given; with `base`, every environment that a team shares. */
  readonly environment?: string;
  /** A commit instead of the working folder. */
  readonly ref?: string;
  /** A commit that it would be merged into. */
  readonly base?: string;
  readonly offline?: boolean;
  readonly format?: string;
  readonly json?: boolean;
  readonly out?: string;
  readonly detailedExitcode?: boolean;
  readonly allowDestroy?: readonly string[];
}

/** `fairlead plan`: what would change, and what it would cost. Exit 2 for changes where `--detailed-exitcode` asks. */
export async function plan(face: Face, options: PlanOptions): Promise<number> {
  const { terminal } = face;
  const workspace = await openWorkspace(face);
  try {
    if (options.offline) workspace.goOffline();
    if (options.base !== undefined) return await planProposal(face, workspace, { ...options, base: options.base });
    const commit = options.ref === undefined ? undefined : await findCommit(workspace.repository, options.ref);
    if (commit === null) return refuse(terminal, [revisionMissing(options.ref ?? "")]);
    const lookAt = commit === undefined ? workspace.look : () => lookAtCommit(workspace, commit);
    const environment = await openEnvironment(workspace, options.environment ?? "development", lookAt);
    if (environment.value === null) return refuse(terminal, environment.diagnostics);
    const planned = await environment.value.planned(new Set(options.allowDestroy));
    if (!isUsable(planned.diagnostics)) return refuse(terminal, planned.diagnostics);
    const problems = [...planned.diagnostics, ...planned.safety];
    const json = (): string => `${JSON.stringify(planToJson(planned.plan), null, 2)}\n`;

    const format = options.json ? "json" : (options.format ?? "text");
    if (format === "json") terminal.result(json());
    else if (format === "markdown") terminal.result(renderMarkdown(planned.plan));
    else
      terminal.result(
        renderText(planned.plan, { color: terminal.color, width: terminal.width, diagnostics: problems }),
      );
    showProblems(terminal, problems);
    if (options.out !== undefined) {
      const file = resolve(face.directory, options.out);
      writeFileSync(file, json());
      terminal.complain(`Kept as ${options.out}: \`fairlead apply ${options.out}\` applies exactly these steps.`);
    }
    return options.detailedExitcode && planned.plan.steps.length > 0 ? 2 : 0;
  } finally {
    await workspace.close();
  }
}
