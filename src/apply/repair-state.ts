import type { Digest, Instant, ServiceId } from "../model/basics.ts";
import type { Fleet, Observation } from "../model/fleet.ts";
import { emptyState, type Release, type ServiceRecord, type State } from "../model/state.ts";
import { hasVolumes } from "../plan/last-applied.ts";
import { freshRecord, isForgotten } from "../state/records.ts";

/** The release of a service that serves on the target, as its labels say. */
export interface Serving {
  readonly number: number;
  readonly spec: Digest;
  /** The highest number of any release that is there. */
  readonly highest: number;
}

/** What becomes of one service in a State that is rebuilt. */
export interface RepairedService {
  readonly service: ServiceId;
  /**
   * `kept`: as the earlier State had it; `rebuilt`: what runs was found in Git; `left`: what runs was not found, and is not
   * recorded; `dropped`: nothing of it runs, and no reviewed commit declares what the earlier State had.
   */
  readonly is: "kept" | "rebuilt" | "left" | "dropped";
  readonly release: number | null;
  readonly commit: Release["commit"];
}

/** What serves of each service: the release with the most traffic, or the newest that is kept where nothing is served. */
export function servingOn(observation: Observation | null): ReadonlyMap<ServiceId, Serving> {
  const serving = new Map<ServiceId, Serving>();
  for (const fleet of observation?.fleets ?? []) {
    const most = fleet.groups.toSorted((a, b) => rank(fleet, b) - rank(fleet, a) || b.release - a.release)[0];
    const highest = Math.max(...fleet.groups.map(({ release }) => release));
    if (most !== undefined) serving.set(fleet.service, { number: most.release, spec: most.spec, highest });
  }
  return serving;
}

function rank({ weights }: Fleet, { release, wanted }: Fleet["groups"][number]): number {
  return (weights[release] ?? 0) + (wanted > 0 ? 0.5 : 0);
}

/**
 * A State again, of what an earlier one had and can be believed, what serves now, and what of that Git declares. Nobody's claim,
 * no journal, no rollout under way; above every epoch that was seen. Release numbers go on above all that are known. Pure.
 */
export function repairedState(from: {
  readonly environment: string;
  readonly earlier: State | null;
  readonly observation: Observation | null;
  /** Whether a release of the earlier State may be recorded again. */
  readonly isBelieved: (release: Release) => boolean;
  /** What serves and the earlier State does not have, as a commit declares it. */
  readonly found: ReadonlyMap<ServiceId, Release>;
  readonly at: Instant;
}): { readonly state: State; readonly services: readonly RepairedService[] } {
  const { earlier, observation } = from;
  const serving = servingOn(observation);
  const records = new Map<ServiceId, ServiceRecord>();
  const gone = new Map(earlier?.gone);
  const services: RepairedService[] = [];
  for (const service of [...new Set([...(earlier?.services.keys() ?? []), ...serving.keys()])].sort()) {
    const before = earlier?.services.get(service) ?? freshRecord(service, from.at, gone.get(service));
    const made = recordFor(before, serving.get(service), from);
    services.push(made.told);
    gone.delete(service);
    if (isForgotten(made.record)) gone.set(service, made.record.nextRelease);
    else records.set(service, made.record);
  }
  const seen = observation?.fleets.map(({ epochSeen }) => epochSeen) ?? [];
  const state: State = {
    ...emptyState(from.environment),
    epoch: Math.max(0, earlier?.epoch ?? 0, ...seen) + 1,
    services: records,
    ...(gone.size === 0 ? {} : { gone }),
  };
  return { state, services };
}

function recordFor(
  before: ServiceRecord,
  serving: Serving | undefined,
  { isBelieved, found, at }: Parameters<typeof repairedState>[0],
): { readonly record: ServiceRecord; readonly told: RepairedService } {
  const { service } = before;
  const releases = before.releases.filter(isBelieved);
  const highest = serving === undefined ? 0 : serving.highest;
  if (releases.length > 0 && releases.length === before.releases.length && explains(before, serving)) {
    const record = { ...before, nextRelease: Math.max(before.nextRelease, highest + 1) };
    return { record, told: { service, is: "kept", release: before.stable, commit: null } };
  }
  const rest = { ...before, rollout: null, updatedAt: at };
  if (serving === undefined) {
    const stable = releases.some(({ number }) => number === before.stable) ? before.stable : null;
    const isLost = releases.length === 0;
    const record = isLost ? freshRecord(service, at, before.nextRelease) : { ...rest, stable, releases };
    return { record, told: { service, is: isLost ? "dropped" : "kept", release: stable, commit: null } };
  }
  const nextRelease = Math.max(before.nextRelease, highest + 1);
  const known = releases.find(({ number, specDigest }) => number === serving.number && specDigest === serving.spec);
  const release = known ?? found.get(service);
  if (release === undefined) {
    const told = { service, is: "left", release: serving.number, commit: null } as const;
    return { record: freshRecord(service, at, nextRelease), told };
  }
  const prior = releases.filter(({ number }) => number < release.number).slice(-1);
  const record: ServiceRecord = {
    ...rest,
    nextRelease,
    stable: release.number,
    releases: [...prior, release],
    protected: before.protected || release.spec.protected || hasVolumes(release.spec),
  };
  const is = known === undefined ? "rebuilt" : "kept";
  return { record, told: { service, is, release: release.number, commit: release.commit } };
}

/** Whether what serves follows from a record: nothing does, or its stable release, or one that its rollout is about. */
function explains({ stable, rollout, releases }: ServiceRecord, serving: Serving | undefined): boolean {
  if (serving === undefined) return true;
  const known = releases.some(({ number, specDigest }) => number === serving.number && specDigest === serving.spec);
  return known && (serving.number === stable || serving.number === rollout?.to || serving.number === rollout?.from);
}
