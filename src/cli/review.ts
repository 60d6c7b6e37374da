import { discover } from "../catalog/discover.ts";
import { PROJECT_FILE } from "../catalog/load-project.ts";
import { GitError } from "../git/git-error.ts";
import { partOfTree } from "../git/part-of-tree.ts";
import type { EnvironmentReview, Review } from "../github/review.ts";
import type { Oid, ServiceId } from "../model/basics.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Plan } from "../model/plan.ts";
import type { TreeEntry } from "../model/tree.ts";
import { promotionOrder } from "../plan/promotion-order.ts";
import { StateError } from "../state/state-error.ts";
import { changedRules } from "./changed-rules.ts";
import { lookAtCommit, type Proposal } from "./look-at-commit.ts";
import { type OpenEnvironment, openEnvironment, type Planned, type Recorded } from "./open-environment.ts";
import type { Look, Workspace } from "./workspace.ts";

export interface ReviewOptions {
  /** Destroys of a plan that somebody who may has let happen. */
  readonly mayDestroy?: (plan: Plan) => ReadonlySet<ServiceId>;
  /** Only these environments; all that are shared unless given. */
  readonly environments?: readonly string[];
  /** The States to plan on, by environment, instead of the newest: what an earlier review was shown on. */
  readonly states?: ReadonlyMap<string, Oid | null>;
}

/**
 * What merging a proposal would change, environment by environment, from Git's objects alone. What the base has already
 * and nobody has applied yet is told apart, so that a pull request answers for its own changes.
 */
export async function reviewOf(
  workspace: Workspace,
  { head, base, tree }: Proposal,
  options: ReviewOptions = {},
): Promise<Review> {
  const proposed = await lookAtCommit(workspace, head, tree);
  const before = await lookAtCommit(workspace, base);
  const environments: EnvironmentReview[] = [];
  for (const name of options.environments ?? promotionOrder(proposed.project)) {
    const opened = await openEnvironment(workspace, name, async () => proposed);
    const apply = proposed.project.environments[name]?.apply ?? "manual";
    const approvers = proposed.project.environments[name]?.approvers ?? [];
    const none = { name, apply, approvers, plan: null, pending: new Set<ServiceId>(), safety: [] };
    if (opened.value === null) {
      environments.push({ ...none, diagnostics: opened.diagnostics });
      continue;
    }
    const state = options.states?.get(name);
    const { store, recordedAt } = opened.value;
    const recorded = await (state === undefined ? store.read() : recordedAt(state)).catch(problemsIn);
    if ("diagnostics" in recorded) {
      // One environment's State must not silence what there is to say of the others.
      environments.push({ ...none, diagnostics: recorded.diagnostics });
      continue;
    }
    const unnamed = await opened.value.planned(new Set(), recorded);
    const named = options.mayDestroy?.(unnamed.plan) ?? new Set<ServiceId>();
    const planned = named.size === 0 ? unnamed : await opened.value.planned(named, recorded);
    const pending = await pendingAt(opened.value, { planned, proposed, before, recorded });
    const { plan, diagnostics, safety } = planned;
    environments.push({ name, apply, approvers, plan, pending, diagnostics, safety });
  }
  const rules = proposed.diagnostics.some(({ severity }) => severity === "error")
    ? []
    : changedRules(before.project, proposed.project);
  const unseen = environments.length === 0 ? await ofDevelopment(workspace, proposed) : proposed.diagnostics;
  return { head, base, diagnostics: [...unseen, ...rules], environments };
}

/** What an expected error says: a State that is broken, or a remote out of reach. */
function problemsIn(error: unknown): { readonly diagnostics: readonly Diagnostic[] } {
  if (error instanceof StateError) return { diagnostics: error.diagnostics };
  if (error instanceof GitError) return { diagnostics: [error.diagnostic] };
  throw error;
}

/** Whether a proposal touches `fairlead.yaml`, a service file, or the code of a service. */
export async function touchesDeclarations(workspace: Workspace, { base, tree, head }: Proposal): Promise<boolean> {
  const [before, after] = [await lookAtCommit(workspace, base), await lookAtCommit(workspace, head, tree)];
  if ((await before.tree.idAt(PROJECT_FILE)) !== (await after.tree.idAt(PROJECT_FILE))) return true;
  const files = async ({ tree: files, project }: Look): Promise<string> =>
    (await discover(files, project.services)).files.map(({ path, blob }) => `${path} ${blob}`).join("\n");
  return (await files(before)) !== (await files(after));
}

/** Where no environment is shared there is no plan, and the files are checked all the same. */
async function ofDevelopment(workspace: Workspace, proposed: Look): Promise<readonly Diagnostic[]> {
  const [name = "development"] = Object.keys(proposed.project.environments);
  const opened = await openEnvironment(workspace, name, async () => proposed);
  return opened.value === null ? opened.diagnostics : (await opened.value.declared()).diagnostics;
}

/**
 * The services of whose steps the base has the very same. Only files that differ, and those of services with a step, are
 * compiled for it: whatever else there is cannot make a difference.
 */
async function pendingAt(
  environment: OpenEnvironment,
  on: { readonly planned: Planned; readonly proposed: Look; readonly before: Look; readonly recorded: Recorded },
): Promise<ReadonlySet<ServiceId>> {
  const { steps } = on.planned.plan;
  if (steps.length === 0) return new Set();
  const { files } = await discover(on.proposed.tree, on.proposed.project.services);
  const after = new Map(files.map(({ path, blob }) => [path, blob]));
  const own = new Set([PROJECT_FILE, ...steps.map(({ file }) => file)]);
  const isRelevant = ({ path, blob }: TreeEntry): boolean => after.get(path) !== blob || own.has(path);
  const part: Look = { ...on.before, tree: partOfTree(on.before.tree, isRelevant) };
  const asked = new Set(steps.flatMap(({ service, previousId = service }) => [service, previousId]));
  const base = await environment.plannedIn(part, on.recorded, asked);
  const digests = new Map(base.plan.steps.map(({ service, digest }) => [service, digest]));
  return new Set(steps.filter(({ service, digest }) => digests.get(service) === digest).map(({ service }) => service));
}
