import { expect, test } from "vitest";
import { openHealthWatch } from "../../src/cli/health-watch.ts";
import { incidentStore } from "../../src/incidents/incident-store.ts";
import type { Outcome } from "../../src/model/health.ts";
import { watchedProject } from "../support/watched-project.ts";

const SECOND = 1_000;

/** Two standing collectors of one environment, each in a region of its own, on one store; the clock is the test's. */
async function twoRegions() {
  const { time, face, workspace, declared } = await watchedProject();
  const catalog = await declared();
  const collectorIn = async (region: string) => {
    const who = { collector: `watch-${region}`, region };
    const { watch } = await openHealthWatch({ face, workspace, environment: "staging", ...who });
    await watch.follow(catalog);
    return watch;
  };
  const [eu, us] = [await collectorIn("eu"), await collectorIn("us")];
  const { refs } = await workspace.refsOf("staging");
  const incidents = async () =>
    (await incidentStore({ refs, environment: "staging", random: face.nonce, clock: face.clock }).read()).value;
  /** Both ask as often, every half minute; each sees what it sees. */
  const ask = (times: number, seen: { readonly eu: Outcome; readonly us: Outcome }): void => {
    for (let n = 0; n < times; n++) {
      time.now += 30 * SECOND;
      for (const [watch, outcome] of [[eu, seen.eu] as const, [us, seen.us] as const]) {
        watch.beat("web", 1);
        watch.sample({ service: "web", at: time.now - SECOND, outcome });
      }
    }
  };
  return { eu, us, ask, incidents, close: () => workspace.close() };
}

test("of two collectors one sees a service fail: one incident, open for as long as it does, however they take turns", async () => {
  const { eu, us, ask, incidents, close } = await twoRegions();
  const keep = async (): Promise<void> => {
    await us.keep();
    await eu.keep();
  };
  ask(2, { eu: "pass", us: "pass" });
  // Looked at in between, so that the site's segments are cut elsewhere than those that are stored; one asking was missed.
  eu.history();
  eu.beat("web", 1);
  ask(2, { eu: "pass", us: "pass" });
  await keep();
  ask(4, { eu: "pass", us: "fail" });
  await keep();
  const [opened, ...others] = await incidents();
  expect(others).toEqual([]);
  expect(opened?.incident.stretches.at(-1)?.to).toBeNull();
  for (let round = 0; round < 3; round++) {
    // The one that sees it pass keeps more often than the other, which tells of five minutes at once.
    ask(5, { eu: "pass", us: "fail" });
    await eu.keep();
    expect((await incidents()).map(({ incident }) => incident)).toEqual([opened?.incident]);
    ask(5, { eu: "pass", us: "fail" });
    await keep();
    const all = await incidents();
    expect(all.map(({ incident }) => incident)).toEqual([opened?.incident]);
  }
  ask(4, { eu: "pass", us: "pass" });
  await keep();
  const [resolved, ...more] = await incidents();
  expect(more).toEqual([]);
  expect(resolved?.incident.stretches).toHaveLength(1);
  expect(resolved?.incident.stretches[0]?.to).not.toBeNull();
  // Each asking of both counts once, although one's own come back from the store.
  expect(eu.history().hours.find(({ at }) => at === "2026-11-24T12")?.services["web"]).toMatchObject({
    expected: 85,
    actual: 84,
  });
  await close();
});
