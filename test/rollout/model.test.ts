import { describe, expect, test } from "vitest";
import type { Fleet } from "../../src/model/fleet.ts";
import type { Next, Rollout, RolloutStrategy } from "../../src/model/rollout.ts";
import type { Release } from "../../src/model/state.ts";
import { beginRollout } from "../../src/rollout/begin.ts";
import { fenceKeyOf } from "../../src/rollout/fence-key.ts";
import { strategies } from "../../src/rollout/strategies.ts";
import { policy, release } from "../support/builders.ts";
import { offences } from "./invariants.ts";
import { type Quality, type Random, randomFrom, World } from "./world.ts";

const SEEDS = Number(process.env["ROLLOUT_SEEDS"] ?? 1500);
const FIRST = Number(process.env["ROLLOUT_SEED"] ?? 1);

/**
 * Every strategy in a hostile world, from printed seeds: instances take their time, die, flap and crash-loop, observations
 * are lost or old, actions are late or doubled, and the driver dies between any two actions and goes on from whatever
 * Rollout it wrote last. `ROLLOUT_SEED=n ROLLOUT_SEEDS=1` replays one.
 */
describe.each(["rolling", "recreate", "in-place", "retire"] as const)("%s in a hostile world", (name) => {
  test("keeps every invariant and ends once the faults stop", () => {
    for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
      const story = simulate(name, seed);
      expect(story.problems, `seed ${seed} of ${name}:\n${story.log.join("\n")}`).toEqual([]);
    }
  });
});

interface Story {
  readonly log: string[];
  readonly problems: string[];
}

function simulate(name: RolloutStrategy, seed: number): Story {
  const random = randomFrom(seed * 4 + ["rolling", "recreate", "in-place", "retire"].indexOf(name));
  const scene = setScene(name, random);
  const { world, to, from, known } = scene;
  const strategy = strategies[name];
  if (!strategy) throw new Error(`no strategy ${name}`);
  const log: string[] = [scene.title];
  const problems: string[] = [];
  let rollout: Rollout = beginRollout({
    service: "web",
    from: from?.number ?? null,
    to: to?.number ?? null,
    strategy: name,
    claim: { epoch: 1, nonce: "0".repeat(32) },
    now: world.now,
  });
  let written = JSON.stringify(rollout);
  let older: Fleet | null = null;
  const faultsUntil = random() * 60_000;
  let lastAbort: string | undefined;

  for (let step = 0; step < 2_500; step++) {
    world.faulty = world.now < faultsUntil;
    const hostile = world.faulty;
    const truth = world.fleet();
    let fleet: Fleet | null = truth;
    if (hostile && random() < 0.05) fleet = null;
    if (hostile && random() < 0.05 && older) fleet = older;
    older = truth;
    if (hostile && scene.orders && random() < 0.01)
      rollout = { ...rollout, order: random() < 0.5 ? "abort" : random() < 0.5 ? "pause" : "promote" };
    if (!hostile && rollout.order === "pause") {
      const { order: _lifted, ...rest } = rollout;
      rollout = rest;
    }
    const input = {
      fleet,
      evidence: null,
      now: world.now,
      to,
      from,
      policyOf: policy,
      known,
      weightStep: scene.weightStep,
    };
    const before = rollout;
    const next: Next = strategy.next({ ...input, rollout: JSON.parse(JSON.stringify(before)) as Rollout });
    const again = strategy.next({ ...input, rollout: JSON.parse(JSON.stringify(before)) as Rollout });
    if (JSON.stringify(next) !== JSON.stringify(again))
      problems.push("asked twice with the same world it answers differently");
    log.push(
      `${world.now} ${next.rollout.phase} ${next.says} ${show(fleet)} -> ${next.actions
        .map((a) =>
          a.do === "ensure"
            ? `ensure r${a.release.number}=${a.wanted}`
            : a.do === "route"
              ? `route ${JSON.stringify(a.weights)}`
              : a.do === "retire"
                ? `retire r${a.release}`
                : a.do,
        )
        .join(", ")}`,
    );
    if (fleet)
      problems.push(
        ...offences({ before, fleet, next, now: world.now, to, from, known }).map((o) => `${world.now}: ${o}`),
      );
    if (!fleet && next.actions.length > 0) problems.push("it acts on what it cannot see");
    if (
      before.order === "pause" &&
      (next.actions.length > 0 ||
        next.rollout.phase !== before.phase ||
        next.rollout.phaseWatchedMs !== before.phaseWatchedMs)
    )
      problems.push("it goes on though paused");
    if (before.phase === "back" && !["back", "settle"].includes(next.rollout.phase))
      problems.push("7: a rollback is rolled back");
    if (lastAbort !== undefined && next.rollout.because !== lastAbort && before.because !== undefined)
      problems.push("the reason changed");
    lastAbort = next.rollout.because;
    if (problems.length > 0) return { log, problems };
    if (next.wake.is === "ended") {
      log.push(`ended ${next.wake.as}`);
      problems.push(...judgeEnd(next.wake.as, next.rollout, scene, faultsUntil));
      return { log, problems };
    }
    rollout = next.rollout;
    if (hostile && random() < 0.5) written = JSON.stringify(rollout);
    let died = false;
    for (const [index, action] of next.actions.entries()) {
      if (hostile && random() < 0.04) died = true;
      if (died) break;
      world.act(action, fenceKeyOf(next, index));
      if (hostile && random() < 0.1) world.act(action, fenceKeyOf(next, index));
    }
    if (died || (hostile && random() < 0.01)) {
      rollout = JSON.parse(written) as Rollout;
      world.advance(random() < 0.2 ? 3_600_000 * random() : 2_000 * random());
      log.push("the driver died and came back");
    } else if (next.wake.is === "change") {
      if (next.wake.by <= world.now) problems.push("it asks to be woken in the past");
      world.advance(hostile ? Math.max(1, (next.wake.by - world.now) * random()) : next.wake.by - world.now);
    }
  }
  return { log, problems: ["it has not ended within bounded steps"] };
}

interface Scene {
  readonly title: string;
  readonly world: World;
  readonly to: Release | null;
  readonly from: Release | null;
  readonly known: readonly Release[];
  readonly weightStep: number;
  readonly orders: boolean;
  readonly quality: (release: number) => Quality;
}

function setScene(name: RolloutStrategy, random: Random): Scene {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const make = (number: number): Release => {
    const max_surge = pick([0, 1, 1, 2, 3]);
    return release({
      number,
      spec: {
        description: `release ${number}`,
        endpoints: [`/v${number}`],
        runtime: { replicas: pick([1, 1, 2, 2, 3, 4, 5]) },
        deployment: {
          max_surge,
          max_unavailable: max_surge === 0 ? pick([0, 1, 2]) : pick([0, 0, 1]),
          min_healthy_time: pick([0, 1_000, 2_000]),
          healthy_deadline: 30_000,
          progress_deadline: 60_000,
          drain_time: 5_000,
        },
      },
    });
  };
  const [old, stray, incoming] = [make(1), make(2), make(3)];
  const qualities: Record<number, Quality> = {
    1: pick(["good", "good", "good", "good", "crash-loops"]),
    2: pick(["good", "crash-loops", "never-ready"]),
    3: pick(["good", "good", "slow", "never-ready", "crash-loops"]),
  };
  const quality = (number: number): Quality => qualities[number] ?? "good";
  const world = new World(random, quality, pick([0, 0, 1_000]));
  const hasOld = name === "in-place" || random() < 0.7;
  const hasStray = random() < 0.3;
  if (hasOld) {
    const phases = Array.from({ length: old.spec.runtime.replicas }, () =>
      quality(1) === "good" ? "ready" : "failing",
    );
    world.place(old, phases as never);
    world.weights = { 1: 100 };
  }
  if (hasStray) {
    const phases = Array.from({ length: pick([1, 2]) }, () => (quality(2) === "good" ? "ready" : "starting"));
    world.place(stray, phases as never);
    if (quality(2) === "good") world.weights = hasOld ? { 1: 50, 2: 50 } : { 2: 100 };
  }
  world.advance(5_000);
  const to = name === "retire" ? null : incoming;
  const from = hasOld ? old : null;
  const title = `${name}: from ${describeShape(from)} ${qualities[1]} to ${describeShape(to)} ${qualities[3]}, stray ${hasStray} ${qualities[2]}`;
  const known = random() < 0.6 ? [stray] : [];
  return { title, world, to, from, known, weightStep: pick([1, 1, 10, 100]), orders: random() < 0.5, quality };
}

/** What must be true at the end, as far as the last stretch was undisturbed. */
function judgeEnd(as: string, rollout: Rollout, scene: Scene, faultsUntil: number): string[] {
  const { world, to, from, quality } = scene;
  const fleet = world.fleet();
  const problems: string[] = [];
  const serving = as === "stable" ? to : as === "rolled-back" ? from : null;
  const allowed: Readonly<Record<string, boolean>> = {
    stable: rollout.strategy !== "retire",
    "rolled-back": from !== null,
    "no-stable": from === null,
    gone: rollout.strategy === "retire",
  };
  if (!allowed[as]) problems.push(`it cannot end as ${as}`);
  if ((as === "rolled-back" || as === "no-stable") && rollout.because === undefined && rollout.strategy !== "retire")
    problems.push(`it ended as ${as} and does not say why`);
  const calm = world.now > faultsUntil + 130_000 || faultsUntil < 1_000;
  if (as === "stable" && to && ["never-ready", "crash-loops"].includes(quality(to.number)) && calm) {
    // Adopted instances of an in-place change are as good or bad as before.
    if (rollout.strategy !== "in-place") problems.push("a bad release was called stable");
  }
  if (!calm || (serving && quality(serving.number) !== "good")) return problems;
  if (serving) {
    const { number, spec } = serving;
    const group = fleet.groups.find((candidate) => candidate.release === number);
    if (group?.wanted !== spec.runtime.replicas) problems.push(`r${number} does not have its replicas`);
    if (fleet.weights[number] !== 100) problems.push(`r${number} does not serve alone`);
  }
  const others = fleet.groups.filter((group) => group.release !== serving?.number);
  if (others.length > 0) problems.push(`left behind: ${others.map((group) => `r${group.release}`).join()}`);
  if (!serving && Object.values(fleet.weights).some((weight) => weight > 0))
    problems.push("something still has traffic");
  return problems;
}

function show(fleet: Fleet | null): string {
  if (!fleet) return "(unseen)";
  const groups = fleet.groups.map(
    (group) => `r${group.release}=${group.wanted}[${group.instances.map((one) => one.phase.slice(0, 2)).join(" ")}]`,
  );
  return `${groups.join(" ")} ${JSON.stringify(fleet.weights)}`;
}

function describeShape(of: Release | null): string {
  if (!of) return "nothing";
  const { max_surge, max_unavailable, min_healthy_time } = of.spec.deployment;
  return `r${of.number} (replicas ${of.spec.runtime.replicas}, surge ${max_surge}, unavailable ${max_unavailable}, healthy ${min_healthy_time})`;
}
