import { hostname } from "node:os";
import { type Collector, collect } from "../health/collector.ts";
import { healthStore } from "../health/history.ts";
import { awaitingOthers } from "../health/live-history.ts";
import type { Retention } from "../health/retention.ts";
import type { Ms, ServiceId } from "../model/basics.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { History, Segment, Watching } from "../model/health.ts";
import type { Project } from "../model/project.ts";
import type { Spec } from "../model/service.ts";
import { type Control, controlAt } from "../probes/control.ts";
import { DEFAULT_HEALTH, probeOf } from "../probes/probe.ts";
import type { Registrations } from "../probes/registrations.ts";
import type { Watched } from "../probes/schedule.ts";
import type { Face } from "./face.ts";
import type { Workspace } from "./workspace.ts";

/** A segment a minute: half a day of them. */
const HELD_MAX = 720;

/** What is seen of an environment's services: at hand for the site, and kept in Git segment by segment. */
export interface HealthRecord extends Pick<Collector, "sample"> {
  /**
   * How services are watched from now on. `cadenceMs`: how often this collector comes, where that is not each service's own
   * interval: a cron job's.
   */
  watch(specs: Iterable<Spec>, cadenceMs?: Ms): void;
  /** How long history is kept from now on. */
  keepFor(retention: Retention): void;
  /** `beats` askings of a service were due. */
  beat(service: ServiceId, beats: number): void;
  /** What is kept, and what was seen since, as it is at this moment. */
  history(): History;
  /**
   * Takes in what other collectors have stored since the last call, so that incidents are judged by what all of them see.
   * Problems with single files come back. Throws a GitError where the history is out of reach.
   */
  catchUp(): Promise<readonly Diagnostic[]>;
  /** The history for incidents: what another collector said last holds until its next segment is due. */
  outlook(): History;
  /** Keeps what was seen since the last call; what cannot be kept is held, named, and tried again by the next call. */
  save(): Promise<readonly Diagnostic[]>;
}

/** Opens the record of an environment with its kept history. Problems with single kept files come with it. */
export async function openHealthRecord(
  face: Face,
  workspace: Workspace,
  environment: string,
  {
    comes = "standing",
    collector = collectorName(face, comes),
    region = "default",
  }: {
    readonly comes?: Comes;
    readonly collector?: string;
    readonly region?: string;
  } = {},
): Promise<{ readonly record: HealthRecord; readonly diagnostics: readonly Diagnostic[] }> {
  const { clock } = face;
  const { refs } = await workspace.refsOf(environment);
  const store = healthStore({ refs, random: face.nonce, clock });
  const { value: live, diagnostics } = await store.follow(environment);
  const before = live.at(clock.now());
  const watching = new Map<ServiceId, Watching>();
  // Nobody expects a person: what lies between two checks by hand was not missed.
  const after = (): Ms | null =>
    comes === "by hand" ? null : lastEnd(before, { collector, region, services: new Set(watching.keys()) });
  const seen = collect({ collector, region, environment, clock, after, once: comes === "by hand" });
  let held: Segment[] = [];

  const beat = (service: ServiceId, beats: number): void => seen.beat(service, beats, watching.get(service));
  const history = (): History => live.at(clock.now(), seen.soFar());
  const record: HealthRecord = {
    watch(specs, cadenceMs) {
      for (const { id, health = DEFAULT_HEALTH } of specs) {
        const { interval, timeout, failure_threshold, success_threshold } = health;
        const before = watching.get(id);
        const now = { cadenceMs: cadenceMs ?? interval, timeoutMs: timeout, failure_threshold, success_threshold };
        watching.set(id, now);
        // Said at once: what was missed before the first asking is counted with the segment that tells of it.
        if (before === undefined) beat(id, 0);
      }
    },
    keepFor: store.keepFor,
    beat,
    sample: seen.sample,
    history,
    catchUp: live.catchUp,
    outlook: () => awaitingOthers(history(), { collector, region }),
    async save() {
      const fresh = seen.seal();
      if (fresh !== null) {
        live.add(fresh);
        // A ref that is out of reach for hours must not fill the memory: the oldest of what waits goes first.
        held = [...held, fresh].slice(-HELD_MAX);
      }
      const problems: Diagnostic[] = [];
      for (const segment of [...held]) {
        const found = await store.append(segment);
        // What is too old never gets in: it is named once.
        if (found.every(({ code }) => code === "health-too-old")) held = held.filter((one) => one !== segment);
        problems.push(...found);
      }
      return problems;
    },
  };
  return { record, diagnostics };
}

/** Whether it stays, comes again and again, or is started by a person. */
export type Comes = "standing" | "scheduled" | "by hand";

/**
 * The same for each run of a workflow, and for each start on a host: what runs share is one history. What comes from a scheduler has
 * a name of its own, since it must not be taken for the standing collector on the same host: `health.watchers` awaits that one.
 */
function collectorName({ env }: Face, comes: Comes): string {
  if (env["GITHUB_ACTIONS"] === "true") return "actions";
  const host = hostname().replace(/[^A-Za-z0-9.]+/g, "-");
  return { standing: host, scheduled: `${host}-check`, "by hand": `${host}-hand` }[comes];
}

/** Where the collector's last segment ended that was of one of these services, as far as it is known. */
function lastEnd(
  { segments, before }: History,
  of: { readonly collector: string; readonly region: string; readonly services: ReadonlySet<ServiceId> },
): Ms | null {
  const isOwn = (one: { readonly collector: string; readonly region: string }): boolean =>
    one.collector === of.collector && one.region === of.region;
  const names = ({ watching, expected }: Segment): boolean =>
    [...Object.keys(watching), ...Object.keys(expected)].some((id) => of.services.has(id));
  const ends = [
    ...segments.filter((segment) => isOwn(segment) && names(segment)).map(({ to }) => to),
    ...before.filter((standing) => isOwn(standing) && of.services.has(standing.service)).map(({ at }) => at),
  ];
  return ends.length === 0 ? null : ends.reduce((latest, at) => Math.max(latest, at));
}

/** The services that can be asked from here, and how. A secret is the environment variable of its name. */
export function watchedOf(specs: Iterable<Spec>, { clock, env }: Face, registries: Registrations): readonly Watched[] {
  const watched: Watched[] = [];
  // A runner of GitHub's is elsewhere; whoever watches otherwise stands where the services run.
  const from = env["GITHUB_ACTIONS"] === "true" ? "public" : "host";
  for (const spec of specs) {
    const probe = probeOf({ spec, clock, from, secretOf: (name) => env[name], registries });
    if (probe === null) continue;
    const { interval: intervalMs, timeout: timeoutMs, failure_threshold: failureThreshold } = probe.health;
    watched.push({ service: probe.service, says: probe.says, intervalMs, timeoutMs, failureThreshold, ask: probe.ask });
  }
  return watched;
}

/** What tells a broken network here from a broken service, where fairlead.yaml names it. */
export function controlOf({ health }: Project, { clock }: Face): { readonly control?: Control } {
  return health.control === undefined ? {} : { control: controlAt(health.control, clock) };
}
