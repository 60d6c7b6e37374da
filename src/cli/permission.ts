import type { ApplyInput, Permission } from "../apply/apply-input.ts";
import { firstParents } from "../git/revisions.ts";
import { type ApprovedBy, digestsNamed, judge, type Shown } from "../github/approvals.ts";
import type { GitHubClient, GitHubReader } from "../github/client.ts";
import { confirmedIn, destroyPermissions } from "../github/destroy-permission.ts";
import { type PullRequest, pullRequestsThatMerged } from "../github/pull-requests.ts";
import type { Oid, ServiceId } from "../model/basics.ts";
import type { Plan, Step } from "../model/plan.ts";
import type { State } from "../model/state.ts";
import { lastApplied } from "../plan/last-applied.ts";
import { lacksApprover } from "./approvers.ts";
import type { GitHubRun } from "./github-run.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import { isOnTheBranch, shownIn } from "./shown-steps.ts";
import type { Workspace } from "./workspace.ts";

/** How many merges back an approval is looked for. */
const MERGES_MAX = 100;

export interface Permitting {
  readonly workspace: Workspace;
  readonly environment: OpenEnvironment;
  readonly remote: string;
  readonly run: GitHubRun;
  readonly client: GitHubClient;
  /** Asks who is in a team, and nothing else; null: there is only `client`, which may not be let. */
  readonly members: GitHubReader | null;
  /** The tip of the default branch that is being applied. */
  readonly tip: () => Oid;
  /** What the last deployment applied; null: none is known. */
  readonly deployed: Oid | null;
  /** Services that the environment before this one does not have as declared yet. */
  readonly waiting: (plan: Plan) => Promise<ReadonlyMap<ServiceId, string>>;
}

/** With what was asked of GitHub once, and is not asked again. */
export interface Looking extends Permitting {
  /** The pull requests that brought a commit to the default branch. */
  readonly pullsOf: (commit: Oid) => Promise<readonly PullRequest[]>;
}

export interface Permitter {
  readonly permit: ApplyInput["permit"];
  /** The merged pull requests by which steps were approved, or that showed them. */
  pulls(): ReadonlySet<number>;
}

/**
 * What a run of GitHub Actions may do of a plan. Whatever was shown is worked out again from the commits and the State that a
 * check run of ours names; a comment's words are never read for it, but for the leave to destroy, which names a digest.
 */
export function permitter(given: Permitting): Permitter {
  const { client, run, environment } = given;
  const merged = new Map<Oid, Promise<readonly PullRequest[]>>();
  const shownBy = new Map<number, Promise<Shown | null>>();
  const known = new Map<number, PullRequest>();
  const concerned = new Set<number>();

  const pullsOf = (commit: Oid): Promise<readonly PullRequest[]> =>
    once(merged, commit, () => pullRequestsThatMerged(client, { commit, base: run.defaultBranch }));
  const on: Looking = { ...given, pullsOf };

  /** The pull requests that changed a service since the release that is recorded of it. */
  const pullsBehind = async (step: Step, state: State): Promise<readonly PullRequest[]> => {
    // What was deleted and comes back has nothing recorded that would tell an old approval from a new one: it takes a person.
    if (state.gone?.has(step.service)) return [];
    const record = state.services.get(step.service) ?? state.services.get(step.previousId ?? "");
    const since = record === undefined ? null : (lastApplied(record)?.commit ?? null);
    const paths = pathsOf(step);
    const from = since !== null && (await isOnTheBranch(on, since)) ? { since } : {};
    const commits = await firstParents(on.workspace.repository, on.tip(), { max: MERGES_MAX, ...from, paths });
    const pulls: PullRequest[] = [];
    for (const commit of commits) pulls.push(...(await pullsOf(commit)));
    for (const pull of pulls) known.set(pull.number, pull);
    return pulls;
  };

  return {
    pulls: () => concerned,
    async permit(plan): Promise<Permission> {
      const { state } = await environment.store.read();
      const behind = new Map<ServiceId, readonly PullRequest[]>();
      const shown = new Map<ServiceId, readonly Shown[]>();
      for (const step of plan.steps) {
        const pulls = await pullsBehind(step, state);
        behind.set(step.service, pulls);
        const views = await Promise.all(pulls.map((pull) => once(shownBy, pull.number, () => shownIn(on, pull))));
        shown.set(
          step.service,
          views.filter((view) => view !== null),
        );
      }
      const named = digestsOf(run);
      const { approved, refusals, by } = judge(plan, { shown: (service) => shown.get(service) ?? [], named });
      const permission = { approved: new Map(approved), refusals: new Map(refusals) };
      const refuse = (service: ServiceId, says: string): void => {
        permission.approved.delete(service);
        permission.refusals.set(service, says);
      };
      for (const { service } of plan.steps)
        for (const { pull, steps } of shown.get(service) ?? [])
          if (steps.some((step) => step.service === service)) concerned.add(pull);
      for (const [service, approval] of by) {
        const says = await lacksApprover(on, approval, known);
        if (says !== null) refuse(service, says);
      }
      for (const [service, says] of await on.waiting(plan)) if (permission.approved.has(service)) refuse(service, says);
      const allowDestroy = await mayDestroy(on, plan, { by, behind });
      return { ...permission, allowDestroy };
    },
  };
}

/** The digests that a person has named in starting this run by hand. */
export function digestsOf({ eventName, event }: GitHubRun): readonly string[] {
  return eventName === "workflow_dispatch" ? digestsNamed(event.at("inputs", "digest").text ?? "") : [];
}

/** Where a service is declared and its code lies, before and after. */
function pathsOf({ file, before, after }: Step): readonly string[] {
  const code = [before, after].flatMap((side) => [side?.spec.source, ...(side?.spec.watch ?? [])]);
  const paths = [file, ...code].filter((path) => path !== undefined);
  // A file that is gone is not known by its path any more: then any merge may have been the one.
  return file === undefined ? [] : [...new Set(paths), "fairlead.yaml"];
}

/** The services that somebody who may has let be destroyed, each bound to the digest of its step as it is now. */
async function mayDestroy(
  on: Permitting,
  plan: Plan,
  found: {
    readonly by: ReadonlyMap<ServiceId, ApprovedBy>;
    readonly behind: ReadonlyMap<ServiceId, readonly PullRequest[]>;
  },
): Promise<ReadonlySet<ServiceId>> {
  const allowed = new Set<ServiceId>();
  const given = new Map<number, ReturnType<typeof destroyPermissions>>();
  const dispatched = (on.run.event.at("inputs", "allow_destroy").text ?? "").split(/[\s,]+/);
  for (const { service, mustBeNamed } of plan.steps) {
    if (!mustBeNamed) continue;
    if (found.by.get(service)?.is === "named" && dispatched.includes(service)) allowed.add(service);
    for (const { number } of found.behind.get(service) ?? []) {
      const { permissions } = await once(given, number, () => destroyPermissions(on.client, number));
      if (confirmedIn(plan, permissions).has(service)) allowed.add(service);
    }
  }
  return allowed;
}

function once<K, V>(known: Map<K, Promise<V>>, key: K, make: () => Promise<V>): Promise<V> {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}
