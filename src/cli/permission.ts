import type { ApplyInput, Permission } from "../apply/apply-input.ts";
import { descends, fetchCommits, firstParents, hasCommit, parentsOf } from "../git/revisions.ts";
import { type ApprovedBy, digestsNamed, judge, type Shown } from "../github/approvals.ts";
import { checksBy } from "../github/check-run.ts";
import type { GitHubClient } from "../github/client.ts";
import { destroyPermissions } from "../github/destroy-permission.ts";
import { GitHubError } from "../github/github-error.ts";
import { isTeamMember } from "../github/people.ts";
import { type PullRequest, pullRequestsThatMerged } from "../github/pull-requests.ts";
import { reviewsOf } from "../github/reviews.ts";
import { CHECK_NAME, readShown } from "../github/shown.ts";
import type { Oid, ServiceId } from "../model/basics.ts";
import type { Plan, Step } from "../model/plan.ts";
import type { State } from "../model/state.ts";
import { lastApplied } from "../plan/last-applied.ts";
import { stateRef } from "../state/state-store.ts";
import type { GitHubRun } from "./github-run.ts";
import { lookAtCommit, propose } from "./look-at-commit.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import { reviewOf } from "./review.ts";
import type { Workspace } from "./workspace.ts";

/** How many merges back an approval is looked for. */
const MERGES_MAX = 100;

export interface Permitting {
  readonly workspace: Workspace;
  readonly environment: OpenEnvironment;
  readonly remote: string;
  readonly run: GitHubRun;
  readonly client: GitHubClient;
  /** The tip of the default branch that is being applied. */
  readonly tip: () => Oid;
  /** Services that the environment before this one does not have as declared yet. */
  readonly waiting: (plan: Plan) => Promise<ReadonlyMap<ServiceId, string>>;
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
export function permitter(on: Permitting): Permitter {
  const { client, run, environment } = on;
  const merged = new Map<Oid, Promise<readonly PullRequest[]>>();
  const shownBy = new Map<number, Promise<Shown | null>>();
  const known = new Map<number, PullRequest>();
  const concerned = new Set<number>();

  const pullsOf = (commit: Oid): Promise<readonly PullRequest[]> =>
    once(merged, commit, () => pullRequestsThatMerged(client, { commit, base: run.defaultBranch }));

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

async function isOnTheBranch(on: Permitting, commit: Oid): Promise<boolean> {
  const { repository } = on.workspace;
  const ref = `refs/heads/${on.run.defaultBranch}`;
  return (
    (await descends(repository, { ancestor: commit, commit: on.tip(), remote: on.remote, ref })) &&
    (await hasCommit(repository, commit))
  );
}

/** What a merged pull request showed as its own, worked out again; null where it showed nothing that can be believed. */
async function shownIn(on: Permitting, pull: PullRequest): Promise<Shown | null> {
  const { workspace, environment, remote, run, client } = on;
  const { repository } = workspace;
  const checks = await checksBy(client, { head: pull.head.sha, name: CHECK_NAME, app: run.app });
  const view = checks.map(({ summary }) => readShown(summary)).find((one) => one !== null);
  const state = view?.states.get(environment.name);
  if (!view || view.head !== pull.head.sha || state === undefined) return null;
  await fetchCommits(repository, remote, [view.head, view.base]);
  if (!(await isOnTheBranch(on, view.base))) return null;
  if (state !== null) {
    const { oid } = await environment.store.read();
    await fetchCommits(repository, remote, [state]);
    const question = { ancestor: state, commit: oid ?? state, remote, ref: stateRef(environment.name) };
    if (oid === null || !(await descends(repository, question))) return null;
  }
  const states = new Map([[environment.name, state]]);
  /** Its own steps, as it would be merged into a commit of the branch. */
  const ownSteps = async (base: Oid): Promise<readonly Step[] | null> => {
    const proposal = await propose(workspace, { ref: view.head, base }, remote);
    if (proposal.value === null) return null;
    const { environments } = await reviewOf(workspace, proposal.value, { environments: [environment.name], states });
    const [review] = environments;
    return review?.plan?.steps.filter(({ service }) => !review.pending.has(service)) ?? null;
  };
  const steps = await ownSteps(view.base);
  if (steps === null) return null;
  // Whoever writes checks names the base: what was merged before this one was never its own, whatever base is named.
  const before = await mergedOnto(on, pull);
  const stillOwn = before === null || before === view.base ? steps : await ownSteps(before);
  // By service: where another one changed it, too, the merge's step is of both.
  const own = new Set(stillOwn?.map(({ service }) => service));
  return { pull: pull.number, steps: steps.filter(({ service }) => own.has(service)) };
}

/** The commit of the default branch that a pull request was merged onto; null where the history does not show it. */
async function mergedOnto(on: Permitting, pull: PullRequest): Promise<Oid | null> {
  let commit = pull.mergeCommit;
  // A rebase brings each of its commits.
  for (let steps = 0; commit !== null && steps < MERGES_MAX; steps++) {
    const brought = await pullRequestsThatMerged(on.client, { commit, base: on.run.defaultBranch });
    if (!brought.some(({ number }) => number === pull.number)) return commit;
    commit = (await parentsOf(on.workspace.repository, commit).catch(() => []))[0] ?? null;
  }
  return null;
}

/** Why an approval does not do where the environment names its approvers; null: it does. */
async function lacksApprover(
  on: Permitting,
  approval: ApprovedBy,
  pulls: ReadonlyMap<number, PullRequest>,
): Promise<string | null> {
  const approvers = await approversOf(on, approval, pulls);
  if (approvers.length === 0) return null;
  const names = approvers.join(", ");
  if (approval.is !== "pulls")
    return approval.is === "automatic" || (await isApprover(on, approvers, on.run.actor))
      ? null
      : `${on.run.actor} is none of its approvers (${names})`;
  for (const number of approval.pulls) {
    const pull = pulls.get(number);
    const reviews = pull === undefined ? [] : await reviewsOf(on.client, number);
    const good = reviews.filter(
      ({ by, state, commit }) => state === "approved" && by !== pull?.author && commit === pull?.head.sha,
    );
    let isApproved = false;
    for (const { by } of good) isApproved ||= await isApprover(on, approvers, by);
    if (!isApproved) return `none of its approvers (${names}) has approved #${number} as it was merged`;
  }
  return null;
}

/** As the default branch named them before: a pull request cannot choose who approves it. */
async function approversOf(
  on: Permitting,
  approval: ApprovedBy,
  pulls: ReadonlyMap<number, PullRequest>,
): Promise<readonly string[]> {
  const { name, project } = on.environment;
  const names = new Set(project.environments[name]?.approvers);
  for (const number of approval.is === "pulls" ? approval.pulls : []) {
    const pull = pulls.get(number);
    const before = pull === undefined ? null : await mergedOnto(on, pull);
    const look = before === null ? null : await lookAtCommit(on.workspace, before);
    const then = look?.project.environments[name]?.approvers;
    // Before it there may have been more of them; one who was added by it does not count for it.
    if (then !== undefined && then.length > 0) return then;
  }
  return [...names];
}

async function isApprover({ client }: Permitting, approvers: readonly string[], login: string): Promise<boolean> {
  for (const approver of approvers) {
    if (approver.startsWith("@")) {
      if (approver.slice(1).toLowerCase() === login.toLowerCase()) return true;
    } else if (await isKnownMember(client, { team: approver, login })) return true;
  }
  return false;
}

/** A token that may not read teams knows nobody in them: the step is refused, and the others go on. */
async function isKnownMember(
  client: GitHubClient,
  asked: { readonly team: string; readonly login: string },
): Promise<boolean> {
  try {
    return await isTeamMember(client, asked);
  } catch (error) {
    if (error instanceof GitHubError && error.kind === "not-permitted") return false;
    throw error;
  }
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
  for (const { service, digest, mustBeNamed } of plan.steps) {
    if (!mustBeNamed) continue;
    if (found.by.get(service)?.is === "named" && dispatched.includes(service)) allowed.add(service);
    for (const { number } of found.behind.get(service) ?? []) {
      const { permissions } = await once(given, number, () => destroyPermissions(on.client, number));
      if (permissions.some((one) => one.service === service && digest.startsWith(one.digestPrefix)))
        allowed.add(service);
    }
  }
  return allowed;
}

function once<K, V>(known: Map<K, Promise<V>>, key: K, make: () => Promise<V>): Promise<V> {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}
