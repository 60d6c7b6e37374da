import fc from "fast-check";
import { expect, test } from "vitest";
import { DAYS_SHOWN, daysOf, dayVerdict, historiesOf, latencyOf, percentile, sumOf } from "../../src/health/uptime.ts";
import type { Sample, Segment } from "../../src/model/health.ts";
import { siteData } from "../../src/site/site-data.ts";
import { project, spec } from "../support/builders.ts";

const DAY = 86_400_000;
const NOW = 100 * DAY + 12 * 3_600_000;

function segment(daysAgo: number, outcomes: string, expected = outcomes.length, over: Partial<Segment> = {}): Segment {
  const from = NOW - daysAgo * DAY;
  const samples = [...outcomes].map(
    (letter, index): Sample => ({
      service: "web",
      at: from + index * 1_000,
      outcome: letter === "p" ? "pass" : letter === "w" ? "warn" : "fail",
      ...(letter === "f" ? {} : { latencyMs: index + 1 }),
    }),
  );
  return {
    version: 1,
    collector: "t",
    region: "default",
    watching: {},
    environment: "production",
    from,
    to: from + DAY / 24,
    expected: { web: expected },
    samples,
    ...over,
  };
}

test("a day without samples is unknown and adds to no uptime", () => {
  const days = daysOf(historiesOf([segment(2, "ppff")]).get("web"), NOW);
  expect(days).toHaveLength(DAYS_SHOWN);
  expect(days.filter(({ verdict }) => verdict === "unknown")).toHaveLength(DAYS_SHOWN - 1);
  expect(sumOf(days)).toEqual({ expected: 4, actual: 4, passed: 2, warned: 0 });
});

test("beats that were due and did not run are expected, never passed: time without a collector is not up", () => {
  const days = daysOf(historiesOf([segment(0, "pp", 120)]).get("web"), NOW);
  expect(days.at(-1)).toEqual({
    day: "1970-04-11",
    verdict: "operational",
    expected: 120,
    actual: 2,
    passed: 2,
    warned: 0,
  });
  const none = daysOf(historiesOf([segment(0, "", 120)]).get("web"), NOW);
  expect(none.at(-1)).toMatchObject({ verdict: "unknown", expected: 120, actual: 0, passed: 0 });
});

test.each([
  ["all passed", { expected: 100, actual: 100, passed: 100, warned: 0 }, "operational"],
  ["one failed of a hundred", { expected: 100, actual: 100, passed: 99, warned: 0 }, "degraded"],
  ["five failed of a hundred", { expected: 100, actual: 100, passed: 95, warned: 0 }, "down"],
  ["four slow of a hundred", { expected: 100, actual: 100, passed: 100, warned: 4 }, "operational"],
  ["five slow of a hundred", { expected: 100, actual: 100, passed: 100, warned: 5 }, "degraded"],
  ["nothing ran", { expected: 100, actual: 0, passed: 0, warned: 0 }, "unknown"],
] as const)("a day on which %s", (_, counts, verdict) => {
  expect(dayVerdict(counts)).toBe(verdict);
});

test("a segment counts whole for the day it began in, so that midnight splits no counts", () => {
  const from = 99 * DAY + DAY - 1_500;
  const overMidnight = segment(0, "pppp", 4, { from, to: from + 4_000 });
  const days = daysOf(historiesOf([overMidnight]).get("web"), NOW);
  expect(days.filter(({ actual }) => actual > 0)).toEqual([
    { day: "1970-04-10", verdict: "operational", expected: 4, actual: 4, passed: 4, warned: 0 },
  ]);
});

test("what is older than 90 days is not counted", () => {
  const history = historiesOf([segment(DAYS_SHOWN, "f"), segment(DAYS_SHOWN - 1, "p")]).get("web");
  expect(sumOf(daysOf(history, NOW))).toEqual({ expected: 1, actual: 1, passed: 1, warned: 0 });
});

test("the uptime of the page can be recomputed from its days, and those from the samples, for any history", () => {
  const histories = fc.array(
    fc.tuple(fc.integer({ min: 0, max: DAYS_SHOWN - 1 }), fc.stringMatching(/^[pwf]{0,8}$/), fc.nat(5)),
    { maxLength: 20 },
  );
  fc.assert(
    fc.property(histories, (drawn) => {
      const segments = drawn.map(([daysAgo, outcomes, missed]) => segment(daysAgo, outcomes, outcomes.length + missed));
      const data = siteData({
        project,
        environment: "production",
        specs: [spec({ id: "web" })],
        segments,
        now: NOW + DAY / 24,
      });
      const page = data.services[0];
      const letters = drawn.flatMap(([, outcomes]) => [...outcomes]);
      expect(page?.uptime).toEqual(sumOf(page?.days ?? []));
      expect(page?.uptime).toEqual({
        expected: letters.length + drawn.reduce((sum, [, , missed]) => sum + missed, 0),
        actual: letters.length,
        passed: letters.filter((letter) => letter !== "f").length,
        warned: letters.filter((letter) => letter === "w").length,
      });
      for (const day of page?.days ?? []) expect(day.verdict).toBe(dayVerdict(day));
    }),
    { numRuns: 60 },
  );
});

test("percentiles are nearest-rank: values that were really measured", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
  expect([50, 95, 99, 100].map((percent) => percentile(hundred, percent))).toEqual([50, 95, 99, 100]);
  expect([50, 95, 99].map((percent) => percentile([7], percent))).toEqual([7, 7, 7]);
  expect(percentile([10, 20], 50)).toBe(10);
});

test("latency is of the answers of the last 24 hours alone; failures without an answer have none", () => {
  const samples: Sample[] = [
    { service: "web", at: NOW - DAY - 1, outcome: "pass", latencyMs: 900 },
    { service: "web", at: NOW - 2_000, outcome: "pass", latencyMs: 20 },
    { service: "web", at: NOW - 1_000, outcome: "fail" },
  ];
  expect(latencyOf(samples, NOW)).toEqual({ p50: 20, p95: 20, p99: 20, samples: 1 });
  expect(latencyOf(samples.slice(0, 1), NOW)).toBeNull();
});
