import type { ServiceId } from "../model/basics.ts";
import type { Catalog } from "../model/catalog.ts";
import type { Sample } from "../model/health.ts";
import { checkOnce, type Watched, type WatchLoop, watchLoop } from "../probes/schedule.ts";
import { siteRefresher } from "../site/site-refresher.ts";
import { sampleLine } from "./commands/check.ts";
import type { Face } from "./face.ts";
import { controlOf, type HealthRecord, openHealthRecord, watchedOf } from "./health-record.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import { showProblems } from "./show-diagnostics.ts";
import { type SiteBuilder, siteDataNow } from "./status-site.ts";
import type { Workspace } from "./workspace.ts";

/** How often what was seen goes into the health store. */
const SAVE_EVERY_MS = 60_000;

/** The health of an environment while somebody watches: asked at each interval, recorded, shown on the site. */
export interface LiveStatus {
  /** Asks each service once and builds the site; resolves with the samples. Throws when the site cannot be built. */
  first(catalog: Catalog, onProgress: (says: string) => void): Promise<readonly Sample[]>;
  /** Goes on asking at each service's interval; told again, it follows the new catalog. */
  follow(catalog: Catalog): void;
  /** Stops asking, keeps what was seen, and lets the last build end. */
  close(): Promise<void>;
}

export async function openLiveStatus(on: {
  readonly face: Face;
  readonly workspace: Workspace;
  readonly environment: OpenEnvironment;
  readonly builder: SiteBuilder;
  readonly refreshMs: number;
}): Promise<LiveStatus> {
  const { face, workspace, environment, builder } = on;
  const { terminal, clock } = face;
  const { record, diagnostics } = await openHealthRecord(face, workspace, environment.name);
  showProblems(terminal, diagnostics);
  const outcomes = new Map<ServiceId, Sample["outcome"]>();
  let current: Catalog | null = null;

  const dataNow = async (catalog: Catalog) => {
    const { state } = await environment.store.read();
    return siteDataNow({ catalog, state, history: record.history() });
  };
  const refresher = siteRefresher<Catalog>({
    build: async (catalog) => builder.build(await dataNow(catalog)),
    minGapMs: on.refreshMs,
    clock,
    onFailure: (error) =>
      terminal.complain(`The site could not be rebuilt: ${error instanceof Error ? error.message : String(error)}`),
  });
  const saving = saveNowAndThen(face, record);
  let loop: WatchLoop | null = null;

  /** What is asked, told to the record as well: samples are judged by how they were taken. */
  const watchedNow = (catalog: Catalog): readonly Watched[] => {
    const watched = watchedOf(specsOf(catalog), face);
    const ids = new Set(watched.map(({ service }) => service));
    record.watch(specsOf(catalog).filter(({ id }) => ids.has(id)));
    return watched;
  };

  const notice = (sample: Sample): void => {
    record.sample(sample);
    const before = outcomes.get(sample.service);
    outcomes.set(sample.service, sample.outcome);
    // Only news is printed: a service that goes on being well is on the site.
    if (before !== undefined && before !== sample.outcome)
      terminal.say(`${timeOfDay(sample.at)} ${sampleLine(terminal, sample, 0)}`);
    if (current !== null) refresher.offer(current);
  };

  return {
    async first(catalog, onProgress) {
      const watched = watchedNow(catalog);
      const samples = await checkOnce({
        services: watched,
        clock,
        signal: face.signal,
        ...controlOf(catalog.project, face),
        onSample: notice,
      });
      for (const { service } of samples) record.beat(service, 1);
      showProblems(terminal, await record.save());
      await builder.build(await dataNow(catalog), onProgress);
      return samples;
    },
    follow(catalog) {
      current = catalog;
      loop ??= watchLoop({
        clock,
        random: Math.random,
        ...controlOf(catalog.project, face),
        onBeat: record.beat,
        onSample: notice,
      });
      loop.watch(watchedNow(catalog));
      refresher.offer(catalog);
    },
    async close() {
      await loop?.close();
      await refresher.close();
      await saving.stop();
      showProblems(terminal, await record.save());
    },
  };
}

function specsOf(catalog: Catalog) {
  return [...catalog.services.values()].map(({ spec }) => spec);
}

function saveNowAndThen(face: Face, record: HealthRecord): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await face.clock.sleep(SAVE_EVERY_MS, stopping.signal);
      if (stopping.signal.aborted) return;
      try {
        showProblems(face.terminal, await record.save());
      } catch (error) {
        // Nobody waits for this: it must not end the process, which has services to stop.
        face.terminal.complain(`Health could not be kept: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  };
  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** `14:03:22` in the reader's own time zone. */
export function timeOfDay(at: number): string {
  return new Date(at).toLocaleTimeString("en-GB");
}
