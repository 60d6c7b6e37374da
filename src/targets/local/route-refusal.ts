import type { Diagnostic } from "../../model/diagnostic.ts";
import type { RouteAction } from "../../model/edge.ts";
import { groupOf, type ServiceWish } from "./service-wish.ts";

/** Why a route makes no sense for what runs, or null: weights are whole percents that sum to 100, of releases that exist. Pure. */
export function routeRefusal(action: RouteAction, wish: ServiceWish, others: Iterable<ServiceWish>): Diagnostic | null {
  const { service, policy } = action;
  const shares = Object.entries(action.weights).filter(([, weight]) => weight !== 0);
  const sum = shares.reduce((total, [, weight]) => total + weight, 0);
  const refuse = (summary: string): Diagnostic => ({ code: "route-refused", severity: "error", summary, service });
  if (shares.length > 0 && sum !== 100) return refuse(`the weights of ${service} sum to ${sum}, not to 100`);
  const odd = shares.find(([, weight]) => weight < 0 || !Number.isInteger(weight));
  if (odd) return refuse(`release ${odd[0]} of ${service} cannot have ${odd[1]} %: whole percents only`);
  const absent = shares.find(([release]) => groupOf(wish, Number(release)) === undefined);
  if (absent) return refuse(`release ${absent[0]} of ${service} does not run here`);
  for (const other of others)
    if (policy.port !== null && other.service !== service && other.policy?.port === policy.port)
      return refuse(`port ${policy.port} of ${service} is still that of ${other.service}`);
  return null;
}
