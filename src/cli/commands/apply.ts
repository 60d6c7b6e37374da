import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { reportToJson } from "../../apply/report.ts";
import type { Digest, Ms, ServiceId } from "../../model/basics.ts";
import type { Diagnosed, Diagnostic } from "../../model/diagnostic.ts";
import type { Plan } from "../../model/plan.ts";
import { approvalOf } from "../../plan/approval.ts";
import { renderText } from "../../plan/render-text.ts";
import { applyHere, showReport } from "../apply-here.ts";
import { connecting } from "../connect-target.ts";
import type { Face } from "../face.ts";
import { obstaclesOf } from "../obstacles.ts";
import { openEnvironment } from "../open-environment.ts";
import { isUsable, refuse, showProblems } from "../show-diagnostics.ts";
import type { Terminal } from "../terminal.ts";
import { openWorkspace } from "../workspace.ts";

export interface ApplyOptions {
  readonly environment: string;
  readonly json?: boolean;
  readonly yes?: boolean;
  readonly allowDestroy?: readonly string[];
  readonly parallelism: number;
  /** In milliseconds. */
  readonly budget?: Ms;
  readonly detailedExitcode?: boolean;
}

/**
 * `fairlead apply`: makes it so. With a plan file exactly its steps are approved, each for as long as nobody has changed
 * that service's record; without one a person says yes to the plan as shown, or `--yes` says it beforehand.
 */
export async function apply(face: Face, options: ApplyOptions, args: readonly string[]): Promise<number> {
  const { terminal } = face;
  const file = args[0];
  const approval = file === undefined ? null : readApproval(resolve(face.directory, file), file);
  if (approval?.value === null) return refuse(terminal, approval.diagnostics);
  const workspace = await openWorkspace(face);
  try {
    const opened = await openEnvironment(workspace, approval?.value?.environment ?? options.environment);
    if (opened.value === null) return refuse(terminal, opened.diagnostics);
    const environment = opened.value;
    const allowDestroy = new Set([...(options.allowDestroy ?? []), ...(approval?.value?.allowDestroy ?? [])]);
    const planned = await environment.planned(allowDestroy);
    if (!isUsable(planned.diagnostics)) return refuse(terminal, planned.diagnostics);
    terminal.say(renderText(planned.plan, { color: terminal.color, width: terminal.width, goOn: false }));
    showProblems(terminal, planned.diagnostics);
    if (!isUsable(planned.safety)) return refuse(terminal, planned.safety);

    if (approval === null && !options.yes && !(await isWanted(terminal, planned.plan))) return 1;
    // A yes is to what was shown, and so is having nothing to ask: what changes from here on gets a plan of its own.
    const approved: ReadonlyMap<ServiceId, Digest> =
      approval?.value?.steps ?? new Map(planned.plan.steps.map((step) => [step.service, step.digest]));

    const connection = await environment.kind
      .connector()
      .then((connector) => connector.connect(connecting(face, workspace, environment), "start"));
    if (connection.value === null) return refuse(terminal, connection.diagnostics);
    try {
      const obstacles = await obstaclesOf(connection.value, planned);
      if (obstacles.length > 0) return refuse(terminal, obstacles);
      const { parallelism, budget } = options;
      const report = await applyHere({
        face,
        workspace,
        environment,
        connection: connection.value,
        permit: () => ({ approved, allowDestroy }),
        parallelism,
        ...(budget === undefined ? {} : { budgetMs: budget }),
      });
      if (terminal.json) terminal.result(`${JSON.stringify(reportToJson(report), null, 2)}\n`);
      else showReport(terminal, report, [...planned.diagnostics, ...planned.safety]);
      return exitCodeOf(report, options.detailedExitcode === true);
    } finally {
      await connection.value.close();
    }
  } finally {
    await workspace.close();
  }
}

/** 0 done, 1 something failed or was refused, 2 held or paused where that was asked for, 130 interrupted. */
export function exitCodeOf(
  report: { readonly outcome: string; readonly services: readonly { readonly outcome: string }[] },
  detailed: boolean,
): number {
  if (report.outcome === "interrupted") return 130;
  if (report.outcome === "paused") return detailed ? 2 : 0;
  if (report.outcome !== "applied" && report.outcome !== "nothing-to-do") return 1;
  return detailed && report.services.some(({ outcome }) => outcome === "held") ? 2 : 0;
}

function readApproval(path: string, shown: string): ReturnType<typeof approvalOf> | Diagnosed<null> {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    const summary = `the plan file \`${shown}\` cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    const hint = `write one with \`fairlead plan --out ${shown}\``;
    return { value: null, diagnostics: [{ code: "plan-file-invalid", severity: "error", summary, hint }] };
  }
  return approvalOf(json);
}

/** Asks for a yes to a plan that was just shown. False has been said already: there was no yes, or nobody to ask. */
export async function isWanted(terminal: Terminal, { environment, steps }: Plan): Promise<boolean> {
  if (steps.every(({ action }) => action === "held")) return true;
  if (!terminal.interactive) {
    refuse(terminal, [needsYes()]);
    return false;
  }
  const { confirm } = await import("@clack/prompts");
  const yes = (await confirm({ message: `Apply this to ${environment}?`, initialValue: false })) === true;
  if (!yes) terminal.say("Nothing was changed.");
  return yes;
}

function needsYes(): Diagnostic {
  return {
    code: "confirmation-needed",
    severity: "error",
    summary: "nobody is there to say yes to this plan",
    hint: "add --yes, or apply a plan file: `fairlead plan --out plan.json`, then `fairlead apply plan.json`",
  };
}
