import { apply } from "../../src/apply/apply.ts";
import type { ApplyInput, ApplyReport, Permission } from "../../src/apply/apply-input.ts";
import { impactTable } from "../../src/catalog/impacts.ts";
import { memoryRefStore } from "../../src/git/memory-ref-store.ts";
import type { ServiceId } from "../../src/model/basics.ts";
import type { CatalogEntry } from "../../src/model/catalog.ts";
import type { Plan } from "../../src/model/plan.ts";
import type { Spec } from "../../src/model/service.ts";
import type { State, StateStore } from "../../src/model/state.ts";
import { plan } from "../../src/plan/plan.ts";
import { timelineFor } from "../../src/rollout/strategies.ts";
import { stateValidator } from "../../src/state/state-schema.ts";
import { stateStore } from "../../src/state/state-store.ts";
import { NO_FAULTS, type SimFaults } from "../../src/targets/sim/sim-faults.ts";
import { simTarget } from "../../src/targets/sim/sim-target.ts";
import { type SimOptions, SimWorld } from "../../src/targets/sim/sim-world.ts";
import { VirtualClock } from "../../src/targets/sim/virtual-clock.ts";
import { catalogOf, type EntryOptions, entry, type Partly } from "../support/builders.ts";

export type Declared = Omit<Partly<Spec>, "id"> & { readonly with?: EntryOptions };

/** A shop on the simulated target, in virtual time: declare, apply, look. */
type Over = Partial<ApplyInput> &
  Partial<Permission> & { readonly perform?: (input: ApplyInput) => Promise<ApplyReport> };

export interface SmallShop {
  readonly clock: VirtualClock;
  readonly world: SimWorld;
  readonly store: StateStore;
  /** From now on exactly these are declared. */
  declare(services: Readonly<Record<ServiceId, Declared>>): void;
  /** Applies what is declared, to the end, in virtual time. */
  apply(over?: Over): Promise<ApplyReport>;
  /** Starts applying; the caller lets time pass. */
  start(over?: Over): Promise<ApplyReport>;
  state(): Promise<State>;
  /** What a plan would do now, as `action service`. */
  plan(): Promise<readonly string[]>;
  planned(): Promise<Plan>;
}

// Loaded once and beforehand: in virtual time nothing waits for a disk.
await stateValidator();

/** A service that is quick in everything. */
export const INSTANT: Partly<Spec> = {
  runtime: { replicas: 1 },
  deployment: { min_healthy_time: 0, drain_time: 1_000, healthy_deadline: 20_000, progress_deadline: 60_000 },
};

export function smallShop(
  options: Omit<SimOptions, "clock"> & { readonly faults?: SimFaults; readonly environment?: string } = {},
): SmallShop {
  const { faults = NO_FAULTS, environment = "development", ...simOptions } = options;
  const clock = new VirtualClock();
  const world = new SimWorld({ clock, ...simOptions });
  clock.attach(world);
  const store = stateStore({ refs: memoryRefStore(), environment });
  const impacts = impactTable();
  let runs = 0;
  let nonces = 0;
  let entries: CatalogEntry[] = [];
  const declared = () => catalogOf(entries, { environment });

  const start: SmallShop["start"] = ({
    approved = "all",
    allowDestroy = new Set<string>(),
    perform = apply,
    ...over
  } = {}) =>
    perform({
      environment,
      store,
      ...simTarget(world, faults),
      secrets: { read: async () => null },
      declared: async () => ({ value: declared(), diagnostics: [] }),
      impacts,
      secretVersions: () => ({}),
      keep: async () => [],
      permit: () => ({ approved, allowDestroy }),
      run: `run-${++runs}`,
      clock,
      nonce: () => `nonce-${nonces++}`,
      parallelism: 4,
      ...over,
    });

  const planned = async (): Promise<Plan> => {
    const { oid, state } = await store.read();
    const made = plan({
      catalog: declared(),
      state,
      stateOid: oid,
      profile: simTarget(world).target.profile,
      impacts,
      timelineOf: timelineFor,
      secretVersions: () => ({}),
      allowDestroy: new Set(),
    });
    return made.plan;
  };

  return {
    clock,
    world,
    store,
    declare(services) {
      entries = Object.entries(services).map(([id, { with: how, ...spec }]) =>
        entry({ ...INSTANT, ...spec, id } as Partly<Spec> & { id: ServiceId }, how),
      );
    },
    start,
    apply: (over) => clock.run(start(over)),
    state: async () => (await store.read()).state,
    planned,
    plan: async () => (await planned()).steps.map(({ action, service }) => `${action} ${service}`),
  };
}

/** `done stock r1`, and so on: what became of each service. */
export function outcomes(report: ApplyReport): readonly string[] {
  return report.services.map(
    ({ service, outcome, release }) => `${outcome} ${service}${release === null ? "" : ` r${release}`}`,
  );
}

/** How many ready instances of each release run. */
export function running(world: SimWorld, service: ServiceId): Readonly<Record<string, number>> {
  const fleet = world.fleet(service);
  return Object.fromEntries(
    fleet.groups.map(({ release, instances }) => [
      `r${release}`,
      instances.filter(({ phase }) => phase === "ready").length,
    ]),
  );
}
