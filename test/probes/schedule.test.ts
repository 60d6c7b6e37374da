import { expect, test } from "vitest";
import type { Sample } from "../../src/model/health.ts";
import { checkOnce, type Watched, watchLoop } from "../../src/probes/schedule.ts";
import { type VirtualClock, virtualClock } from "../support/virtual-clock.ts";

/** A service that answers after `takesMs` of virtual time, and remembers when it was asked. */
function slow(clock: VirtualClock, service: string, takesMs: number, intervalMs = 1_000) {
  const asked: number[] = [];
  let side = 0;
  let atOnce = 0;
  const watched: Watched = {
    service,
    intervalMs,
    timeoutMs: 60_000,
    async ask(signal) {
      asked.push(clock.monotonic());
      atOnce = Math.max(atOnce, ++side);
      await clock.sleep(takesMs, signal);
      side--;
      return { service, at: clock.now(), outcome: "pass" };
    },
  };
  return { watched, asked, atOnce: () => atOnce };
}

function loopOf(clock: VirtualClock, over: { concurrency?: number; random?: () => number } = {}) {
  const samples: Sample[] = [];
  const beats = new Map<string, number>();
  const loop = watchLoop({
    clock,
    random: () => 0,
    onBeat: (service, count) => beats.set(service, (beats.get(service) ?? 0) + count),
    onSample: (sample) => samples.push(sample),
    ...over,
  });
  return { loop, samples, beats };
}

test("a service is asked at its interval, and slow answers cause no drift", async () => {
  const clock = virtualClock();
  const one = slow(clock, "one", 300);
  const { loop } = loopOf(clock);
  loop.watch([one.watched]);
  await clock.advance(5_400);
  await loop.close();
  expect(one.asked).toEqual([0, 1_000, 2_000, 3_000, 4_000, 5_000]);
});

test("a service is never asked twice at once; the beats that it slept through count as expected", async () => {
  const clock = virtualClock();
  const one = slow(clock, "one", 2_500);
  const { loop, samples, beats } = loopOf(clock);
  loop.watch([one.watched]);
  await clock.advance(8_900);
  await loop.close();
  expect(one.atOnce()).toBe(1);
  expect(one.asked).toEqual([0, 3_000, 6_000]);
  expect(samples).toHaveLength(3);
  // Of 9 s, every one was due: three were asked, six were missed.
  expect(beats.get("one")).toBe(9);
});

test("at most `concurrency` services are asked side by side, and all have their turn", async () => {
  const clock = virtualClock();
  let now = 0;
  let most = 0;
  const services = Array.from(
    { length: 10 },
    (_, index): Watched => ({
      service: `s${index}`,
      intervalMs: 60_000,
      timeoutMs: 5_000,
      async ask() {
        most = Math.max(most, ++now);
        await clock.sleep(100);
        now--;
        return { service: `s${index}`, at: clock.now(), outcome: "pass" };
      },
    }),
  );
  const { loop, samples } = loopOf(clock, { concurrency: 3 });
  loop.watch(services);
  await clock.advance(1_000);
  await loop.close();
  expect(most).toBe(3);
  expect(samples.map(({ service }) => service).sort()).toEqual(services.map(({ service }) => service));
});

test("an asking that ignores its signal is cut when it outlasts its timeout, and the loop goes on", async () => {
  const clock = virtualClock();
  const { loop, samples } = loopOf(clock);
  const deaf: Watched = {
    service: "deaf",
    intervalMs: 10_000,
    timeoutMs: 2_000,
    ask: () => new Promise(() => undefined),
  };
  loop.watch([deaf]);
  await clock.advance(13_000);
  await loop.close();
  expect(samples).toEqual([
    { service: "deaf", at: 0, outcome: "fail", error: "no answer within 2s" },
    { service: "deaf", at: 10_000, outcome: "fail", error: "no answer within 2s" },
  ]);
});

test("a probe that throws is a failed sample, not the end of the loop", async () => {
  const clock = virtualClock();
  const { loop, samples } = loopOf(clock);
  const broken = {
    service: "b",
    intervalMs: 1_000,
    timeoutMs: 500,
    ask: () => Promise.reject(new TypeError("secret")),
  };
  loop.watch([broken]);
  await clock.advance(1_500);
  await loop.close();
  expect(samples.map(({ error }) => error)).toEqual(["the check broke: TypeError", "the check broke: TypeError"]);
});

test("first beats are spread over the interval", async () => {
  const clock = virtualClock();
  const one = slow(clock, "one", 0);
  const two = slow(clock, "two", 0);
  const draws = [0.25, 0.75];
  const { loop } = loopOf(clock, { random: () => draws.shift() ?? 0 });
  loop.watch([one.watched, two.watched]);
  await clock.advance(1_000);
  await loop.close();
  expect([one.asked, two.asked]).toEqual([[250], [750]]);
});

test("watching anew keeps the beat of what stays, ends what is gone, and starts what is new or has another interval", async () => {
  const clock = virtualClock();
  const stays = slow(clock, "stays", 0);
  const goes = slow(clock, "goes", 0);
  const changes = slow(clock, "changes", 0);
  const { loop } = loopOf(clock);
  loop.watch([stays.watched, goes.watched, changes.watched]);
  await clock.advance(1_500);
  loop.watch([stays.watched, { ...changes.watched, intervalMs: 400 }]);
  await clock.advance(1_000);
  await loop.close();
  expect(stays.asked).toEqual([0, 1_000, 2_000]);
  expect(goes.asked).toEqual([0, 1_000]);
  expect(changes.asked).toEqual([0, 1_000, 1_500, 1_900, 2_300]);
});

test("closing cuts what is being asked: neither a sample nor a beat that anyone missed, and nothing runs on", async () => {
  const clock = virtualClock();
  const one = slow(clock, "one", 5_000, 10_000);
  const { loop, samples, beats } = loopOf(clock);
  loop.watch([one.watched]);
  await clock.advance(1_000);
  await loop.close();
  expect({ samples, beats: beats.size, sleeping: clock.sleeping }).toEqual({ samples: [], beats: 0, sleeping: 0 });
});

test("checking once, called off: what was cut or not asked yet has no sample, for a Ctrl-C is nobody's downtime", async () => {
  const clock = virtualClock();
  const [quick, slower, waiting] = [slow(clock, "quick", 10), slow(clock, "slower", 900), slow(clock, "waiting", 10)];
  const services = [quick, slower, waiting].map(({ watched }) => watched);
  const stop = new AbortController();
  const done = checkOnce({ services, clock, concurrency: 1, signal: stop.signal });
  await clock.advance(500);
  stop.abort();
  await clock.advance(1_000);
  expect((await done).map(({ service }) => service)).toEqual(["quick"]);
  expect(waiting.asked).toEqual([]);
});

test("checking once gives one sample a service, in their order, whoever answers first", async () => {
  const clock = virtualClock();
  const services = [slow(clock, "late", 900), slow(clock, "early", 10)].map(({ watched }) => watched);
  const heard: string[] = [];
  const done = checkOnce({ services, clock, onSample: ({ service }) => heard.push(service) });
  await clock.advance(1_000);
  expect((await done).map(({ service }) => service)).toEqual(["late", "early"]);
  expect(heard).toEqual(["early", "late"]);
});

/** A service that fails as often as told, then answers. */
function flaky(clock: VirtualClock, failures: number, failureThreshold = 3) {
  const asked: number[] = [];
  const watched: Watched = {
    service: "flaky",
    intervalMs: 60_000,
    timeoutMs: 1_000,
    failureThreshold,
    async ask() {
      asked.push(clock.monotonic());
      return { service: "flaky", at: clock.now(), outcome: asked.length > failures ? "pass" : "fail" };
    },
  };
  return { watched, asked };
}

test.each([
  [
    "that goes on failing is asked as often as its threshold says, and is down since the first time",
    9,
    3,
    "fail",
    3,
    0,
  ],
  ["that fails once is asked again, and is well", 1, 3, "pass", 2, 1_000],
  ["that answers at once is asked once", 0, 3, "pass", undefined, 0],
  ["with a threshold of one is asked once", 9, 1, "fail", undefined, 0],
  ["with a threshold without measure is asked five times", 99, 1_000, "fail", 5, 0],
] as const)("checking once, a service %s", async (_, failures, threshold, outcome, attempts, at) => {
  const clock = virtualClock();
  const { watched, asked } = flaky(clock, failures, threshold);
  const done = checkOnce({ services: [watched], clock });
  await clock.advance(60_000);
  const [sample] = await done;
  expect({ ...sample, asked: asked.length }).toEqual({
    service: "flaky",
    at,
    outcome,
    ...(attempts === undefined ? {} : { attempts }),
    asked: attempts ?? 1,
  });
});

test("a beat asks once, whatever the threshold", async () => {
  const clock = virtualClock();
  const { watched, asked } = flaky(clock, 99);
  const { loop, samples } = loopOf(clock);
  loop.watch([watched]);
  await clock.advance(150_000);
  await loop.close();
  expect([asked, samples.map(({ outcome }) => outcome)]).toEqual([
    [0, 60_000, 120_000],
    ["fail", "fail", "fail"],
  ]);
});

test("where the control target does not answer either, a failure is nobody's downtime", async () => {
  const clock = virtualClock();
  const { watched } = flaky(clock, 99);
  const well = slow(clock, "well", 10);
  const control = { answers: async () => false };
  const done = checkOnce({ services: [watched, well.watched], clock, control });
  await clock.advance(60_000);
  expect(await done).toMatchObject([
    { service: "flaky", outcome: "unknown", error: "the control target did not answer either" },
    { service: "well", outcome: "pass" },
  ]);
});

test("over eight hours: no drift, no overlap, every beat accounted for, and what hangs is cut each time", async () => {
  const clock = virtualClock();
  const hours = 8 * 3_600_000;
  const quick = slow(clock, "quick", 120, 30_000);
  // Takes between nothing and two and a half intervals.
  let turn = 0;
  const odd = slow(clock, "odd", 0, 20_000);
  const oddAsk: Watched = {
    ...odd.watched,
    async ask(signal) {
      odd.asked.push(clock.monotonic());
      await clock.sleep((turn++ % 6) * 10_000, signal);
      return { service: "odd", at: clock.now(), outcome: "pass" };
    },
  };
  const deaf: Watched = {
    service: "deaf",
    intervalMs: 60_000,
    timeoutMs: 4_000,
    ask: () => new Promise(() => undefined),
  };
  const { loop, samples, beats } = loopOf(clock);
  loop.watch([quick.watched, oddAsk, deaf]);
  await clock.advance(hours - 1);
  await loop.close();
  expect(quick.asked).toEqual(Array.from({ length: hours / 30_000 }, (_, beat) => beat * 30_000));
  expect(odd.asked.every((at) => at % 20_000 === 0)).toBe(true);
  expect(beats.get("quick")).toBe(hours / 30_000);
  // An asking that the end cut is neither a sample nor a beat.
  expect(hours / 20_000 - (beats.get("odd") ?? 0)).toBeLessThanOrEqual(3);
  const cut = samples.filter(({ service }) => service === "deaf");
  expect(cut).toHaveLength(hours / 60_000);
  expect(new Set(cut.map(({ error }) => error))).toEqual(new Set(["no answer within 4s"]));
  expect(clock.sleeping).toBe(0);
});
