import type { ApplyReport } from "../../src/apply/apply-input.ts";
import { driftOf, settledRelease } from "../../src/apply/drift.ts";
import type { Ms, ServiceId } from "../../src/model/basics.ts";
import { seededRandom } from "../../src/targets/sim/random.ts";
import { seededFaults } from "../../src/targets/sim/sim-faults.ts";
import { simTarget } from "../../src/targets/sim/sim-target.ts";
import { outcomes, type SmallShop, smallShop } from "../apply/small-shop.ts";
import { Declarations, fateOf } from "./declarations.ts";
import { PretendedProcess } from "./pretended-process.ts";
import { type Approvals, WatchedStore } from "./watched-store.ts";

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
  const shop = smallShop({
    fateOf,
    faults,
    canRename: chance(0.3),
    load: { everyMs: 3_000, takesMs: 1_500 },
    ...(without.fence === false ? { fence: false } : {}),
  });
  const { clock, world } = shop;
  const watched = new WatchedStore(shop.store, random, { unknown: 0.04, unreachable: 0.01 });
  const processes = new Map<string, PretendedProcess>();
  world.beforeEffect = (action, fence) => watched.judgeEffect(action, fence);
  const settling = new Set<ServiceId>();
  world.settles = (service) => settling.has(service);
  world.alsoKnown = (service) => watched.releasesOf(service);
  watched.isWell = (run) => processes.get(run)?.isWell ?? false;
  const declarations = new Declarations({ chance, pick });
  /** Each delete is meant: of so few services, one would be too many at once. */
  const allowDestroy = declarations.ids();
  let runs = 0;

  /** One run in a process of its own, which may die, stand still or be interrupted; resolves when it has ended somehow. */
  const oneRun = async (approvals: Approvals | null): Promise<void> => {
    const name = `run-${++runs}`;
    if (approvals !== null) watched.approve(name, approvals);
    const process = new PretendedProcess(clock);
    processes.set(name, process);
    const { target, edge } = simTarget(world, faults);
    const fatal = chance(0.6) ? upTo(30) : -1;
    const stops = chance(0.3);
    const stallsAt = chance(0.1) ? upTo(8) : -1;
    let acts = 0;
    process.beforeAct = (fence) => {
      watched.judgeSending(fence);
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
        approved: approvals?.steps ?? "all",
        allowDestroy,
        ttlMs: TTL_MS,
        patienceMs: 3 * TTL_MS,
        coalesceMs: pick([100, 5_000, 15_000]),
        ...(chance(0.15) ? { budgetMs: upTo(20_000) } : {}),
        signal: stop.signal,
        onEvent: ({ service = "", says }) => {
          if (says.startsWith("settling for")) settling.add(service);
          else settling.delete(service);
        },
        crash: async (point) => {
          if (points++ === fatal) {
            log.push(`${name} ${stops ? "stands still" : "is killed"} at ${point}`);
            if (stops) process.freeze(TTL_MS / 2 + upTo(2 * TTL_MS));
            else process.kill();
          }
          await process.gate();
        },
      })
      .finally(() => processes.delete(name))
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
      const service = pick([...allowDestroy]);
      const instances = world.fleet(service).groups.flatMap((group) => group.instances);
      const what = random();
      if (what < 0.5 && instances.length > 0) world.kill(pick(instances).id);
      else if (what < 0.7) world.crashAgent(upTo(10_000));
      else if (what < 0.8) world.lose(service);
    }
  };

  const episodes = 3 + upTo(4);
  for (let episode = 0; episode < episodes; episode++) {
    if (episode > 0) declarations.edit();
    const declared = declarations.declared();
    shop.declare(declared);
    log.push(`declared ${JSON.stringify(declared)}`);
    const calm = new AbortController();
    const disturbing = disturb(calm.signal);
    const approvals = chance(0.3) ? await someOf(shop, chance) : null;
    const racing = chance(0.4) ? [clock.sleep(pick([0, 0, upTo(10_000)])).then(() => oneRun(null))] : [];
    await clock.run(Promise.all([oneRun(approvals), ...racing]));
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
      `calm ${told(await shop.apply({ store: watched.store, ttlMs: TTL_MS, allowDestroy, run: `calm-${run}` }))}`,
    );
    left = [...(await shop.plan()).filter((step) => !step.startsWith("held ")), ...(await leftovers(shop))];
    if (left.length === 0) break;
  }
  if (left.length > 0) problems.push(`after ${RUNS_TO_CONVERGE_MAX} calm runs there is still: ${left.join(", ")}`);
  watched.judgeTip((await shop.store.read()).oid);
  problems.push(...watched.problems, ...world.violations);
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

async function someOf(shop: SmallShop, chance: (rate: number) => boolean): Promise<Approvals> {
  const steps = (await shop.planned()).steps.filter(() => chance(0.6));
  return {
    steps: new Map(steps.map(({ service, digest }) => [service, digest])),
    leaving: new Set(steps.flatMap(({ previousId }) => previousId ?? [])),
  };
}

function told(report: ApplyReport): string {
  return `${report.outcome}: ${outcomes(report).join(", ")}`;
}
