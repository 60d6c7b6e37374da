import { objectTree } from "../git/commit-tree.ts";
import { enoughOfLog, refLog } from "../git/ref-log.ts";
import { isAncestor } from "../git/revisions.ts";
import type { Oid } from "../model/basics.ts";
import type { State } from "../model/state.ts";
import { RUN_TRAILER } from "../state/runs.ts";
import { StateError } from "../state/state-error.ts";
import { stateAt, stateRef } from "../state/state-store.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import { lastDeployed } from "./state-descent.ts";
import type { Workspace } from "./workspace.ts";

/** How many commits of State are tried. */
const COMMITS_MAX = 200;

/** What is left of a State. */
export interface Remains {
  /** The commit that a new State goes on top of: the tip, or what this machine deployed last where the branch lost it. */
  readonly ground: Oid | null;
  /** What the ref says now. */
  readonly tip: Oid | null;
  readonly newest: { readonly oid: Oid; readonly at: string; readonly state: State } | null;
}

/** The newest State of an environment that can be read, in the history of its ref, or of what this machine deployed last. */
export async function remainsOfState(
  workspace: Workspace,
  { name, remote }: OpenEnvironment,
  tip: Oid | null,
): Promise<Remains> {
  const { repository } = workspace;
  const deployed = remote === null ? null : await lastDeployed(workspace, name);
  const isLost =
    deployed !== null &&
    deployed !== tip &&
    (tip === null || (await isAncestor(repository, { ancestor: tip, commit: deployed })));
  const ground = isLost ? deployed : tip;
  if (ground === null) return { ground, tip, newest: null };
  const search = async (): Promise<Remains["newest"]> => {
    const log = await refLog(repository, ground, { trailer: RUN_TRAILER });
    for (const { oid, at } of log.slice(0, COMMITS_MAX)) {
      try {
        return { oid, at, state: await stateAt(objectTree(repository.objects, oid), oid, name) };
      } catch (error) {
        if (!(error instanceof StateError)) throw error;
      }
    }
    return null;
  };
  const from = { remote: tip === null ? null : remote, ref: stateRef(name) };
  return { ground, tip, newest: await enoughOfLog(repository, from, search, (found) => found !== null) };
}
