import type { ServiceId } from "../model/basics.ts";
import type { ServicePage } from "../model/site-data.ts";
import type { State } from "../model/state.ts";

type Release = NonNullable<ServicePage["releases"]>[number];

/**
 * The releases of a service that State keeps, the newest first, and what became of each: it serves, another took its place, it
 * was rolled back (and why), or it is being brought in.
 */
export function releasesOf(id: ServiceId, state: State): readonly Release[] {
  const record = state.services.get(id);
  if (record === undefined) return [];
  const { stable, held, rollout, releases } = record;
  return releases
    .map(({ number, createdAt, commit }): Release => {
      const outcome =
        number === stable
          ? "serving"
          : held?.release === number
            ? "held"
            : rollout?.to === number
              ? "rolling"
              : "replaced";
      return {
        number,
        at: createdAt,
        commit,
        stable: number === stable,
        outcome,
        ...(outcome === "held" && held !== null ? { reason: held.reason, endedAt: held.at } : {}),
      };
    })
    .toSorted((a, b) => b.number - a.number);
}
