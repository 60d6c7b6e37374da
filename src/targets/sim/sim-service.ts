import type { Ms, ServiceId } from "../../model/basics.ts";
import { digestOf } from "../../model/digest.ts";
import type { EdgePolicy } from "../../model/edge.ts";
import type { Fleet, Weights } from "../../model/fleet.ts";
import type { Release } from "../../model/state.ts";
import { drainInstance, reported, type SimInstance } from "./sim-instance.ts";

export interface SimGroup {
  release: Release;
  wanted: number;
  instances: SimInstance[];
}

export interface SimRequest {
  readonly at: Ms;
  readonly release: number;
  readonly outcome: "served" | "failed" | "aborted";
}

/** One service as it runs on the pretended target and edge. Plain JSON, changed in place. */
export interface SimService {
  readonly id: ServiceId;
  epochSeen: number;
  /** Keys of the actions that were done under `epochSeen`. */
  keys: string[];
  groups: SimGroup[];
  weights: Weights;
  policy: EdgePolicy | null;
  requests: SimRequest[];
}

export function newService(id: ServiceId): SimService {
  return { id, epochSeen: 0, keys: [], groups: [], weights: {}, policy: null, requests: [] };
}

/** The group of a release number; null where there is none. */
export function groupOf(service: SimService, release: number): SimGroup | null {
  return service.groups.find((group) => group.release.number === release) ?? null;
}

/** Scales a group, which `adopt`'s instances join first: untouched, and with the traffic that they have. */
export function ensureGroup(
  service: SimService,
  ensure: { readonly release: Release; readonly wanted: number; readonly adopt?: number },
  now: Ms,
  start: () => SimInstance,
): void {
  const { release, wanted, adopt } = ensure;
  let group = groupOf(service, release.number);
  if (group === null) {
    group = { release, wanted, instances: [] };
    service.groups = [...service.groups, group].sort((a, b) => a.release.number - b.release.number);
  }
  group.wanted = wanted;
  const adopted = adopt === undefined || adopt === release.number ? null : groupOf(service, adopt);
  if (adopted !== null) adoptGroup(service, adopted, group);
  const staying = group.instances.filter((one) => one.phase !== "draining");
  for (let missing = wanted - staying.length; missing > 0; missing -= 1) group.instances.push(start());
  const leaving = [...staying].sort(readyLast).slice(0, Math.max(0, staying.length - wanted));
  for (const instance of leaving) drainInstance(instance, release.spec.deployment.drain_time, now);
}

/** What the target reports of the service at `now`. */
export function fleetOf(service: SimService, now: Ms): Fleet {
  const listed = service.groups.filter((group) => group.wanted > 0 || group.instances.length > 0);
  const inFlight: Record<number, number> = {};
  for (const group of listed) {
    const open = group.instances.flatMap((one) => one.inFlight).filter((end) => end > now).length;
    if (open > 0) inFlight[group.release.number] = open;
  }
  return {
    service: service.id,
    epochSeen: service.epochSeen,
    at: now,
    groups: listed.map((group) => ({
      release: group.release.number,
      spec: group.release.specDigest,
      wanted: group.wanted,
      instances: group.instances.map(reported),
    })),
    weights: service.weights,
    policy: service.policy === null ? null : digestOf(service.policy),
    inFlight,
  };
}

function adoptGroup(service: SimService, from: SimGroup, into: SimGroup): void {
  const staying = from.instances.filter((one) => one.phase !== "draining");
  into.instances.push(...staying);
  from.instances = from.instances.filter((one) => one.phase === "draining");
  from.wanted = 0;
  const { [from.release.number]: share = 0, ...others } = service.weights;
  if (share > 0) service.weights = { ...others, [into.release.number]: share + (others[into.release.number] ?? 0) };
}

function readyLast(a: SimInstance, b: SimInstance): number {
  return Number(a.phase === "ready") - Number(b.phase === "ready") || b.sinceMs - a.sinceMs;
}
