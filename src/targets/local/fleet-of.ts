import type { Ms } from "../../model/basics.ts";
import type { EdgeReadBack, EdgeSnapshot } from "../../model/edge.ts";
import type { Fleet } from "../../model/fleet.ts";
import type { InstanceRunner } from "./instance-runner.ts";
import type { ServiceWish } from "./service-wish.ts";

type Runners = ReadonlyMap<string, InstanceRunner>;

/** What is reported of a service: its instances as they are, its traffic as the edge itself tells it. */
export function fleetOf(
  wish: ServiceWish,
  {
    runners,
    readBack,
    inFlight,
    at,
  }: {
    readonly runners: Runners;
    readonly readBack: EdgeReadBack | null;
    /** By instance. */
    readonly inFlight: Readonly<Record<string, number>>;
    readonly at: Ms;
  },
): Fleet {
  const served = readBack?.services[wish.service];
  const flights: Record<number, number> = {};
  for (const { release, members } of wish.groups) {
    const open = members.reduce((total, { id }) => total + (inFlight[id] ?? 0), 0);
    if (open > 0) flights[release] = open;
  }
  return {
    service: wish.service,
    epochSeen: wish.fence.epoch,
    at,
    groups: wish.groups.map(({ release, spec, wanted, members }) => ({
      release,
      spec,
      wanted,
      instances: members.flatMap(({ id }) => runners.get(id)?.reported() ?? []),
    })),
    weights: served?.weights ?? {},
    policy: served?.policy ?? null,
    inFlight: flights,
  };
}

/** Everything that the edge is to serve now: policies and weights as ordered, and the instances that are ready. */
export function snapshotOf(wishes: readonly ServiceWish[], runners: Runners): EdgeSnapshot {
  const services = wishes.flatMap(({ policy, weights, groups }) => {
    if (policy === null) return [];
    const backends = groups.map(({ release, members }) => {
      const ready = members.flatMap(({ id }) => runners.get(id) ?? []).filter((runner) => runner.isReady);
      return [release, ready.map(({ id, port }) => ({ id, port }))] as const;
    });
    return [{ policy, weights, backends: Object.fromEntries(backends) }];
  });
  return { services };
}
