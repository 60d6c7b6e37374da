import { expect, test } from "vitest";
import { simulate } from "./simulate.ts";

const SEEDS = Number(process.env["SIMULATION_SEEDS"] ?? 1000);
const FIRST = Number(process.env["SIMULATION_SEED"] ?? 1);

/**
 * The invariants of an apply in a hostile world: lost actions and answers, stale observations, dying instances, runs that
 * are killed, stopped and raced. `SIMULATION_SEED=n SIMULATION_SEEDS=1` replays one and shows its story when it fails.
 */
test("whatever goes wrong, no invariant breaks, and three calm runs later what is declared is what runs", async () => {
  for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
    const story = await simulate(seed).catch((error: unknown) => ({ log: [], problems: [String(error)] }));
    expect(story.problems, `SIMULATION_SEED=${seed} SIMULATION_SEEDS=1\n${story.log.join("\n")}`).toEqual([]);
  }
});

test("with the fence taken out of the target, the simulation notices", async () => {
  const noticed: string[] = [];
  for (let seed = 1; seed <= 200 && noticed.length === 0; seed++)
    noticed.push(...(await simulate(seed, { fence: false })).problems.filter((problem) => problem.startsWith("9:")));
  expect(noticed.join("\n")).toContain("had an effect");
});
