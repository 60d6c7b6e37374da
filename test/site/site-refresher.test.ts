import { expect, test } from "vitest";
import { siteRefresher } from "../../src/site/site-refresher.ts";
import { virtualClock } from "../support/virtual-clock.ts";

/** A refresher whose builds take 300 ms of virtual time. */
function refresherOf(build?: (data: string) => Promise<void>) {
  const clock = virtualClock();
  const built: string[] = [];
  const failures: string[] = [];
  let side = 0;
  const refresher = siteRefresher<string>({
    async build(data) {
      expect(++side).toBe(1);
      await clock.sleep(300);
      side--;
      await build?.(data);
      built.push(`${data} at ${clock.monotonic()}`);
    },
    minGapMs: 1_000,
    clock,
    onFailure: (error) => failures.push((error as Error).message),
  });
  return { clock, built, failures, refresher };
}

test("the first data is built at once, then the newest of all that came meanwhile, a gap later", async () => {
  const { clock, built, refresher } = refresherOf();
  for (const data of ["a", "b", "c"]) {
    refresher.offer(data);
    await clock.advance(10);
  }
  await clock.advance(5_000);
  expect(built).toEqual(["a at 300", "c at 1600"]);
});

test("nothing is built while nothing new is offered", async () => {
  const { clock, built, refresher } = refresherOf();
  refresher.offer("a");
  await clock.advance(60_000);
  expect(built).toEqual(["a at 300"]);
});

test("a flush does not wait out the gap, and resolves when the newest is built", async () => {
  const { clock, built, refresher } = refresherOf();
  refresher.offer("a");
  await clock.advance(310);
  refresher.offer("b");
  await clock.advance(10);
  const flushed = refresher.flush();
  await clock.advance(300);
  await flushed;
  expect(built).toEqual(["a at 300", "b at 620"]);
});

test("a build that fails is reported, and the next offer tries again", async () => {
  const { clock, built, failures, refresher } = refresherOf(async (data) => {
    if (data === "bad") throw new Error("no disk");
  });
  refresher.offer("bad");
  await clock.advance(2_000);
  refresher.offer("good");
  await clock.advance(2_000);
  expect({ built, failures }).toEqual({ built: ["good at 2300"], failures: ["no disk"] });
});

test("closing lets the running build end and starts no other", async () => {
  const { clock, built, refresher } = refresherOf();
  refresher.offer("a");
  await clock.advance(100);
  refresher.offer("b");
  const closed = refresher.close();
  await clock.advance(5_000);
  await closed;
  refresher.offer("c");
  await clock.advance(5_000);
  expect(built).toEqual(["a at 300"]);
});
