import type { ServiceDrift } from "../../../apply/drift-report.ts";
import { codeCell, codeSpan, markdownText } from "../../../diagnostics/escape-markdown.ts";
import type { GitHubClient } from "../../../github/client.ts";
import { closeIssue, keepIssue } from "../../../github/issues.ts";
import { promotionOrder } from "../../../plan/promotion-order.ts";
import type { Face } from "../../face.ts";
import { githubHere, tokenMissing } from "../../github-here.ts";
import { type GitHubRun, githubRun } from "../../github-run.ts";
import { type DriftFound, lookForDrift } from "../../look-for-drift.ts";
import { openEnvironment } from "../../open-environment.ts";
import { refuse, showProblems } from "../../show-diagnostics.ts";
import { openWorkspace, type Workspace } from "../../workspace.ts";

const LABEL = "fairlead: drift";
const ROWS_MAX = 100;

/**
 * `fairlead github drift`: one open issue for each environment in which something runs otherwise than recorded; closed once it
 * runs as recorded again. What cannot be told opens and closes nothing, and fails the run.
 */
export async function githubDrift(face: Face, options: { readonly environment?: readonly string[] }): Promise<number> {
  const { terminal } = face;
  const run = githubRun(face);
  if (run.value === null) return refuse(terminal, run.diagnostics);
  const workspace = await openWorkspace(face);
  try {
    const client = githubHere(face);
    if (client === null) return refuse(terminal, [tokenMissing()]);
    const names = options.environment ?? promotionOrder((await workspace.look()).project);
    let code = 0;
    for (const name of names) code = Math.max(code, await tellDrift(face, { workspace, run: run.value, client, name }));
    return code;
  } finally {
    await workspace.close();
  }
}

async function tellDrift(
  face: Face,
  on: { readonly workspace: Workspace; readonly run: GitHubRun; readonly client: GitHubClient; readonly name: string },
): Promise<number> {
  const { workspace, run, client, name } = on;
  const { terminal } = face;
  const opened = await openEnvironment(workspace, name);
  if (opened.value === null) return refuse(terminal, opened.diagnostics);
  const found = await lookForDrift(face, workspace, opened.value);
  if (found.value === null) return refuse(terminal, found.diagnostics);
  showProblems(terminal, found.diagnostics);
  const { report } = found.value;
  const place = { marker: `drift-${name}`, label: LABEL, author: run.author };
  if (report.hasDrifted) {
    const drifted = report.services.filter(({ is }) => is === "drifted" || is === "foreign");
    const title = `${name} is not what was applied: ${drifted.length === 1 ? "1 service" : `${drifted.length} services`}`;
    const { url } = await keepIssue(client, { ...place, title, body: bodyOf(run, name, found.value, drifted) });
    terminal.say(`${name} has drifted: ${url}`);
    return 0;
  }
  if (!report.isComplete) {
    terminal.complain(`${name} could not be seen as a whole: nothing is said about it.`);
    return 1;
  }
  const closed = await closeIssue(client, { ...place, comment: `Everything in ${name} runs as it was applied again.` });
  terminal.say(
    closed === null ? `${name} runs as it was applied.` : `${name} runs as it was applied again: closed #${closed}.`,
  );
  return 0;
}

function bodyOf(run: GitHubRun, name: string, { state }: DriftFound, drifted: readonly ServiceDrift[]): string {
  const rows = drifted.slice(0, ROWS_MAX).map(({ service, is, says, release }) => {
    const recorded = release === null ? "" : `r${release}`;
    return `| ${codeCell(service)} | ${is} | ${recorded} | ${markdownText(says, codeCell)} |`;
  });
  const more = drifted.length - rows.length;
  return [
    `What runs in ${codeSpan(name)} is not what Git records of it.`,
    ["| service | | recorded | what was seen |", "|---|---|---|---|", ...rows].join("\n"),
    ...(more > 0 ? [`And ${more} more.`] : []),
    `The next apply brings back what is recorded: run the apply workflow for ${codeSpan(name)}, or merge a change. This issue closes by itself.`,
    `<sub>State ${codeSpan(state?.slice(0, 12) ?? "none")} · [seen by this run](${run.runUrl})</sub>`,
  ].join("\n\n");
}
