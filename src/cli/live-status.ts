import type { Catalog } from "../model/catalog.ts";
import type { Sample } from "../model/health.ts";
import { checkOnce } from "../probes/schedule.ts";
import { siteRefresher } from "../site/site-refresher.ts";
import type { Face } from "./face.ts";
import { controlOf } from "./health-record.ts";
import { openHealthWatch } from "./health-watch.ts";
import { keepInTime } from "./keep-in-time.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import { readTold } from "./read-told.ts";
import { showProblems } from "./show-diagnostics.ts";
import { type SiteBuilder, siteDataNow } from "./status-site.ts";
import { watchServices } from "./watch-services.ts";
import type { Workspace } from "./workspace.ts";

/** How often what was seen goes into the health store, while nothing changes. */
const KEEP_EVERY_MS = 60_000;

/** The health of an environment while somebody watches: asked at each interval, recorded, shown on the site. */
export interface LiveStatus {
  /** Asks each service once and builds the site; resolves with the samples. Throws when the site cannot be built. */
  first(catalog: Catalog, onProgress: (says: string) => void): Promise<readonly Sample[]>;
  /** Goes on asking at each service's interval; told again, it follows the new catalog. */
  follow(catalog: Catalog): Promise<void>;
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
  const { watch, diagnostics } = await openHealthWatch({ face, workspace, environment: environment.name });
  showProblems(terminal, diagnostics);
  let current: Catalog | null = null;

  const dataNow = async (catalog: Catalog) => {
    const [{ state }, told] = await Promise.all([environment.store.read(), readTold(face, workspace, watch.incidents)]);
    return siteDataNow({ catalog, state, history: watch.history(), told: told.value, isLocal: true });
  };
  const refresher = siteRefresher<Catalog>({
    build: async (catalog) => builder.build(await dataNow(catalog)),
    minGapMs: on.refreshMs,
    clock,
    onFailure: (error) =>
      terminal.complain(`The site could not be rebuilt: ${error instanceof Error ? error.message : String(error)}`),
  });
  const keeping = keepInTime({
    face,
    watch,
    everyMs: KEEP_EVERY_MS,
    onKept: () => current !== null && refresher.offer(current),
  });
  const services = watchServices({
    face,
    watch,
    keeping,
    // Only news is printed: a service that is well is on the site.
    saysFirst: false,
    onSample: () => current !== null && refresher.offer(current),
  });

  return {
    async first(catalog, onProgress) {
      const watched = await watch.follow(catalog);
      const samples = await checkOnce({
        services: watched,
        clock,
        signal: face.signal,
        ...controlOf(catalog.project, face),
        onSample: services.notice,
      });
      for (const { service } of samples) watch.beat(service, 1);
      showProblems(terminal, await watch.keep());
      await builder.build(await dataNow(catalog), onProgress);
      return samples;
    },
    async follow(catalog) {
      current = catalog;
      await services.follow(catalog);
      refresher.offer(catalog);
    },
    async close() {
      await services.close();
      await refresher.close();
      await keeping.stop();
    },
  };
}
