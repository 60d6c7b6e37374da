import { descends, findCommit, rememberCommit } from "../git/revisions.ts";
import type { Oid } from "../model/basics.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { stateRef } from "../state/state-store.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import type { Workspace } from "./workspace.ts";

/**
 * What is wrong with a shared State's tip, judged by the deployments that are known: it must descend from each. A branch that
 * somebody deleted or forced elsewhere would have forgotten what runs, and is not applied upon.
 */
export async function stateProblems(
  workspace: Workspace,
  environment: OpenEnvironment,
  on: { readonly tip: Oid | null; readonly deployed: readonly Oid[] },
): Promise<readonly Diagnostic[]> {
  const { remote, name } = environment;
  if (remote === null) return [];
  const kept = await lastDeployed(workspace, name);
  const known = new Set([...on.deployed, ...(kept === null ? [] : [kept])]);
  const ref = stateRef(name);
  for (const ancestor of known) {
    if (on.tip === null) return [stateLost(name, ancestor)];
    const question = { ancestor, commit: on.tip, remote, ref };
    if (!(await descends(workspace.repository, question))) return [stateForked(name, ancestor, on.tip)];
  }
  return [];
}

/** Remembers on this machine which State was deployed from last: what comes after must descend from it. */
export async function rememberDeployed(workspace: Workspace, environment: string, oid: Oid): Promise<void> {
  await rememberCommit(workspace.repository, deployedRef(environment), oid);
}

/** The State that this machine deployed from last; null: none, or it is not here. */
export function lastDeployed({ repository }: Workspace, environment: string): Promise<Oid | null> {
  return findCommit(repository, deployedRef(environment));
}

function deployedRef(environment: string): string {
  return `refs/fairlead/deployed/${environment}`;
}

function stateLost(environment: string, last: Oid): Diagnostic {
  return {
    code: "state-lost",
    severity: "error",
    environment,
    summary: `the State of ${environment} is gone: its branch fairlead-state/${environment} does not exist`,
    detail: `The last deployment recorded it as ${last.slice(0, 12)}. Without it everything would be taken for new.`,
    hint: `push it back where you still have it (\`git push origin ${last.slice(0, 12)}:refs/heads/fairlead-state/${environment}\`), or rebuild it from what runs: \`fairlead state repair -e ${environment}\``,
  };
}

function stateForked(environment: string, last: Oid, tip: Oid): Diagnostic {
  return {
    code: "state-forked",
    severity: "error",
    environment,
    summary: `the State of ${environment} is not what was deployed last: fairlead-state/${environment} was moved by force`,
    detail: `Its tip ${tip.slice(0, 12)} does not descend from ${last.slice(0, 12)}, which the last deployment recorded.`,
    hint: `move it back (\`git push --force-with-lease origin ${last.slice(0, 12)}:refs/heads/fairlead-state/${environment}\`), or rebuild it from what runs: \`fairlead state repair -e ${environment}\``,
  };
}
