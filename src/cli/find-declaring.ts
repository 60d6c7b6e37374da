import type { Serving } from "../apply/repair-state.ts";
import { PROJECT_FILE } from "../catalog/load-project.ts";
import { partOfTree } from "../git/part-of-tree.ts";
import { enoughOfLog } from "../git/ref-log.ts";
import { defaultBranchOf, fetchTip, firstParents, hasCommit, parentsOf } from "../git/revisions.ts";
import type { Oid, ServiceId } from "../model/basics.ts";
import type { CatalogEntry } from "../model/catalog.ts";
import type { Release } from "../model/state.ts";
import { runDigest } from "../plan/run-digest.ts";
import { lookAtCommit } from "./look-at-commit.ts";
import { noSecretVersions, type OpenEnvironment } from "./open-environment.ts";
import type { Workspace } from "./workspace.ts";

/** How many changes of a service's own file are looked through, and how many commits where its file has moved or is gone. */
const CHANGES_MAX = 100;
const COMMITS_MAX = 50;

/**
 * The newest commit of the default branch that declares a service as it serves, as a release of the number that serves. Null where
 * none of those looked through does. The target reports the spec alone: of several commits with the same one, the newest
 * is taken for what runs.
 */
export async function findDeclaring(
  workspace: Workspace,
  environment: OpenEnvironment,
  what: { readonly service: ServiceId; readonly serving: Serving; readonly at: string; readonly run: string },
): Promise<Release | null> {
  const { repository } = workspace;
  const { remote } = environment;
  const ref = remote === null ? "HEAD" : await defaultBranchOf(repository, remote);
  const tip = remote === null ? await repository.headCommit() : ref && (await fetchTip(repository, remote, ref));
  if (ref === null || tip === null) return null;
  const { service, serving } = what;

  const entryAt = async (commit: Oid, files: readonly string[] | null): Promise<CatalogEntry | null> => {
    const look = await lookAtCommit(workspace, commit);
    const { tree } = look;
    const part = files === null ? tree : partOfTree(tree, ({ path }) => files.includes(path));
    const { value: catalog } = await environment.catalogAt({ ...look, tree: part });
    return catalog.services.get(service) ?? null;
  };
  const among = async (files: readonly string[] | null): Promise<readonly [Oid, CatalogEntry] | null> => {
    const limit = files === null ? { max: COMMITS_MAX } : { max: CHANGES_MAX, paths: files };
    for (const commit of await firstParents(repository, tip, limit)) {
      // What a change replaced was last declared by the commit before it.
      const [parent] = await parentsOf(repository, commit);
      const before = parent !== undefined && (await hasCommit(repository, parent)) ? parent : commit;
      const entry = await entryAt(before, files);
      if (entry?.specDigest === serving.spec) return [before, entry];
    }
    return null;
  };

  const newest = await entryAt(tip, null);
  let found: readonly [Oid, CatalogEntry] | null = null;
  if (newest?.specDigest === serving.spec) found = [tip, newest];
  else {
    const search = async () => (newest && (await among([newest.file, PROJECT_FILE]))) ?? (await among(null));
    found = await enoughOfLog(repository, { remote, ref }, search, (entry) => entry !== null);
  }
  return found && releaseOf(environment, found, what);
}

function releaseOf(
  environment: OpenEnvironment,
  [commit, entry]: readonly [Oid, CatalogEntry],
  what: { readonly service: ServiceId; readonly serving: Serving; readonly at: string; readonly run: string },
): Release {
  const { spec, specDigest, artifact, artifactDigest } = entry;
  const secrets = noSecretVersions();
  return {
    number: what.serving.number,
    service: what.service,
    ...{ spec, specDigest, artifact, artifactDigest },
    runDigest: runDigest({ spec, artifactDigest, secrets }, environment),
    secrets,
    commit,
    createdAt: what.at,
    run: what.run,
  };
}
