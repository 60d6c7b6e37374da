import { hostname } from "node:os";
import { type Collector, collect } from "../health/collector.ts";
import { healthStore } from "../health/history.ts";
import { DAYS_SHOWN } from "../health/uptime.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Segment } from "../model/health.ts";
import type { Spec } from "../model/service.ts";
import { probeOf } from "../probes/probe.ts";
import type { Watched } from "../probes/schedule.ts";
import type { Face } from "./face.ts";
import type { Workspace } from "./workspace.ts";

const SHOWN_MS = DAYS_SHOWN * 86_400_000;
/** A segment a minute: half a day of them. */
const HELD_MAX = 720;

/** What is seen of an environment's services: at hand for the site, and kept in Git segment by segment. */
export interface HealthRecord extends Pick<Collector, "beat" | "sample"> {
  /** Kept ones of the days that the site shows, and what was seen since. */
  segments(): readonly Segment[];
  /** Keeps what was seen since the last call; what cannot be kept is held, named, and tried again by the next call. */
  save(): Promise<readonly Diagnostic[]>;
}

/** Opens the record of an environment with its kept history. Problems with single kept files come with it. */
export async function openHealthRecord(
  face: Face,
  workspace: Workspace,
  environment: string,
): Promise<{ readonly record: HealthRecord; readonly diagnostics: readonly Diagnostic[] }> {
  const { clock } = face;
  const store = healthStore({ refs: (await workspace.refsOf(environment)).refs, random: face.nonce, clock });
  const now = clock.now();
  const kept = await store.read(now - SHOWN_MS, now);
  const collector = hostname().replace(/[^A-Za-z0-9.]+/g, "-");
  const forStore = collect({ collector, environment, clock });
  const forSite = collect({ collector, environment, clock });
  const seen: Segment[] = [...kept.value];
  let held: Segment[] = [];

  const record: HealthRecord = {
    beat(service, beats) {
      forStore.beat(service, beats);
      forSite.beat(service, beats);
    },
    sample(sample) {
      forStore.sample(sample);
      forSite.sample(sample);
    },
    segments() {
      const fresh = forSite.seal();
      if (fresh !== null) seen.push(fresh);
      const oldest = clock.now() - SHOWN_MS;
      while (seen[0] !== undefined && seen[0].to < oldest) seen.shift();
      return seen;
    },
    async save() {
      const fresh = forStore.seal();
      // A ref that is out of reach for hours must not fill the memory: the oldest of what waits goes first.
      if (fresh !== null) held = [...held, fresh].slice(-HELD_MAX);
      const problems: Diagnostic[] = [];
      for (const segment of [...held]) {
        const found = await store.append(segment);
        if (found.length === 0) held = held.filter((one) => one !== segment);
        problems.push(...found);
      }
      return problems;
    },
  };
  return { record, diagnostics: kept.diagnostics };
}

/** The services that can be asked, and how. */
export function watchedOf(specs: Iterable<Spec>, face: Face): readonly Watched[] {
  const watched: Watched[] = [];
  for (const spec of specs) {
    const probe = probeOf({ spec, clock: face.clock });
    if (probe === null) continue;
    const { interval: intervalMs, timeout: timeoutMs } = probe.health;
    watched.push({ service: probe.service, intervalMs, timeoutMs, ask: probe.ask });
  }
  return watched;
}
