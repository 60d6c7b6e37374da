import { impactTable } from "../catalog/impacts.ts";
import { loadCatalog } from "../catalog/load-catalog.ts";
import { type CatalogMemo, catalogMemo } from "../catalog/memo.ts";
import { objectTree } from "../git/commit-tree.ts";
import type { Oid, ServiceId } from "../model/basics.ts";
import type { Catalog } from "../model/catalog.ts";
import type { Diagnosed, Diagnostic } from "../model/diagnostic.ts";
import type { ImpactTable } from "../model/impact.ts";
import type { Plan } from "../model/plan.ts";
import type { Project } from "../model/project.ts";
import { emptyState, type State, type StateStore } from "../model/state.ts";
import type { TargetProfile } from "../model/target.ts";
import { plan } from "../plan/plan.ts";
import { safetyGate } from "../plan/safety-gate.ts";
import { checkCondition } from "../probes/condition-syntax.ts";
import { timelineFor } from "../rollout/strategies.ts";
import { persistentStateCache } from "../state/state-cache.ts";
import { stateAt, stateStore } from "../state/state-store.ts";
import { type TargetKind, targetKindOf } from "../targets/targets.ts";
import type { Look, Workspace } from "./workspace.ts";

/** One environment of a workspace: what is declared for it, what is recorded of it, and what its target can do. */
export interface OpenEnvironment {
  readonly name: string;
  readonly project: Project;
  readonly kind: TargetKind;
  readonly profile: TargetProfile;
  readonly store: StateStore;
  /** The remote that State is on; null: it is kept on this machine. */
  readonly remote: string | null;
  readonly impacts: ImpactTable;
  /** The State of an older commit, which must be here; null: nothing was recorded. Throws a StateError where it holds none. */
  recordedAt(oid: Oid | null): Promise<Recorded>;
  /** Looks anew each time: the working folder, or the branch, may have changed. */
  declared(): Promise<Diagnosed<Catalog>>;
  /** On the newest State, or on one that was read before. */
  planned(allowDestroy: ReadonlySet<ServiceId>, on?: Recorded): Promise<Planned>;
  /** What another look declares. The caches are used and not written: it may see a part of the files, or an old commit. */
  catalogAt(look: Look): Promise<Diagnosed<Catalog>>;
  /**
   * The plan of a look at some of the files, on a State that was read before: of what they declare and of the services named. Of
   * what else is recorded nobody has asked; it would all seem to be deleted.
   */
  plannedIn(part: Look, on: Recorded, services: ReadonlySet<ServiceId>): Promise<Planned>;
  /** Where services find each other on this machine, by the newest declaration; null for one without a port. */
  addressOf(service: ServiceId): string | null;
}

/** A State and the commit that holds it; null where none was ever written. */
export interface Recorded {
  readonly oid: Oid | null;
  readonly state: State;
}

/** A plan and all that stands beside it. */
export interface Planned {
  readonly plan: Plan;
  readonly catalog: Catalog;
  readonly state: State;
  /** Of the files and of the plan. With an error among them nothing may be applied. */
  readonly diagnostics: readonly Diagnostic[];
  /** What stops an apply although every file is right: deletes that nobody has named. */
  readonly safety: readonly Diagnostic[];
}

/** The secrets room comes with its issue: until then there is no ciphertext, and every reference is an error of the plan. */
export const noSecretVersions = (): Readonly<Record<string, string>> => ({});

/** So many files are compiled sooner than the caches are read. */
const FEW = 100;

/**
 * Null where the environment or its target is not there; the diagnostics say why. `lookAt` is where declarations are read, each
 * time anew: the working folder unless told otherwise.
 */
export async function openEnvironment(
  workspace: Workspace,
  name: string,
  lookAt: () => Promise<Look> = workspace.look,
): Promise<Diagnosed<OpenEnvironment | null>> {
  const first = await lookAt();
  const { project } = first;
  if (first.diagnostics.some(({ severity }) => severity === "error"))
    return { value: null, diagnostics: first.diagnostics };
  const declaredTarget = project.environments[name]?.target;
  const kind = declaredTarget ? targetKindOf(name, declaredTarget) : null;
  if (kind && kind.value === null) return { value: null, diagnostics: [...first.diagnostics, ...kind.diagnostics] };

  const { readCache: read, writeCache: write } = workspace;
  const memo = catalogMemo({ read, write });
  const readOnly = catalogMemo({ read, write: () => {} });
  let newest: Catalog | null = null;
  let look: Look | null = first;

  const catalogOf = async (
    { tree, project: current, diagnostics, origin }: Look,
    memo: CatalogMemo | undefined,
  ): Promise<Diagnosed<Catalog>> => {
    const { commit, dirty } = await origin();
    const { templates } = workspace;
    const input = { tree, project: current, environment: name, templates, commit, dirty, checkCondition };
    const catalog = await loadCatalog(memo === undefined ? input : { ...input, memo });
    return { value: catalog.value, diagnostics: [...diagnostics, ...catalog.diagnostics] };
  };
  const declared = async (): Promise<Diagnosed<Catalog>> => {
    const now = look ?? (await lookAt());
    look = null;
    const catalog = await catalogOf(now, memo);
    newest = catalog.value;
    return catalog;
  };
  if (!kind?.value) {
    // The catalog says best that there is no such environment: with the names that there are.
    const { diagnostics } = await declared();
    return { value: null, diagnostics };
  }
  const { profile } = kind.value;
  const impacts = impactTable();
  const { refs, remote } = await workspace.refsOf(name);
  const planFor = (catalog: Diagnosed<Catalog>, on: Recorded, allowDestroy: ReadonlySet<ServiceId>): Planned => {
    const { plan: made, diagnostics } = plan({
      catalog: catalog.value,
      state: on.state,
      stateOid: on.oid,
      profile,
      impacts,
      timelineOf: timelineFor,
      secretVersions: noSecretVersions,
      allowDestroy,
    });
    const safety = safetyGate(made, {
      project: catalog.value.project,
      environment: name,
      recordedCount: on.state.services.size,
      allowDestroy,
    });
    const unclean = profile.needsCleanCommit && catalog.value.dirty ? [uncommitted(name)] : [];
    return {
      plan: made,
      catalog: catalog.value,
      state: on.state,
      diagnostics: [...catalog.diagnostics, ...diagnostics, ...unclean],
      safety,
    };
  };
  const store = stateStore({ refs, environment: name, cache: persistentStateCache({ read, write }) });

  return {
    value: {
      name,
      project,
      kind: kind.value,
      profile,
      store,
      remote,
      impacts,
      declared,
      addressOf(service) {
        const port = newest?.services.get(service)?.spec.networking?.port;
        return port === undefined ? null : `http://127.0.0.1:${port}`;
      },
      async recordedAt(oid) {
        if (oid === null) return { oid, state: emptyState(name) };
        return { oid, state: await stateAt(objectTree(workspace.repository.objects, oid), oid, name) };
      },
      async planned(allowDestroy, on) {
        const [catalog, recorded] = await Promise.all([declared(), on ?? store.read()]);
        return planFor(catalog, recorded, allowDestroy);
      },
      catalogAt: (other) => catalogOf(other, readOnly),
      async plannedIn(part, { oid, state }, asked) {
        // Reading what is remembered of all costs more than compiling a few.
        const catalog = await catalogOf(part, asked.size > FEW ? readOnly : undefined);
        const { services: declared, broken } = catalog.value;
        const concerns = (id: ServiceId): boolean => asked.has(id) || declared.has(id) || broken.has(id);
        const services = new Map([...state.services].filter(([id]) => concerns(id)));
        return planFor(catalog, { oid, state: { ...state, services } }, new Set());
      },
    },
    diagnostics: [],
  };
}

function uncommitted(environment: string): Diagnostic {
  return {
    code: "working-folder-dirty",
    severity: "error",
    environment,
    summary: `${environment} takes committed work only, and this folder has changes that are not committed`,
    hint: "Commit them, or try them in development first.",
  };
}
