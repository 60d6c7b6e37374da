import type { ApplyReport } from "../../../apply/apply-input.ts";
import { retryHeld } from "../../../apply/retry-held.ts";
import { renderGithub } from "../../../diagnostics/render-github.ts";
import type { GitHubClient } from "../../../github/client.ts";
import { newestSuccess, setDeploymentStatus, startDeployment } from "../../../github/deployments.ts";
import { pullRequestsThatMerged } from "../../../github/pull-requests.ts";
import { publishComment } from "../../../github/sticky-comment.ts";
import type { Oid, ServiceId } from "../../../model/basics.ts";
import type { Diagnostic } from "../../../model/diagnostic.ts";
import { digestOf } from "../../../model/digest.ts";
import { renderText } from "../../../plan/render-text.ts";
import { waitingFor } from "../../../plan/waiting-for.ts";
import { applyHere, refusedReport, showReport } from "../../apply-here.ts";
import { connecting } from "../../connect-target.ts";
import { type DefaultBranch, followDefaultBranch } from "../../default-branch.ts";
import type { Face } from "../../face.ts";
import { githubHere, membersHere, tokenMissing } from "../../github-here.ts";
import { type GitHubRun, githubRun } from "../../github-run.ts";
import { obstaclesOf } from "../../obstacles.ts";
import { type OpenEnvironment, openEnvironment, type Planned } from "../../open-environment.ts";
import { outcomeOf } from "../../outcome-comment.ts";
import { digestsOf, type Permitter, permitter } from "../../permission.ts";
import { runIdentity } from "../../run-identity.ts";
import { isUsable, refuse } from "../../show-diagnostics.ts";
import { openWorkspace, type Workspace } from "../../workspace.ts";
import { exitCodeOf } from "../apply.ts";

/** Services changed side by side. */
const PARALLELISM = 4;

/**
 * `fairlead github apply`: brings an environment to where the default branch is, as far as it was approved. What was not gets a
 * fresh plan and a way on; the rest proceeds. Deployments and comments tell how it went.
 */
export async function githubApply(face: Face, options: { readonly environment: string }): Promise<number> {
  const { terminal } = face;
  const opened = githubRun(face);
  if (opened.value === null) return refuse(terminal, opened.diagnostics);
  const run = opened.value;
  if (run.ref !== `refs/heads/${run.defaultBranch}`) return refuse(terminal, [otherBranch(run)]);
  const client = githubHere(face);
  if (client === null) return refuse(terminal, [tokenMissing()]);
  const workspace = await openWorkspace(face);
  try {
    const branch = await followDefaultBranch(workspace, run.defaultBranch);
    const environment = await openEnvironment(workspace, options.environment, branch.look);
    if (environment.value === null) return refuse(terminal, environment.diagnostics);
    if (!(await letTryAgain(face, run, environment.value))) return 1;
    const planned = await environment.value.planned(new Set());
    terminal.say(renderText(planned.plan, { color: terminal.color, width: terminal.width, goOn: false }));
    terminal.result(renderGithub(planned.diagnostics));
    return await applyAndTell({ face, client, run, workspace, branch, environment: environment.value, planned });
  } finally {
    await workspace.close();
  }
}

/** Held releases that a person lets be tried again in starting this run: State is written by workflows alone. */
async function letTryAgain(face: Face, run: GitHubRun, { store }: OpenEnvironment): Promise<boolean> {
  const services = (run.event.at("inputs", "retry").text ?? "").split(/[\s,]+/).filter(Boolean);
  for (const service of services) {
    const on = { store, service, run: runIdentity(face).run, nonce: face.nonce, now: face.clock.now };
    const { diagnostics } = await retryHeld(on);
    if (!isUsable(diagnostics)) {
      refuse(face.terminal, diagnostics);
      return false;
    }
  }
  return true;
}

interface Session {
  readonly face: Face;
  readonly client: GitHubClient;
  readonly run: GitHubRun;
  readonly workspace: Workspace;
  readonly branch: DefaultBranch;
  readonly environment: OpenEnvironment;
  readonly planned: Planned;
}

async function applyAndTell(session: Session): Promise<number> {
  const { face, client, run, environment, planned } = session;
  const last = await newestSuccess(client, { environment: environment.name, by: run.author });
  const isWrong = !isUsable(planned.diagnostics);
  const permitting = permissionFor(session, last?.payload?.commit ?? null);
  // A plan that somebody has named is deployed even where it is empty: so a repaired State becomes the one that others descend from.
  const acts = !isWrong && (isNamed(session) || planned.plan.steps.some(({ action }) => action !== "held"));
  const tell = acts ? await beginDeployment(session) : null;
  let report: ApplyReport;
  try {
    const deployed = isNamed(session) ? [] : statesOf(last);
    const done = isWrong ? planned.diagnostics : await applyWith(session, { permitting, deployed });
    report = isReport(done) ? done : refusedReport(environment.name, runIdentity(face).run, done);
  } catch (error) {
    await tell?.({ state: "error", description: error instanceof Error ? error.message : String(error) });
    throw error;
  }
  // The log has it before GitHub is told: whatever becomes of that, nobody is left without the report.
  showReport(face.terminal, report, planned.diagnostics);
  face.terminal.result(renderGithub(report.diagnostics));
  const code = exitCodeOf(report, false);
  await tell?.({ state: code === 0 ? "success" : "failure", description: await inShort(environment, report) });
  await comment(session, { report, permitting });
  return code;
}

function permissionFor(session: Session, deployed: Oid | null): Permitter {
  const { face, workspace, environment, branch, run, client } = session;
  const { apply } = environment.project.environments[environment.name] ?? { apply: "manual" };
  return permitter({
    workspace,
    environment,
    remote: branch.remote,
    run,
    client,
    members: membersHere(face),
    tip: branch.tip,
    deployed,
    waiting: async (plan) => {
      if (typeof apply !== "object") return new Map<ServiceId, string>();
      const earlier = await openEnvironment(workspace, apply.after, branch.look);
      const planned = (await earlier.value?.planned(new Set())) ?? null;
      return waitingFor(plan, apply.after, planned && { plan: planned.plan, broken: planned.catalog.broken });
    },
  });
}

/** Applies through a connection to the target; diagnostics where there is none, or something stands in the way. */
async function applyWith(
  session: Session,
  on: { readonly permitting: Permitter; readonly deployed: readonly Oid[] },
): Promise<ApplyReport | readonly Diagnostic[]> {
  const { face, workspace, environment, planned } = session;
  const connector = await environment.kind.connector();
  const connected = await connector.connect(connecting(face, workspace, environment), "start");
  if (connected.value === null) return connected.diagnostics;
  try {
    const obstacles = await obstaclesOf(connected.value, planned);
    if (obstacles.length > 0) return obstacles;
    return await applyHere({
      face,
      workspace,
      environment,
      connection: connected.value,
      permit: on.permitting.permit,
      parallelism: PARALLELISM,
      deployed: on.deployed,
    });
  } finally {
    await connected.value.close();
  }
}

type Tell = (status: Omit<Parameters<typeof setDeploymentStatus>[2], "logUrl">) => Promise<void>;

/** A deployment of GitHub's, with the State that it begins from. */
async function beginDeployment({ face, client, run, environment, branch, planned }: Session): Promise<Tell> {
  const payload = { state: planned.plan.stateOid, commit: branch.tip(), run: runIdentity(face).run };
  const { id } = await startDeployment(client, {
    environment: environment.name,
    payload,
    isProduction: environment.name === "production",
  });
  const tell: Tell = (status) => setDeploymentStatus(client, id, { ...status, logUrl: run.runUrl });
  await tell({ state: "in_progress", description: "applying" });
  return tell;
}

/** What the deployment says in the end, with the State that it left: what comes after must descend from it. */
async function inShort({ store }: OpenEnvironment, { services, outcome }: ApplyReport): Promise<string> {
  const counts = new Map<string, number>();
  for (const one of services) counts.set(one.outcome, (counts.get(one.outcome) ?? 0) + 1);
  const words = [...counts].map(([word, count]) => `${count} ${word}`).join(", ");
  const { oid } = await store.read().catch(() => ({ oid: null }));
  return `${words || outcome}${oid === null ? "" : ` · State ${oid}`}`;
}

/** Somebody has looked at this very plan, and at the State that it stands on: a repaired one descends from nothing. */
function isNamed({ run, planned }: Session): boolean {
  return digestsOf(run).some((digest) => planned.plan.digest.startsWith(digest));
}

/** The States that the last deployment began from and left: the one that is there now must descend from both. */
function statesOf(last: Awaited<ReturnType<typeof newestSuccess>>): readonly Oid[] {
  const left = / · State ([0-9a-f]{40,64})$/.exec(last?.said ?? "")?.[1];
  return [last?.payload?.state, left].filter((oid) => typeof oid === "string");
}

function isReport(value: ApplyReport | readonly Diagnostic[]): value is ApplyReport {
  return "outcome" in value;
}

/** On each merged pull request that this apply was about: what became of it here, once per environment. */
async function comment(
  { run, client, branch, environment }: Session,
  on: { readonly report: ApplyReport; readonly permitting: Permitter },
): Promise<void> {
  const body = outcomeOf(run, environment.name, on.report);
  run.summarise(body);
  if (on.report.services.length === 0 && isUsable(on.report.diagnostics)) return;
  const merged = await pullRequestsThatMerged(client, { commit: branch.tip(), base: run.defaultBranch });
  const numbers = new Set([...on.permitting.pulls(), ...merged.map(({ number }) => number)]);
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const place = { number, marker: `apply-${environment.name}`, author: run.author };
    await publishComment(client, { ...place, digest: digestOf([run.runUrl, branch.tip()]), body });
  }
}

function otherBranch({ ref, defaultBranch }: GitHubRun): Diagnostic {
  return {
    code: "branch-not-applied",
    severity: "error",
    summary: `${ref || "this ref"} is not applied: only ${defaultBranch} is`,
    hint: `merge it, or start the workflow on ${defaultBranch}`,
  };
}
