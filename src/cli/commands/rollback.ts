import { reportToJson } from "../../apply/report.ts";
import { rollBackNow } from "../../apply/roll-back.ts";
import type { Release } from "../../model/state.ts";
import { applyHere, showReport } from "../apply-here.ts";
import { connecting } from "../connect-target.ts";
import type { Face } from "../face.ts";
import { type OpenEnvironment, openEnvironment } from "../open-environment.ts";
import { proposeRollback } from "../propose-rollback.ts";
import { releaseToRestore } from "../release-to-restore.ts";
import { refuse } from "../show-diagnostics.ts";
import { stateProblems } from "../state-descent.ts";
import { openWorkspace, type Workspace } from "../workspace.ts";
import { exitCodeOf } from "./apply.ts";

/**
 * `fairlead rollback ID`: prepares the commit that makes a service again what an earlier release was, on a branch with a pull
 * request. With `--now` that release is brought back at once, and what is declared is held until Git agrees.
 */
export async function rollback(
  face: Face,
  options: { readonly environment: string; readonly to?: number; readonly now?: boolean },
  args: readonly string[],
): Promise<number> {
  const { terminal } = face;
  const service = args[0] ?? "";
  const workspace = await openWorkspace(face);
  try {
    const opened = await openEnvironment(workspace, options.environment);
    if (opened.value === null) return refuse(terminal, opened.diagnostics);
    const environment = opened.value;
    const on = await environment.store.read();
    const wrong = await stateProblems(workspace, environment, { tip: on.oid, deployed: [] });
    if (wrong.length > 0) return refuse(terminal, wrong);
    const release = await releaseToRestore(workspace, environment, { service, to: options.to, on });
    if (release.value === null) return refuse(terminal, release.diagnostics);
    const found = { environment, release: release.value };
    return await (options.now ? restoreNow(face, workspace, found) : proposeRollback(face, workspace, found));
  } finally {
    await workspace.close();
  }
}

async function restoreNow(
  face: Face,
  workspace: Workspace,
  { environment, release }: { readonly environment: OpenEnvironment; readonly release: Release },
): Promise<number> {
  const { terminal } = face;
  const { service, number } = release;
  const connector = await environment.kind.connector();
  const connection = await connector.connect(connecting(face, workspace, environment), "start");
  if (connection.value === null) return refuse(terminal, connection.diagnostics);
  try {
    const report = await applyHere({
      face,
      workspace,
      environment,
      connection: connection.value,
      // Whoever says --now says it of this one release; nothing else is touched, and nothing protected replaced.
      permit: () => ({ approved: new Map(), allowDestroy: new Set() }),
      parallelism: 1,
      instead: {
        perform: (input) => rollBackNow(input, release),
        title: `Rolling ${service} of ${environment.name} back to r${number}`,
        done: `${service} runs again as r${number} did`,
      },
    });
    if (terminal.json) terminal.result(`${JSON.stringify(reportToJson(report), null, 2)}\n`);
    else {
      showReport(terminal, report, []);
      if (report.outcome === "applied")
        terminal.say(
          `What is declared is held until Git agrees: \`fairlead rollback ${service} --to ${number} -e ${environment.name}\` prepares that.`,
        );
    }
    return exitCodeOf(report, false);
  } finally {
    await connection.value.close();
  }
}
