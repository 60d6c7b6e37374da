import type { ServiceId } from "../model/basics.ts";
import type { AdvanceInput } from "./automatic-incidents.ts";

/**
 * For a service, what it depends on, near or far, that is down now: whoever is woken by that need not be woken by this one. Null
 * where nothing is. Of services that depend on each other only the later name is held by the earlier, so that somebody is told.
 */
export function holderOf({
  spans,
  dependencies,
}: Pick<AdvanceInput, "spans" | "dependencies">): (service: ServiceId) => ServiceId | null {
  const down = new Set([...spans].filter(([, own]) => own.at(-1)?.verdict === "down").map(([service]) => service));
  const all = new Map<ServiceId, ReadonlySet<ServiceId>>();
  const reached = (service: ServiceId): ReadonlySet<ServiceId> => {
    const known = all.get(service);
    if (known !== undefined) return known;
    const found = new Set<ServiceId>();
    const waiting = [...(dependencies.get(service) ?? [])];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (next === service || found.has(next)) continue;
      found.add(next);
      waiting.push(...(dependencies.get(next) ?? []));
    }
    all.set(service, found);
    return found;
  };
  return (service) => {
    const holders = [...reached(service)].filter(
      (one) => down.has(one) && (one < service || !reached(one).has(service)),
    );
    return holders.sort()[0] ?? null;
  };
}
