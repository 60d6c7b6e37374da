import type { ApplyInput, ApplyReport } from "../../src/apply/apply-input.ts";
import { driftOf, settledRelease } from "../../src/apply/drift.ts";
import type { Digest, Ms, ServiceId } from "../../src/model/basics.ts";
import type { Release } from "../../src/model/state.ts";
import { seededRandom } from "../../src/targets/sim/random.ts";
import { seededFaults } from "../../src/targets/sim/sim-faults.ts";
import type { Fate } from "../../src/targets/sim/sim-instance.ts";
import { simTarget } from "../../src/targets/sim/sim-target.ts";
import { type Declared, outcomes, type SmallShop, smallShop } from "../apply/small-shop.ts";
import { PretendedProcess } from "./pretended-process.ts";
import { WatchedStore } from "./watched-store.ts";

export interface Story {
  /** What happened, a line each, for whoever looks at a failing seed. */
  readonly log: readonly string[];
  readonly problems: readonly string[];
}

/** Mechanisms that can be taken out, to see the simulation notice. */
export interface Without {
  readonly fence?: boolean;
}

const TTL_MS = 20_000;
const RUNS_TO_CONVERGE_MAX = 3;

const DEPENDENCIES: Readonly<Record<ServiceId, readonly ServiceId[]>> = {
  base: [],
  middle: ["base"],
  top: ["middle"],
  alone: [],
};

/** Each delete is meant: of so few services, one would be too many at once. */
const EVERY: ReadonlySet<ServiceId> = new Set(Object.keys(DEPENDENCIES));

/**
 * A shop that is edited, applied, killed, stopped, raced and disturbed, all from one seed; then everything bad stops, and
 * within three runs what is declared must be what runs.
 */
export async function simulate(seed: number, without: Without = {}): Promise<Story> {
  const random = seededRandom(seed);
  const chance = (rate: number): boolean => random() < rate;
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  /** Whole milliseconds: fractions of a sum so large get lost, and a sleep of what got lost never ends. */
  const upTo = (ms: Ms): Ms => Math.floor(random() * ms);
  const log: string[] = [];
  const problems: string[] = [];

  const faults = seededFaults(random, { refused: 0.01, lost: 0.06, unreachable: 0.03, stale: 0.03 });
  const shop = smallShop({ fateOf, faults, ...(without.fence === false ? { fence: false } : {}) });
  const { clock, world } = shop;
  const watched = new WatchedStore(shop.store, random, { unknown: 0.04, unreachable: 0.01 });
  world.beforeEffect = (action, fence) => watched.judge(action, fence);
  world.alsoKnown = (service) => watched.releasesOf(service);
  let declared: Record<ServiceId, Declared> = { base: {}, middle: { dependencies: ["base"] } };
  let runs = 0;

  /** One run in a process of its own, which may die, stand still or be interrupted; resolves when it has ended somehow. */
  const oneRun = async (approved: ApplyInput["approved"]): Promise<void> => {
    const name = `run-${++runs}`;
    watched.approve(name, approved);
    const process = new PretendedProcess(clock);
    const { target, edge } = simTarget(world, faults);
    const fatal = chance(0.6) ? upTo(30) : -1;
    const stops = chance(0.3);
    const stallsAt = chance(0.1) ? upTo(8) : -1;
    let acts = 0;
    process.beforeAct = () => {
      if (acts++ !== stallsAt) return;
      log.push(`${name} stands still in the middle of an action`);
      process.freeze(TTL_MS / 2 + upTo(2 * TTL_MS));
    };
    const stop = new AbortController();
    let points = 0;
    if (chance(0.15)) void clock.sleep(upTo(20_000)).then(() => stop.abort());
    const ended = shop
      .start({
        ...process.within({ clock, store: watched.store, target, edge }),
        run: name,
        approved,
        allowDestroy: EVERY,
        ttlMs: TTL_MS,
        patienceMs: 3 * TTL_MS,
        coalesceMs: pick([100, 5_000, 15_000]),
        ...(chance(0.15) ? { budgetMs: upTo(20_000) } : {}),
        signal: stop.signal,
        crash: async (point) => {
          if (points++ === fatal) {
            log.push(`${name} ${stops ? "stands still" : "is killed"} at ${point}`);
            if (stops) process.freeze(TTL_MS / 2 + upTo(2 * TTL_MS));
            else process.kill();
          }
          await process.gate();
        },
      })
      .then(
        (report) => void log.push(`${name} ${told(report)}`),
        (error: unknown) => {
          log.push(`${name} threw ${String(error)}`);
          if (!/GitError|does not answer|could not be written/.test(String(error))) problems.push(String(error));
        },
      );
    await Promise.race([ended, process.died]);
  };

  const disturb = async (until: AbortSignal): Promise<void> => {
    while (!until.aborted) {
      await clock.sleep(upTo(30_000), until);
      if (until.aborted) return;
      const service = pick(Object.keys(DEPENDENCIES));
      const instances = world.fleet(service).groups.flatMap((group) => group.instances);
      const what = random();
      if (what < 0.5 && instances.length > 0) world.kill(pick(instances).id);
      else if (what < 0.7) world.crashAgent(upTo(10_000));
      else if (what < 0.8) world.lose(service);
    }
  };

  const episodes = 2 + upTo(3);
  for (let episode = 0; episode < episodes; episode++) {
    declared = edited(declared, { chance, pick });
    shop.declare(declared);
    log.push(`declared ${JSON.stringify(declared)}`);
    const calm = new AbortController();
    const disturbing = disturb(calm.signal);
    const approved = chance(0.3) ? await someOf(shop, chance) : ("all" as const);
    const racing = chance(0.4) ? [clock.sleep(pick([0, 0, upTo(10_000)])).then(() => oneRun("all"))] : [];
    await clock.run(Promise.all([oneRun(approved), ...racing]));
    calm.abort();
    await clock.run(Promise.all([disturbing, clock.sleep(upTo(30_000))]));
  }

  faults.stop();
  watched.faulty = false;
  // Whoever stood still has woken by now, and the agent is back.
  await clock.advance(4 * TTL_MS);
  let left: readonly string[] = [];
  for (let run = 1; run <= RUNS_TO_CONVERGE_MAX; run++) {
    log.push(
      `calm ${told(await shop.apply({ store: watched.store, ttlMs: TTL_MS, allowDestroy: EVERY, run: `calm-${run}` }))}`,
    );
    left = (await shop.plan()).filter((step) => !step.startsWith("held "));
    if (left.length === 0) break;
  }
  if (left.length > 0) problems.push(`after ${RUNS_TO_CONVERGE_MAX} calm runs there is still: ${left.join(", ")}`);
  watched.judgeWins();
  problems.push(...watched.problems, ...world.violations, ...(await leftovers(shop)));
  return { log, problems };
}

/** What runs otherwise than recorded, or without being recorded at all. */
async function leftovers({ state, world }: SmallShop): Promise<string[]> {
  const { services, claim } = await state();
  const found = claim === null ? [] : [`the claim of ${claim.run} was never given back`];
  for (const id of world.services()) {
    const record = services.get(id);
    const release = record ? settledRelease(record) : null;
    const fleet = world.fleet(id);
    const says = release === null ? (fleet.groups.length > 0 ? "runs and should not" : null) : driftOf(release, fleet);
    if (says !== null) found.push(`${id}: ${says}`);
  }
  return found;
}

/** Instances of a release whose variables say so never become ready; the others take their time. */
function fateOf(release: Release, nth: number): Fate {
  if (release.spec.environment["BROKEN"] === "yes") return { is: "never-ready", startMs: 500 };
  return { is: "healthy", startMs: 300 + (nth % 7) * 400 };
}

function edited(
  declared: Readonly<Record<ServiceId, Declared>>,
  { chance, pick }: { chance(rate: number): boolean; pick<T>(values: readonly T[]): T },
): Record<ServiceId, Declared> {
  const next: Record<ServiceId, Declared> = {};
  for (const [id, dependencies] of Object.entries(DEPENDENCIES)) {
    const was = declared[id];
    // What others need stays; the rest comes and goes.
    if (was !== undefined && (id === "top" || id === "alone") && chance(0.25)) continue;
    if (was === undefined && !chance(0.6)) continue;
    next[id] = was !== undefined && chance(0.4) ? was : { dependencies, ...shape(chance, pick) };
  }
  return next;
}

function shape(chance: (rate: number) => boolean, pick: <T>(values: readonly T[]) => T): Declared {
  return {
    runtime: { replicas: pick([1, 1, 2, 3]) },
    description: pick(["Plain", "Better described"]),
    status: chance(0.1) ? "inactive" : "active",
    environment: { LEVEL: pick(["1", "2", "3"]), ...(chance(0.2) ? { BROKEN: "yes" } : {}) },
    deployment: {
      strategy: chance(0.2) ? "recreate" : "rolling",
      min_healthy_time: pick([0, 1_000]),
      drain_time: 1_000,
      healthy_deadline: 10_000,
      progress_deadline: 30_000,
    },
  };
}

async function someOf(shop: SmallShop, chance: (rate: number) => boolean): Promise<ReadonlyMap<ServiceId, Digest>> {
  const { steps } = await shop.planned();
  return new Map(steps.filter(() => chance(0.6)).map(({ service, digest }) => [service, digest]));
}

function told(report: ApplyReport): string {
  return `${report.outcome}: ${outcomes(report).join(", ")}`;
}
