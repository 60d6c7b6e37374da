import { GitError } from "../git/git-error.ts";
import { tidy } from "../git/tidy.ts";
import type { IncidentStore } from "../incidents/incident-store.ts";
import { windowsBetween } from "../incidents/maintenance.ts";
import type { Ms, ServiceId } from "../model/basics.ts";
import type { Catalog } from "../model/catalog.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { History, Outcome, Sample } from "../model/health.ts";
import type { MaintenanceSeries, MaintenanceWindow } from "../model/incident.ts";
import type { Spec } from "../model/service.ts";
import { DEFAULT_HEALTH } from "../probes/probe.ts";
import { registrations } from "../probes/registrations.ts";
import type { Watched } from "../probes/schedule.ts";
import { advanceIncidents } from "./advance-incidents.ts";
import { declaredRetention } from "./declared-retention.ts";
import type { Face } from "./face.ts";
import { type Comes, type HealthRecord, openHealthRecord, watchedOf } from "./health-record.ts";
import { openIncidents } from "./open-incidents.ts";
import { readWritten } from "./read-written.ts";
import type { Look, Workspace } from "./workspace.ts";

/** How far ahead announced maintenance is read: declarations are read again long before. */
const AHEAD_MS: Ms = 26 * 3_600_000;
const BEHIND_MS: Ms = 3_600_000;
/** Every write leaves objects in the clone: how often it is looked whether they are too many. */
const TIDY_EVERY_MS: Ms = 3_600_000;

/** How an environment is watched by one command: what is asked, what is seen, and what becomes of it. */
export interface HealthWatch extends Pick<HealthRecord, "beat"> {
  /** These are watched from now on, with the maintenance that is announced for them. Returns what is to be asked. */
  follow(catalog: Catalog, asked?: (spec: Spec) => boolean): Promise<readonly Watched[]>;
  /** Says whether it may change a verdict: the first after an answer of another kind, and as many more as confirm it. */
  sample(sample: Sample): boolean;
  /** What is kept, and what was seen since, as it is at this moment. */
  history(): History;
  /** Of its environment: for whoever shows what `keep` has come to. */
  readonly incidents: IncidentStore;
  /**
   * Takes in what others have stored, opens and resolves incidents of what `follow` named and tells whom they concern, and keeps what
   * was seen: messages leave before anything is pushed, what was seen is pushed before GitHub is asked for anything. Throws a
   * GitError where the remote is out of reach for incidents; the samples are held.
   */
  keep(): Promise<readonly Diagnostic[]>;
}

export async function openHealthWatch({
  face,
  workspace,
  environment,
  look = workspace.look,
  ...who
}: {
  readonly face: Face;
  readonly workspace: Workspace;
  readonly environment: string;
  /** Where declarations are read. */
  readonly look?: () => Promise<Pick<Look, "tree">>;
  readonly comes?: Comes;
  readonly collector?: string | undefined;
  readonly region?: string | undefined;
  /** Between two runs of a command that asks once. */
  readonly cadenceMs?: Ms | undefined;
}): Promise<{ readonly watch: HealthWatch; readonly diagnostics: readonly Diagnostic[] }> {
  const { record, diagnostics } = await openHealthRecord(face, workspace, environment, {
    ...(who.comes === undefined ? {} : { comes: who.comes }),
    ...(who.collector === undefined ? {} : { collector: who.collector }),
    ...(who.region === undefined ? {} : { region: who.region }),
  });
  const incidents = await openIncidents(face, workspace, environment);
  const registries = registrations({ clock: face.clock });
  let current: Catalog | null = null;
  let maintenance: readonly MaintenanceSeries[] = [];
  let windows: readonly MaintenanceWindow[] = [];
  let tidiedAt = face.clock.monotonic();
  const last = new Map<ServiceId, { readonly outcome: Outcome; readonly left: number }>();
  const isNews = ({ service, outcome }: Sample): boolean => {
    const before = last.get(service);
    const { failure_threshold, success_threshold } = current?.services.get(service)?.spec.health ?? DEFAULT_HEALTH;
    const changed = before === undefined ? outcome !== "pass" : before.outcome !== outcome;
    const left = changed ? Math.max(failure_threshold, success_threshold) : (before?.left ?? 0) - 1;
    last.set(service, { outcome, left: Math.max(0, left) });
    return left > 0;
  };
  const readMaintenance = async (): Promise<void> => {
    const now = face.clock.now();
    maintenance = (await readWritten(look, now)).value.maintenance;
    windows = await windowsBetween(maintenance, { from: now - BEHIND_MS, to: now + AHEAD_MS });
  };
  const watch: HealthWatch = {
    beat: record.beat,
    async follow(catalog, asked = () => true) {
      current = catalog;
      record.keepFor(declaredRetention(catalog.project));
      await readMaintenance();
      const specs = [...catalog.services.values()].map(({ spec }) => spec).filter(asked);
      const watched = watchedOf(specs, face, registries);
      const ids = new Set(watched.map(({ service }) => service));
      // Samples are judged by how they were taken, so the record is told as well.
      record.watch(
        specs.filter(({ id }) => ids.has(id)),
        who.cadenceMs,
      );
      return watched;
    },
    sample(sample) {
      const isDeclared = current?.services.get(sample.service)?.spec.status === "maintenance";
      const isAnnounced = windows.some((window) => covers(window, sample));
      record.sample(isDeclared || isAnnounced ? { ...sample, during: "maintenance" } : sample);
      return isNews(sample);
    },
    history: record.history,
    incidents,
    async keep() {
      let outOfReach: GitError | null = null;
      let problems: readonly Diagnostic[] = [];
      let kept: readonly Diagnostic[] | null = null;
      const save = async (): Promise<void> => {
        kept ??= await record.save();
      };
      try {
        if (current !== null) {
          // Maintenance may have been announced while services stayed as they are.
          await readMaintenance();
          const unusable = await record.catchUp();
          const history = record.outlook();
          const seen = { catalog: current, history, maintenance };
          problems = [...unusable, ...(await advanceIncidents({ face, incidents, ...seen, onTold: save }))];
        }
      } catch (error) {
        if (!(error instanceof GitError)) throw error;
        outOfReach = error;
      }
      await save();
      if (face.clock.monotonic() - tidiedAt >= TIDY_EVERY_MS) {
        tidiedAt = face.clock.monotonic();
        await tidy(workspace.repository);
      }
      if (outOfReach !== null) throw outOfReach;
      return [...problems, ...(kept ?? [])];
    },
  };
  return { watch, diagnostics };
}

function covers({ affected, from, to }: MaintenanceWindow, { service, at }: Sample): boolean {
  return at >= from && at < to && (affected.length === 0 || affected.includes(service));
}
