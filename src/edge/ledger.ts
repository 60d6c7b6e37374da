import type { Ms, ServiceId } from "../model/basics.ts";
import type { EdgeSnapshot, Evidence } from "../model/edge.ts";
import { slotKey } from "./serving-messages.ts";
import { NOTHING, sum, type Tally } from "./tally.ts";

interface Checkpoint {
  readonly at: Ms;
  readonly byRelease: ReadonlyMap<number, Tally>;
}

/** One checkpoint every few seconds while there is traffic: about an hour of it. */
const CHECKPOINTS_MAX = 720;

/**
 * Everything the edge ever counted, over all its serving children: what dead ones left is settled here, what living ones
 * count is handed in. Requests that were in flight when a child died count as aborted. Checkpoints in time let evidence
 * be cut to a stretch.
 */
export class Ledger {
  readonly #slots = new Map<string, number>();
  readonly #settled = new Map<number, Tally>();
  readonly #checkpoints = new Map<ServiceId, Checkpoint[]>();
  readonly #living: () => readonly (readonly Tally[])[];
  readonly #now: () => Ms;

  constructor({ living, now }: { living: () => readonly (readonly Tally[])[]; now: () => Ms }) {
    this.#living = living;
    this.#now = now;
  }

  /** Slots for all that a snapshot names. A slot is never given to another, so that late counts find their name. */
  slotsFor(snapshot: EdgeSnapshot): Readonly<Record<string, number>> {
    const slots: Record<string, number> = {};
    const add = (key: string): void => {
      const slot = this.#slots.get(key) ?? this.#slots.size;
      this.#slots.set(key, slot);
      slots[key] = slot;
    };
    for (const { policy, weights, backends } of snapshot.services) {
      for (const release of Object.keys(weights)) add(slotKey(policy.service, Number(release), null));
      for (const [release, list] of Object.entries(backends))
        for (const { id } of list) add(slotKey(policy.service, Number(release), id));
      if (!this.#checkpoints.has(policy.service)) this.checkpoint(policy.service);
    }
    return slots;
  }

  /** Takes over what a dead child had counted. */
  settle(tallies: readonly Tally[]): void {
    tallies.forEach((tally, slot) => {
      const { inFlight, ...counted } = tally;
      const final = { ...counted, aborted: counted.aborted + inFlight, inFlight: 0 };
      this.#settled.set(slot, sum(this.#settled.get(slot) ?? NOTHING, final));
    });
  }

  /** Requests in flight now, by instance. Instances without any are left out. */
  inFlight(): Readonly<Record<string, number>> {
    const flights: Record<string, number> = {};
    const living = this.#living();
    for (const [key, slot] of this.#slots) {
      const instance = key.split(" ")[2];
      const count = living.reduce((total, rows) => total + (rows[slot]?.inFlight ?? 0), 0);
      if (instance && count > 0) flights[instance] = (flights[instance] ?? 0) + count;
    }
    return flights;
  }

  /** Marks this moment, so that evidence can begin here. */
  checkpoint(service: ServiceId): void {
    const list = this.#checkpoints.get(service) ?? [];
    list.push({ at: this.#now(), byRelease: this.#totals(service) });
    if (list.length > CHECKPOINTS_MAX) list.splice(0, list.length - CHECKPOINTS_MAX);
    this.#checkpoints.set(service, list);
  }

  /** Marks this moment for every service that got requests since its last mark. */
  checkpointBusy(): void {
    for (const [service, list] of this.#checkpoints) {
      const before = total(list.at(-1)?.byRelease ?? new Map());
      if (total(this.#totals(service)) !== before) this.checkpoint(service);
    }
  }

  /** Counts since the last mark at or before `since`; `from` says when that was. */
  evidence(service: ServiceId, since: Ms): Evidence {
    const list = this.#checkpoints.get(service) ?? [];
    const to = this.#now();
    const start = list.findLast((checkpoint) => checkpoint.at <= since) ?? list[0] ?? { at: to, byRelease: new Map() };
    const byRelease: Record<number, { requests: number; failures: number; aborted: number }> = {};
    for (const [release, now] of this.#totals(service)) {
      const before = start.byRelease.get(release) ?? NOTHING;
      byRelease[release] = {
        requests: now.requests - before.requests,
        failures: now.failures - before.failures,
        aborted: now.aborted - before.aborted,
      };
    }
    return { service, from: start.at, to, byRelease };
  }

  #totals(service: ServiceId): Map<number, Tally> {
    const totals = new Map<number, Tally>();
    const living = this.#living();
    for (const [key, slot] of this.#slots) {
      const [of, release] = key.split(" ");
      if (of !== service) continue;
      let tally = this.#settled.get(slot) ?? NOTHING;
      for (const rows of living) tally = sum(tally, rows[slot] ?? NOTHING);
      totals.set(Number(release), sum(totals.get(Number(release)) ?? NOTHING, tally));
    }
    return totals;
  }
}

function total(byRelease: ReadonlyMap<number, Tally>): number {
  let count = 0;
  for (const { requests } of byRelease.values()) count += requests;
  return count;
}
