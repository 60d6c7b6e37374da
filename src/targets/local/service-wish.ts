import type { Digest, Ms, ServiceId } from "../../model/basics.ts";
import type { EdgePolicy, RouteAction } from "../../model/edge.ts";
import type { Weights } from "../../model/fleet.ts";
import type { EnsureRequest, Launch, RetireRequest } from "./agent-api.ts";
import { NO_FENCE, type SeenFence } from "./fence.ts";

/** One release of a service as it is wanted, with the instances that belong to it, leaving ones included. */
export interface GroupWish {
  readonly release: number;
  readonly spec: Digest;
  readonly wanted: number;
  readonly launch: Launch;
  /** How long whoever must leave may finish its requests. */
  readonly drainMs: Ms;
  readonly members: readonly Member[];
}

/** An instance of a group. One of another spec than its group's must leave: it stems from a State that was lost. */
export interface Member {
  readonly id: string;
  readonly spec: Digest;
}

/** All that was ordered for one service: plain data, durable before anything acts on it. */
export interface ServiceWish {
  readonly service: ServiceId;
  readonly fence: SeenFence;
  /** Counts instances over the service's whole life, so that no id is ever used twice. */
  readonly started: number;
  readonly policy: EdgePolicy | null;
  readonly weights: Weights;
  /** Sorted by release number. */
  readonly groups: readonly GroupWish[];
}

/** A service of which nothing was ever ordered. */
export function noWish(service: ServiceId): ServiceWish {
  return { service, fence: NO_FENCE, started: 0, policy: null, weights: {}, groups: [] };
}

export function groupOf(wish: ServiceWish, release: number): GroupWish | undefined {
  return wish.groups.find((group) => group.release === release);
}

/**
 * The release is to have `wanted` instances; those of `adopt`, and its share of traffic, become the release's own, but for
 * those that are `leaving` already. Pure.
 */
export function withEnsured(
  wish: ServiceWish,
  { release, spec, wanted, launch, adopt }: EnsureRequest,
  leaving: ReadonlySet<string>,
): ServiceWish {
  const known = groupOf(wish, release);
  const donor = adopt === undefined || adopt === release ? undefined : groupOf(wish, adopt);
  const adopted = donor?.members.filter(({ id }) => !leaving.has(id)).map(({ id }) => ({ id, spec })) ?? [];
  const group: GroupWish = {
    release,
    spec,
    wanted,
    launch,
    drainMs: launch.drainMs,
    members: [...(known?.members ?? []), ...adopted],
  };
  const others = wish.groups.filter((other) => other.release !== release && other !== donor);
  const left = donor && { ...donor, wanted: 0, members: donor.members.filter(({ id }) => leaving.has(id)) };
  const { [donor?.release ?? -1]: share = 0, ...weights } = wish.weights;
  return withGroups(
    { ...wish, weights: share === 0 ? wish.weights : { ...weights, [release]: share + (weights[release] ?? 0) } },
    [...others, ...(left ? [left] : []), group],
  );
}

/** Nothing of the release is to be left; a release that is not there is retired already. Pure. */
export function withRetired(wish: ServiceWish, { release, drainMs }: Omit<RetireRequest, "fence">): ServiceWish {
  return withGroups(
    wish,
    wish.groups.map((group) => (group.release === release ? { ...group, wanted: 0, drainMs } : group)),
  );
}

/** Traffic goes by these weights under this policy. Shares of nothing are left out. Pure. */
export function withRoute(wish: ServiceWish, { weights, policy }: RouteAction): ServiceWish {
  return withGroups(
    { ...wish, policy, weights: Object.fromEntries(Object.entries(weights).filter(([, weight]) => weight > 0)) },
    wish.groups,
  );
}

/** Without an instance that has ended for good. Pure. */
export function withoutMember(wish: ServiceWish, id: string): ServiceWish {
  return withGroups(
    wish,
    wish.groups.map((group) => ({ ...group, members: group.members.filter((member) => member.id !== id) })),
  );
}

/** One more instance of a release; returns its id, too. Pure. */
export function withNewMember(wish: ServiceWish, release: number): readonly [ServiceWish, string] {
  const started = wish.started + 1;
  const id = `${wish.service}-${started}`;
  const groups = wish.groups.map((group) =>
    group.release === release ? { ...group, members: [...group.members, { id, spec: group.spec }] } : group,
  );
  return [{ ...wish, started, groups }, id];
}

/** Groups with nothing wanted and nothing left are forgotten, and so is a policy by which nobody can be reached. */
function withGroups(wish: ServiceWish, groups: readonly GroupWish[]): ServiceWish {
  const kept = groups
    .filter((group) => group.wanted > 0 || group.members.length > 0)
    .sort((a, b) => a.release - b.release);
  const unreachable = kept.length === 0 && Object.keys(wish.weights).length === 0 && wish.policy?.port === null;
  return { ...wish, policy: unreachable ? null : wish.policy, groups: kept };
}
