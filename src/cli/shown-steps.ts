import { descends, fetchCommits, hasCommit, parentsOf } from "../git/revisions.ts";
import type { Shown } from "../github/approvals.ts";
import { checksBy } from "../github/check-run.ts";
import type { PullRequest } from "../github/pull-requests.ts";
import { CHECK_NAME, readShown } from "../github/shown.ts";
import type { Oid } from "../model/basics.ts";
import type { Step } from "../model/plan.ts";
import { stateRef } from "../state/state-store.ts";
import { propose } from "./look-at-commit.ts";
import type { Looking } from "./permission.ts";
import { reviewOf } from "./review.ts";

/** What a merged pull request showed as its own, worked out again; null where it showed nothing that can be believed. */
export async function shownIn(on: Looking, pull: PullRequest): Promise<Shown | null> {
  const { workspace, environment, remote, run, client } = on;
  const { repository } = workspace;
  const checks = await checksBy(client, { head: pull.head.sha, name: CHECK_NAME, app: run.app });
  // What was shown after the merge, nobody had seen who merged.
  const before = checks.filter(({ completedAt }) => completedAt !== null && completedAt <= (pull.mergedAt ?? ""));
  const view = before.map(({ summary }) => readShown(summary)).find((one) => one !== null);
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
  const onto = await mergedOnto(on, pull);
  const stillOwn = onto === null || onto === view.base ? steps : await ownSteps(onto);
  // By service: where another one changed it, too, the merge's step is of both.
  const own = new Set(stillOwn?.map(({ service }) => service));
  return { pull: pull.number, steps: steps.filter(({ service }) => own.has(service)) };
}

/** How many commits one pull request is taken to have brought at most. */
const COMMITS_MAX = 100;

/** The commit of the default branch that a pull request was merged onto; null where the history does not show it. */
export async function mergedOnto(on: Looking, pull: PullRequest): Promise<Oid | null> {
  let commit = pull.mergeCommit;
  // A rebase brings each of its commits.
  for (let steps = 0; commit !== null && steps < COMMITS_MAX; steps++) {
    const brought = await on.pullsOf(commit);
    if (!brought.some(({ number }) => number === pull.number)) return commit;
    commit = (await parentsOf(on.workspace.repository, commit).catch(() => []))[0] ?? null;
  }
  return null;
}

/** Whether the default branch leads to a commit, which is here then. */
export async function isOnTheBranch(on: Looking, commit: Oid): Promise<boolean> {
  const { repository } = on.workspace;
  const ref = `refs/heads/${on.run.defaultBranch}`;
  return (
    (await descends(repository, { ancestor: commit, commit: on.tip(), remote: on.remote, ref })) &&
    (await hasCommit(repository, commit))
  );
}
