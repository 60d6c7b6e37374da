import { impactTable } from "../catalog/impacts.ts";
import { loadCatalog } from "../catalog/load-catalog.ts";
import { catalogMemo } from "../catalog/memo.ts";
import { checkCondition } from "../health/condition-syntax.ts";
import type { ServiceId } from "../model/basics.ts";
import type { Catalog } from "../model/catalog.ts";
import type { Diagnosed, Diagnostic } from "../model/diagnostic.ts";
import type { ImpactTable } from "../model/impact.ts";
import type { Plan } from "../model/plan.ts";
import type { Project } from "../model/project.ts";
import type { State, StateStore } from "../model/state.ts";
import type { TargetProfile } from "../model/target.ts";
import { plan } from "../plan/plan.ts";
import { safetyGate } from "../plan/safety-gate.ts";
import { timelineFor } from "../rollout/strategies.ts";
import { persistentStateCache } from "../state/state-cache.ts";
import { stateStore } from "../state/state-store.ts";
import { type TargetKind, targetKindOf } from "../targets/targets.ts";
import type { Workspace } from "./workspace.ts";

/** One environment of a workspace: what is declared for it, what is recorded of it, and what its target can do. */
export interface OpenEnvironment {
  readonly name: string;
  readonly project: Project;
  readonly kind: TargetKind;
  readonly profile: TargetProfile;
  readonly store: StateStore;
  /** State is on a remote: what is written is gathered, for its host's sake. */
  readonly isShared: boolean;
  readonly impacts: ImpactTable;
  /** Reads the working folder anew each time: the next look may find it changed. */
  declared(): Promise<Diagnosed<Catalog>>;
  planned(allowDestroy: ReadonlySet<ServiceId>): Promise<Planned>;
  /** Where services find each other on this machine, by the newest declaration; null for one without a port. */
  addressOf(service: ServiceId): string | null;
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

/** Null where the environment or its target is not there; the diagnostics say why. */
export async function openEnvironment(workspace: Workspace, name: string): Promise<Diagnosed<OpenEnvironment | null>> {
  const first = await workspace.look();
  const { project } = first;
  if (first.diagnostics.some(({ severity }) => severity === "error"))
    return { value: null, diagnostics: first.diagnostics };
  const declaredTarget = project.environments[name]?.target;
  const kind = declaredTarget ? targetKindOf(name, declaredTarget) : null;
  if (kind && kind.value === null) return { value: null, diagnostics: [...first.diagnostics, ...kind.diagnostics] };

  const { readCache: read, writeCache: write } = workspace;
  const memo = catalogMemo({ read, write });
  let newest: Catalog | null = null;
  let look: Awaited<ReturnType<Workspace["look"]>> | null = first;

  const declared = async (): Promise<Diagnosed<Catalog>> => {
    const { tree, project: current, diagnostics } = look ?? (await workspace.look());
    look = null;
    const [commit, dirty] = await Promise.all([workspace.repository.headCommit(), workspace.repository.isDirty()]);
    const { templates } = workspace;
    const input = { tree, project: current, environment: name, templates, commit, dirty, checkCondition, memo };
    const catalog = await loadCatalog(input);
    newest = catalog.value;
    return { value: catalog.value, diagnostics: [...diagnostics, ...catalog.diagnostics] };
  };
  if (!kind?.value) {
    // The catalog says best that there is no such environment: with the names that there are.
    const { diagnostics } = await declared();
    return { value: null, diagnostics };
  }
  const { profile } = kind.value;
  const impacts = impactTable();
  const { refs, isShared } = await workspace.refsOf(name);
  const store = stateStore({ refs, environment: name, cache: persistentStateCache({ read, write }) });

  return {
    value: {
      name,
      project,
      kind: kind.value,
      profile,
      store,
      isShared,
      impacts,
      declared,
      addressOf(service) {
        const port = newest?.services.get(service)?.spec.networking?.port;
        return port === undefined ? null : `http://127.0.0.1:${port}`;
      },
      async planned(allowDestroy) {
        const [catalog, recorded] = await Promise.all([declared(), store.read()]);
        const { plan: made, diagnostics } = plan({
          catalog: catalog.value,
          state: recorded.state,
          stateOid: recorded.oid,
          profile,
          impacts,
          timelineOf: timelineFor,
          secretVersions: noSecretVersions,
          allowDestroy,
        });
        const safety = safetyGate(made, {
          project: catalog.value.project,
          environment: name,
          recordedCount: recorded.state.services.size,
          allowDestroy,
        });
        const unclean = profile.needsCleanCommit && catalog.value.dirty ? [uncommitted(name)] : [];
        return {
          plan: made,
          catalog: catalog.value,
          state: recorded.state,
          diagnostics: [...catalog.diagnostics, ...diagnostics, ...unclean],
          safety,
        };
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
