import { isDeepStrictEqual } from "node:util";
import type { ApplyInput } from "../apply/apply-input.ts";
import { GitError } from "../git/git-error.ts";
import { defaultBranchOf, descends, fetchCommits, fetchTip } from "../git/revisions.ts";
import type { Oid } from "../model/basics.ts";
import type { Release } from "../model/state.ts";
import { lookAtCommit } from "./look-at-commit.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import type { Look, Workspace } from "./workspace.ts";

type Vouch = NonNullable<ApplyInput["vouch"]>;

/**
 * Vouches for recorded releases: the commit that one names is reachable from the default branch of the remote, and declares
 * just that. Where a newer Fairlead fills in other defaults the spec reads otherwise; then what runs vouches for the spec, and
 * the commit still for the code. Fetching the commit also brings the code that a release would be brought back with.
 */
export function voucher(workspace: Workspace, environment: OpenEnvironment, remote: string): Vouch {
  const reviewed = reviewedCommits(workspace, remote);
  return async (release, { isRunning }) => {
    const { commit, service, renamedFrom } = release;
    const found = commit === null ? null : await reviewed(commit);
    if (found === null) return false;
    const { value: catalog } = await environment.catalogAt(found);
    const entry = catalog.services.get(renamedFrom ?? service);
    if (entry?.specDigest === release.specDigest && entry.artifactDigest === release.artifactDigest) return true;
    return isRunning && (await isTheCodeOf(release, found));
  };
}

/** Looks at commits, fetched where they are not here; null for one that the default branch of the remote does not lead to. */
export function reviewedCommits(workspace: Workspace, remote: string): (commit: Oid) => Promise<Look | null> {
  const { repository } = workspace;
  const looks = new Map<Oid, Promise<Look | null>>();
  let branch: Promise<{ readonly ref: string; readonly tip: Oid } | null> | undefined;

  const defaultBranch = async (): Promise<{ readonly ref: string; readonly tip: Oid } | null> => {
    const ref = await defaultBranchOf(repository, remote);
    const tip = ref === null ? null : await fetchTip(repository, remote, ref);
    return ref === null || tip === null ? null : { ref, tip };
  };

  const reviewed = async (commit: Oid): Promise<Look | null> => {
    branch ??= defaultBranch();
    const main = await branch;
    if (main === null) return null;
    try {
      await fetchCommits(repository, remote, [commit]);
    } catch (error) {
      // A commit that the remote does not have was never merged.
      if (error instanceof GitError && error.kind !== "unreachable" && error.kind !== "not-permitted") return null;
      throw error;
    }
    const found = await descends(repository, { ancestor: commit, commit: main.tip, remote, ref: main.ref });
    return found ? lookAtCommit(workspace, commit) : null;
  };

  return (commit) => {
    const look = looks.get(commit) ?? reviewed(commit);
    looks.set(commit, look);
    return look;
  };
}

/** Whether the artifact follows from the spec and the commit: then whoever vouches for the spec vouches for all of it. */
async function isTheCodeOf({ artifact, spec }: Release, { tree }: Look): Promise<boolean> {
  switch (artifact.kind) {
    case "none":
      return true;
    case "image":
      return artifact.reference === spec.image;
    case "template":
      return artifact.template === spec.template;
    case "files": {
      const paths = [...(spec.source === undefined ? [] : [spec.source]), ...(spec.watch ?? [])];
      const ids = await Promise.all(paths.map(async (path) => [path, await tree.idAt(path)] as const));
      return isDeepStrictEqual({ ...artifact.trees }, Object.fromEntries(ids));
    }
  }
}
