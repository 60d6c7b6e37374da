import type { ServiceId } from "../../src/model/basics.ts";
import type { Release } from "../../src/model/state.ts";
import type { Fate } from "../../src/targets/sim/sim-instance.ts";
import type { Declared } from "../apply/small-shop.ts";
import { files } from "../support/builders.ts";

/** Choices that follow from a seed alone. */
export interface Choices {
  chance(rate: number): boolean;
  pick<T>(values: readonly T[]): T;
}

/** What a person has written of one service. */
interface Written {
  readonly id: ServiceId;
  readonly previousId?: ServiceId;
  readonly level: string;
  readonly code: string;
  readonly description: string;
  readonly replicas: number;
  readonly port: number;
  readonly status: "active" | "inactive" | "maintenance";
  readonly strategy: "rolling" | "recreate";
  readonly minHealthyMs: number;
  readonly fate: keyof typeof FATES;
}

const FATES = {
  healthy: { is: "healthy", startMs: 300 },
  // The slowest of them are too slow for `healthy_deadline`.
  slow: { is: "healthy", startMs: 5_000 },
  "never-ready": { is: "never-ready", startMs: 500 },
  exits: { is: "exits", startMs: 500 },
  flaps: { is: "flaps", startMs: 500, afterMs: 3_000 },
  crashes: { is: "crashes", startMs: 500, afterMs: 4_000 },
} as const satisfies Record<string, Fate>;

const BAD = Object.keys(FATES).filter((fate) => fate !== "healthy") as (keyof typeof FATES)[];

/** The fate that a release's variables ask for; no two instances take the same time. */
export function fateOf(release: Release, nth: number): Fate {
  const fate: Fate = FATES[release.spec.environment["FATE"] as keyof typeof FATES];
  const longer = (nth % 7) * (fate.startMs < 5_000 ? 400 : 1_500);
  return {
    ...fate,
    startMs: fate.startMs + longer,
    ...(fate.afterMs === undefined ? {} : { afterMs: fate.afterMs + longer }),
  };
}

/**
 * A folder of services that somebody edits: two to five places, each of which may need those before it, and which are
 * filled, edited, emptied and renamed as the seed has it.
 */
export class Declarations {
  readonly #choices: Choices;
  readonly #needs: readonly (readonly number[])[];
  readonly #written: (Written | null)[];

  constructor(choices: Choices) {
    const { chance, pick } = choices;
    const places = Array.from({ length: pick([2, 3, 4, 5]) }, (_, place) => place);
    this.#choices = choices;
    this.#needs = places.map((place) => places.filter((other) => other < place && chance(0.4)));
    this.#written = places.map((place) => (chance(0.7) ? this.#fresh(place) : null));
  }

  /** Every id that was or may be declared. */
  ids(): ReadonlySet<ServiceId> {
    return new Set(this.#needs.flatMap((_, place) => idsOf(place)));
  }

  /** Edits some of the services; the others stay as they are. */
  edit(): void {
    for (const [place, was] of this.#written.entries()) {
      const { chance } = this.#choices;
      if (was === null) this.#written[place] = chance(0.5) ? this.#fresh(place) : null;
      else if (chance(0.12)) this.#written[place] = null;
      else if (chance(0.6)) this.#written[place] = this.#edited(was, place);
    }
  }

  declared(): Record<ServiceId, Declared> {
    const declared: Record<ServiceId, Declared> = {};
    for (const [place, written] of this.#written.entries()) {
      if (written === null) continue;
      const needs = this.#needs[place]?.flatMap((other) => this.#written[other]?.id ?? []) ?? [];
      declared[written.id] = declaredOf(written, `services/${place}`, needs);
    }
    return declared;
  }

  #fresh(place: number): Written {
    const { chance, pick } = this.#choices;
    return {
      id: pick(idsOf(place)),
      level: pick(["1", "2", "3"]),
      code: pick(["a", "b", "c"]),
      description: "Plain",
      replicas: pick([1, 1, 2, 3]),
      port: 3_000,
      status: chance(0.1) ? "inactive" : "active",
      strategy: chance(0.25) ? "recreate" : "rolling",
      minHealthyMs: pick([0, 1_000]),
      fate: chance(0.2) ? pick(BAD) : "healthy",
    };
  }

  #edited(was: Written, place: number): Written {
    const { chance, pick } = this.#choices;
    const fresh = this.#fresh(place);
    const { level, code, replicas, status, strategy, minHealthyMs, fate } = fresh;
    const edits: readonly Partial<Written>[] = [
      { level, fate },
      { code, fate },
      { description: pick(["Plain", "Better described"]) },
      { replicas },
      { port: pick([3_000, 3_001]) },
      { status: was.status === "active" ? pick(["inactive", "maintenance"]) : "active" },
      { level, code, replicas, status, strategy, minHealthyMs, fate },
      fresh.id === was.id ? {} : { id: fresh.id, previousId: was.id },
    ];
    return { ...was, ...pick(edits), ...(chance(0.3) ? pick(edits) : {}) };
  }
}

/** A service is renamed to and fro, so that an id may come back to what it was. */
function idsOf(place: number): readonly ServiceId[] {
  return [`s${place}`, `s${place}-renamed`];
}

function declaredOf(written: Written, source: string, dependencies: readonly ServiceId[]): Declared {
  const { previousId, level, code, description, replicas, port, status, strategy, minHealthyMs, fate } = written;
  return {
    name: source,
    source,
    endpoints: [`/api/${source}`],
    description,
    dependencies,
    status,
    runtime: { replicas },
    networking: { port },
    environment: { LEVEL: level, FATE: fate },
    deployment: {
      strategy,
      min_healthy_time: minHealthyMs,
      drain_time: 1_000,
      healthy_deadline: 10_000,
      progress_deadline: 30_000,
    },
    with: { artifact: files(code.repeat(40), source), ...(previousId === undefined ? {} : { previousId }) },
  };
}
