import type { ServiceId } from "../model/basics.ts";
import type { Observation } from "../model/fleet.ts";
import type { State } from "../model/state.ts";
import { driftOf, settledRelease, strayOf, unknownOn } from "./drift.ts";

/** How one service of the target stands to its record. */
export interface ServiceDrift {
  readonly service: ServiceId;
  /**
   * `agrees`; `drifted`: it runs otherwise than recorded, and the next apply brings it back; `foreign`: it runs and State does
   * not know it, so that it is left alone; `unreachable`: nobody can tell; `changing`: a rollout is under way.
   */
  readonly is: "agrees" | "drifted" | "foreign" | "unreachable" | "changing";
  /** The recorded release that should serve; null: none. */
  readonly release: number | null;
  /** One sentence, from State and target: to be escaped by whoever shows it. Empty where it agrees. */
  readonly says: string;
}

export interface DriftReport {
  /** Every service that is recorded or runs, by id. */
  readonly services: readonly ServiceDrift[];
  /** What is on the target and carries no label of ours: told, and no drift. Sorted. */
  readonly strangers: readonly string[];
  /** Whether anything is drifted or foreign. */
  readonly hasDrifted: boolean;
  /** Whether each service could be seen. */
  readonly isComplete: boolean;
}

/** Compares what is recorded with what runs. An observation of null is a target on which nothing of ours runs. Pure. */
export function driftReport(state: State, observation: Observation | null): DriftReport {
  const { unreachable = [], foreign = [], fleets = [] } = observation ?? {};
  const recorded = [...state.services].map(([service, record]): ServiceDrift => {
    const release = record.stable;
    if (unreachable.includes(service))
      return { service, is: "unreachable", release, says: "it cannot be reached on the target" };
    if (record.rollout !== null) {
      const says = `its ${record.rollout.strategy} rollout is under way (${record.rollout.phase})`;
      return { service, is: "changing", release, says };
    }
    const settled = settledRelease(record);
    const fleet = fleets.find((one) => one.service === service);
    const drift = settled === null ? strayOf(fleet) : driftOf(settled, fleet);
    return { service, is: drift === null ? "agrees" : "drifted", release, says: drift ?? "" };
  });
  const unknown = (observation === null ? [] : unknownOn(observation, state)).map(
    (service): ServiceDrift => ({ service, is: "foreign", release: null, says: "it runs, and State does not know it" }),
  );
  const services = [...recorded, ...unknown].sort((a, b) => (a.service < b.service ? -1 : 1));
  return {
    services,
    strangers: foreign.toSorted(),
    hasDrifted: services.some(({ is }) => is === "drifted" || is === "foreign"),
    isComplete: services.every(({ is }) => is !== "unreachable"),
  };
}
