import { expect, test } from "vitest";
import { incidentWorld, PROJECT, texts } from "../support/incident-world.ts";

const SLO = "slo: { availability: 99.9%, window: 30d }\n";
const burns = PROJECT.replace("reminder: 1h", "events: [fast_burn]");

test("a budget that burns fast is told once, with what is left, and again only hours later", async () => {
  const { watch, run, records, received } = await incidentWorld("staging", burns, SLO);
  watch(".".repeat(50));
  watch("xxxxxxxx");
  await run();
  expect(texts(received)).toEqual([
    expect.stringMatching(
      /^staging: WEB spends its error budget fast\. What 99\.9% allows is spent \d+(\.\d+)? times over 1 h, \d+(\.\d+)? times over 6 h; of the budget of 30 days, nothing is left\.$/,
    ),
  ]);
  watch("xx....xxxx");
  await run();
  expect(received).toHaveLength(1);
  const told = (await records()).value.flatMap((record) => Object.entries(record.told));
  expect(told).toEqual([[received[0]?.key, expect.any(Number)]]);
  // Down all the while.
  watch("x".repeat(6 * 60));
  await run();
  expect(received).toHaveLength(2);
});

test("many short failures burn a budget as one long one does, and are told once, whatever incident they belong to", async () => {
  const { watch, run, records, received } = await incidentWorld("staging", burns, SLO);
  watch(".".repeat(30));
  for (let time = 0; time < 4; time++) {
    watch("xxx");
    await run();
    watch(".".repeat(20));
    await run();
  }
  expect((await records()).value.length).toBeGreaterThan(1);
  expect(received).toHaveLength(1);
});

test("what could not leave keeps its key", async () => {
  const { watch, run, records, received, answers } = await incidentWorld("staging", burns, SLO);
  const told = async () => (await records()).value.flatMap((record) => Object.entries(record.told));
  watch(".".repeat(50));
  watch("xxxx");
  answers.push(400);
  await run();
  const [[key, left] = []] = await told();
  expect(left).toBeNull();
  watch("x");
  await run();
  expect(received.map((one) => one.key)).toEqual([key]);
  expect(await told()).toEqual([[key, expect.any(Number)]]);
});

test("without a promise, and while a dependency is down, nobody is told of a budget", async () => {
  const none = await incidentWorld("staging", burns);
  none.watch(".".repeat(50));
  none.watch("xxxxxxxx");
  await none.run();
  expect(none.received).toEqual([]);

  const held = await incidentWorld("staging", burns, SLO);
  held.watch(".".repeat(50));
  held.watch("xxxxxxxx", "xxxxxxxx");
  await held.run();
  expect(held.received).toEqual([]);
  held.watch("xxxx", "....");
  await held.run();
  expect(texts(held.received)).toEqual([expect.stringContaining("WEB spends its error budget fast")]);
});
