import type { ServiceId } from "../model/basics.ts";
import type { Catalog } from "../model/catalog.ts";
import { runs } from "./last-applied.ts";
import type { StepDraft } from "./step-of.ts";

/** A step and whom it waits for. */
export interface Placed {
  readonly draft: StepDraft;
  /** Sorted. */
  readonly waitsFor: readonly ServiceId[];
}

/**
 * Steps in the order of application: dependencies come up before who needs them, also through services that do not change;
 * what goes away goes after who needed it; a port is given up before somebody else takes it. Independent steps stand by id,
 * departures last. Held steps wait for nobody and nobody waits for them, since what they hold back may never come.
 * Where these wishes contradict each other (a cycle, two services swapping ports), the first by id goes ahead.
 */
export function inOrder(drafts: readonly StepDraft[], catalog: Catalog): Placed[] {
  const waits = waitsOf(drafts, catalog);
  const waiters = new Map<ServiceId, ServiceId[]>();
  for (const [service, others] of waits) for (const other of others) push(waiters, other, service);

  const byId = new Map(drafts.map((draft) => [draft.service, draft]));
  const open = new Map([...byId].sort(([a], [b]) => (a < b ? -1 : 1)));
  const left = new Map([...waits].map(([service, others]) => [service, others.size]));
  const ready: { readonly going: ServiceId[]; readonly coming: ServiceId[] } = { going: [], coming: [] };
  const isReady = (service: ServiceId): void => {
    const draft = byId.get(service);
    if (draft) (isGoing(draft) ? ready.going : ready.coming).push(service);
  };
  for (const service of open.keys()) if (left.get(service) === 0) isReady(service);

  const placed: Placed[] = [];
  const done = new Set<ServiceId>();
  while (open.size > 0) {
    let round = ready.coming.length > 0 ? ready.coming.splice(0) : ready.going.splice(0);
    if (round.length === 0) round = [...open.keys()].slice(0, 1);
    for (const service of round.sort()) {
      const draft = open.get(service);
      if (!draft) continue;
      open.delete(service);
      // Only who is placed already can be waited for: this is what keeps contradictions out of the plan.
      placed.push({ draft, waitsFor: [...(waits.get(service) ?? [])].filter((other) => done.has(other)).sort() });
      done.add(service);
      for (const waiter of waiters.get(service) ?? []) {
        const rest = (left.get(waiter) ?? 0) - 1;
        left.set(waiter, rest);
        if (rest === 0 && open.has(waiter)) isReady(waiter);
      }
    }
  }
  return placed;
}

function isGoing({ action }: StepDraft): boolean {
  return action === "delete" || action === "stop";
}

function waitsOf(drafts: readonly StepDraft[], catalog: Catalog): Map<ServiceId, Set<ServiceId>> {
  const acting = new Map(drafts.filter(({ action }) => action !== "held").map((draft) => [draft.service, draft]));
  const waits = new Map(drafts.map(({ service }) => [service, new Set<ServiceId>()]));
  const wait = (service: ServiceId, other: ServiceId): void => {
    if (service !== other) waits.get(service)?.add(other);
  };
  for (const draft of acting.values()) {
    const declared = draft.after?.spec.dependencies ?? [];
    if (!isGoing(draft))
      for (const needed of changingBelow(declared, acting, catalog))
        if (!isGoing(needed)) wait(draft.service, needed.service);
    for (const dependency of new Set([...declared, ...(draft.before?.spec.dependencies ?? [])])) {
      const needed = acting.get(dependency);
      if (needed && isGoing(needed)) wait(needed.service, draft.service);
    }
  }
  for (const [taker, giver] of portsHandedOver(acting)) wait(taker, giver);
  return waits;
}

/** The nearest changing services among dependencies, looking through those that do not change. */
function changingBelow(
  dependencies: readonly ServiceId[],
  acting: ReadonlyMap<ServiceId, StepDraft>,
  catalog: Catalog,
): StepDraft[] {
  const found: StepDraft[] = [];
  const seen = new Set<ServiceId>();
  const open = [...dependencies];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    const draft = acting.get(next);
    if (draft) found.push(draft);
    else open.push(...(catalog.services.get(next)?.dependencies ?? []));
  }
  return found;
}

function portsHandedOver(acting: ReadonlyMap<ServiceId, StepDraft>): [taker: ServiceId, giver: ServiceId][] {
  // More than one where an unfinished apply has left two records with the same port.
  const givers = new Map<number, ServiceId[]>();
  for (const draft of acting.values()) {
    const port = portBefore(draft);
    if (port !== null && port !== portAfter(draft)) push(givers, port, draft.service);
  }
  return [...acting.values()].flatMap((draft): [ServiceId, ServiceId][] => {
    const port = portAfter(draft);
    const from = port === null || port === portBefore(draft) ? [] : (givers.get(port) ?? []);
    return from.map((giver) => [draft.service, giver]);
  });
}

function portBefore({ before }: StepDraft): number | null {
  return before !== null && runs(before.spec) ? (before.spec.networking?.port ?? null) : null;
}

function portAfter({ after }: StepDraft): number | null {
  return after !== null && runs(after.spec) ? (after.spec.networking?.port ?? null) : null;
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const known = map.get(key);
  if (known) known.push(value);
  else map.set(key, [value]);
}
