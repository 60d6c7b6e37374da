import { digestOf } from "../model/digest.ts";
import type { RouteAction } from "../model/edge.ts";
import type { Weights } from "../model/fleet.ts";
import type { Release } from "../model/state.ts";
import { servesOnly } from "./group-view.ts";
import type { Turn } from "./turn.ts";
import { sameWeights } from "./weights.ts";

/** The action that makes the edge serve `weights` by the policy of `serving`; none when it does so already. */
export function route(turn: Turn, weights: Weights, serving: Release): RouteAction[] {
  const policy = turn.input.policyOf(serving);
  if (sameWeights(turn.fleet.weights, weights) && turn.fleet.policy === digestOf(policy)) return [];
  return [{ do: "route", service: turn.rollout.service, weights, policy }];
}

/** All traffic for one release, or none at all for a release that wants no instance. */
export function weightsOf(release: Release): Weights {
  return release.spec.runtime.replicas === 0 ? {} : { [release.number]: 100 };
}

/** True when the edge is seen to serve `release` alone, by its own policy. */
export function servesBy(turn: Turn, release: Release): boolean {
  if (!servesOnly(turn.fleet, release.spec.runtime.replicas === 0 ? null : release.number)) return false;
  return turn.fleet.policy === digestOf(turn.input.policyOf(release));
}

/** Answers 503 to whatever still comes in, before anything stops. */
export function routeNothing(turn: Turn, serving: Release): RouteAction[] {
  return servesOnly(turn.fleet, null)
    ? []
    : [{ do: "route", service: turn.rollout.service, weights: {}, policy: turn.input.policyOf(serving) }];
}
