import type { ServiceId } from "../model/basics.ts";
import type { ServiceRecord, State, StateChange } from "../model/state.ts";
import { isForgotten } from "./records.ts";

/** State after a change, without asking anybody. Throws where it would give a release number out a second time. */
export function changed(state: State, change: StateChange): State {
  const { gone: before, ...rest } = state;
  const services = new Map(state.services);
  const gone = new Map(before);
  let added = false;
  for (const [id, record] of change.services ?? []) {
    const old = state.services.get(id);
    if (record === null || isForgotten(record)) {
      services.delete(id);
      const nextRelease = record?.nextRelease ?? old?.nextRelease;
      if (nextRelease !== undefined) gone.set(id, nextRelease);
      continue;
    }
    const free = gone.get(id) ?? 1;
    if (record.nextRelease < free || record.releases.some(({ number }) => number < free))
      throw new TypeError(`${id} would get a release number again that an earlier life of it has used`);
    gone.delete(id);
    services.set(id, record);
    added ||= old === undefined;
  }
  return {
    ...rest,
    epoch: change.epoch ?? state.epoch,
    claim: change.claim === undefined ? state.claim : change.claim,
    journal: change.journal ?? state.journal,
    services: added ? sortedById(services) : services,
    ...(gone.size === 0 ? {} : { gone }),
  };
}

/** As State keeps them. */
export function sortedById(services: ReadonlyMap<ServiceId, ServiceRecord>): ReadonlyMap<ServiceId, ServiceRecord> {
  return new Map([...services].sort(([a], [b]) => (a < b ? -1 : 1)));
}
