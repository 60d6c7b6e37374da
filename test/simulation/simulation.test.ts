import { expect, test } from "vitest";
import { simulate } from "./simulate.ts";

/** One seed alone, or as many as asked for. */
const SEED = process.env["FAIRLEAD_SEED"];
const FIRST = Number(SEED ?? 1);
const SEEDS = Number(process.env["FAIRLEAD_SEEDS"] ?? (SEED === undefined ? 1_000 : 1));

/**
 * The invariants of an apply in a hostile world: lost actions and answers, stale observations, dying instances, runs that
 * are killed, stopped and raced, edits and renames all the while. `FAIRLEAD_SEED=n` replays one seed and shows its story
 * when it fails; `FAIRLEAD_SEEDS=n` says how many.
 */
test("whatever goes wrong, no invariant breaks, and three calm runs later what is declared is what runs", async () => {
  for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
    const story = await simulate(seed).catch((error: unknown) => ({ log: [], problems: [String(error)] }));
    expect(story.problems, `FAIRLEAD_SEED=${seed}\n${story.log.join("\n")}`).toEqual([]);
  }
});

test("with the fence taken out of the target, the simulation notices", async () => {
  const noticed: string[] = [];
  for (let seed = 1; seed <= 200 && noticed.length === 0; seed++)
    noticed.push(
      ...(await simulate(seed, { fence: false })).problems.filter((problem) => problem.includes("had an effect")),
    );
  expect(noticed.join("\n")).toContain("had an effect");
});
