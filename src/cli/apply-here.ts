import { apply } from "../apply/apply.ts";
import type { ApplyInput, ApplyReport } from "../apply/apply-input.ts";
import { renderReport } from "../apply/report.ts";
import { artifactStore } from "../git/artifact-store.ts";
import type { Ms, Oid, ServiceId } from "../model/basics.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { SecretReader } from "../model/target.ts";
import type { Connection } from "../targets/connection.ts";
import type { Face } from "./face.ts";
import { noSecretVersions, type OpenEnvironment } from "./open-environment.ts";
import { startTask } from "./progress.ts";
import { runIdentity } from "./run-identity.ts";
import { showProblems } from "./show-diagnostics.ts";
import { rememberDeployed, stateProblems } from "./state-descent.ts";
import { tellOfApply } from "./tell-of-apply.ts";
import type { Terminal } from "./terminal.ts";
import { voucher } from "./vouch.ts";
import type { Workspace } from "./workspace.ts";

/** Until the secrets room is built nothing can be read; the planner refuses every reference before this is asked. */
const noSecrets: SecretReader = { read: async () => null };

/** On a local ref signs of life cost nothing: a run that was killed is taken over soon, and within the next one's patience. */
const LOCAL = { coalesceMs: 300, ttlMs: 15_000, patienceMs: 25_000 } as const;

/** What is done under the claim in place of an ordinary apply, and how it is told. */
export interface Instead {
  readonly perform: (input: ApplyInput) => Promise<ApplyReport>;
  readonly title: string;
  readonly done: string;
}

/** Applies an environment's plan through an open connection, and shows how it goes. */
export async function applyHere(on: {
  readonly face: Face;
  readonly workspace: Workspace;
  readonly environment: OpenEnvironment;
  readonly connection: Connection;
  readonly permit: ApplyInput["permit"];
  readonly parallelism: number;
  readonly budgetMs?: Ms;
  /** States of deployments that are known from elsewhere: the one that is there must descend from each. */
  readonly deployed?: readonly Oid[];
  readonly instead?: Instead;
}): Promise<ApplyReport> {
  const { face, workspace, environment, connection } = on;
  const problemsOf = (tip: Oid | null): Promise<readonly Diagnostic[]> =>
    stateProblems(workspace, environment, { tip, deployed: on.deployed ?? [] });
  const wrong = await problemsOf((await environment.store.read()).oid);
  if (wrong.length > 0) return refusedReport(environment.name, runIdentity(face).run, wrong);
  const artifacts = artifactStore(workspace.repository);
  const task = await startTask(face.terminal, on.instead?.title ?? `Applying to ${environment.name}`);
  const said = new Map<ServiceId, string>();
  try {
    const applied = await (on.instead?.perform ?? apply)({
      environment: environment.name,
      store: environment.store,
      target: connection.target,
      edge: connection.edge,
      secrets: noSecrets,
      declared: environment.declared,
      impacts: environment.impacts,
      secretVersions: noSecretVersions,
      keep: async ({ artifact }) => (artifact.kind === "files" ? artifacts.save(artifact.trees) : []),
      // Asked again under the claim: the branch may have been moved while another's was waited for.
      async permit(plan) {
        const refused = await problemsOf(plan.stateOid);
        return refused.length > 0 ? { refused } : on.permit(plan);
      },
      ...(environment.remote === null ? {} : { vouch: voucher(workspace, environment, environment.remote) }),
      ...runIdentity(face),
      clock: face.clock,
      nonce: face.nonce,
      parallelism: on.parallelism,
      ...(on.budgetMs === undefined ? {} : { budgetMs: on.budgetMs }),
      // A local ref costs nothing but its lock; what is pushed is gathered longer.
      ...(environment.remote !== null ? {} : LOCAL),
      signal: face.signal,
      onEvent: (event) => {
        if (event.service === undefined) return task.note(event.says);
        if (said.get(event.service) === event.says) return;
        said.set(event.service, event.says);
        task.note(`${event.service}: ${event.says}`);
      },
    });
    await rememberTip(workspace, environment);
    const untold = await tellOfApply(face, applied, environment.declared);
    const report = untold.length === 0 ? applied : { ...applied, diagnostics: [...applied.diagnostics, ...untold] };
    const held = report.services.filter(({ outcome }) => outcome === "held").length;
    if (report.outcome !== "applied" && report.outcome !== "nothing-to-do")
      task.fail(`${environment.name}: ${report.outcome}`);
    else if (held > 0)
      task.fail(`${environment.name} is as declared but for ${held} that ${held === 1 ? "is" : "are"} held`);
    else task.done(on.instead?.done ?? `${environment.name} is as declared`);
    return report;
  } catch (error) {
    task.fail("Applying broke off");
    throw error;
  }
}

/** A State out of reach at the very end costs the next run one check, and nobody the report of this one. */
async function rememberTip(workspace: Workspace, { name, store, remote }: OpenEnvironment): Promise<void> {
  const tip = remote === null ? null : await store.read().catch(() => null);
  if (tip?.oid) await rememberDeployed(workspace, name, tip.oid);
}

/** Where State itself is not to be trusted, nothing is begun. */
export function refusedReport(environment: string, run: string, diagnostics: readonly Diagnostic[]): ApplyReport {
  return { environment, run, outcome: "refused", plan: null, services: [], diagnostics };
}

/** The report for people, and the problems that the run met besides those that were shown before it. */
export function showReport(terminal: Terminal, report: ApplyReport, shown: readonly Diagnostic[]): void {
  const known = new Set([
    ...shown.map(({ summary }) => summary),
    // What became of a service says why itself.
    ...report.services.map(({ says }) => says),
  ]);
  showProblems(
    terminal,
    report.diagnostics.filter(({ summary }) => !known.has(summary)),
  );
  terminal.say(renderReport(report, { color: terminal.color, width: terminal.width }));
}
