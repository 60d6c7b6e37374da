import fc from "fast-check";
import { expect, test } from "vitest";
import { uptimeShare } from "../../site/src/lib/uptime.ts";
import { historyOfSegments } from "../../src/health/live-history.ts";
import { NOTHING } from "../../src/health/tally.ts";
import { DAYS_SHOWN, dayVerdict, sumOf } from "../../src/health/uptime.ts";
import type { Counts, Segment } from "../../src/model/health.ts";
import { siteData } from "../../src/site/site-data.ts";
import { project, spec } from "../support/builders.ts";
import { seen } from "./segments.ts";

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 24, 12, 0, 0);

function pageOf(segments: readonly Segment[], now = NOW) {
  const history = historyOfSegments("production", segments, now);
  const [page] = siteData({ project, environment: "production", specs: [spec({ id: "web" })], history, now }).services;
  if (page === undefined) throw new Error("there should be a page");
  return page;
}

const seconds = (over: Partial<Counts["seconds"]>) => ({
  ...NOTHING,
  seconds: { ...NOTHING.seconds, ...over },
});

test("a day on which nobody watched is unknown and adds to no uptime", () => {
  const { days, uptime } = pageOf([seen("p".repeat(120) + "f".repeat(120), NOW - 2 * DAY)]);
  expect(days).toHaveLength(DAYS_SHOWN);
  expect(days.filter(({ verdict }) => verdict === "unknown")).toHaveLength(DAYS_SHOWN - 1);
  expect(uptime.seconds).toMatchObject({ operational: 3_600, down: 3_600 });
  expect(uptimeShare(uptime.seconds)).toBe(0.5);
  expect(uptimeShare(pageOf([]).uptime.seconds)).toBeNull();
});

test("each day's seconds add up to the day, and today's to what has passed of it", () => {
  const { days } = pageOf([seen("ppp", NOW - 2 * DAY)]);
  const sums = days.map((day) => Object.values(day.seconds).reduce((sum, n) => sum + n, 0));
  expect(new Set(sums.slice(0, -1))).toEqual(new Set([86_400]));
  expect(sums.at(-1)).toBe(43_200);
});

test("askings that were due and not made are expected, never passed", () => {
  const [today] = pageOf([seen("pp", NOW - 3_600_000, { expected: { web: 120 }, to: NOW })]).days.slice(-1);
  expect(today).toMatchObject({ expected: 120, actual: 2, passed: 2, failed: 0 });
});

test("a segment over midnight is counted in both days, each asking at its moment", () => {
  const midnight = Date.UTC(2026, 10, 23);
  const { days } = pageOf([seen("pppppppp", midnight - 120_000)]);
  expect(days.filter(({ actual }) => actual > 0).map(({ day, actual }) => [day, actual])).toEqual([
    ["2026-11-22", 4],
    ["2026-11-23", 4],
  ]);
});

test.each([
  ["well all day", { operational: 86_400 }, "operational"],
  ["down for a minute", { operational: 86_340, down: 60 }, "degraded"],
  ["down for 5 % of what is known", { operational: 95, down: 5, unknown: 86_300 }, "down"],
  ["degraded for 4 %", { operational: 96, degraded: 4 }, "operational"],
  ["degraded for 5 %", { operational: 95, degraded: 5 }, "degraded"],
  ["in maintenance and not otherwise known", { maintenance: 60, unknown: 86_340 }, "maintenance"],
  ["not watched", { unknown: 86_400 }, "unknown"],
] as const)("a day that was %s", (_, over, verdict) => {
  expect(dayVerdict(seconds(over))).toBe(verdict);
});

test.each([
  ["two of three failed, never three in a row", "ffp".repeat(96), "degraded"],
  ["one of twenty warned", `${"p".repeat(19)}w`.repeat(14), "degraded"],
  ["one of a hundred failed", `${"p".repeat(99)}f`.repeat(2), "operational"],
])("a day on which %s", (_, outcomes, verdict) => {
  const { days } = pageOf([seen(outcomes, NOW - 2 * DAY)]);
  expect(days.find(({ actual }) => actual > 0)?.verdict).toBe(verdict);
});

test("uptime is of the known time: degraded is up, maintenance and unknown time are neither", () => {
  expect(
    uptimeShare(seconds({ operational: 80, degraded: 10, down: 10, maintenance: 500, unknown: 900 }).seconds),
  ).toBe(0.9);
});

test("the uptime of the page can be recomputed from its days, for any history", () => {
  const histories = fc.array(
    fc.tuple(fc.integer({ min: 0, max: DAYS_SHOWN - 1 }), fc.stringMatching(/^[pwfum ]{1,8}$/)),
    {
      maxLength: 8,
    },
  );
  fc.assert(
    fc.property(histories, (drawn) => {
      const page = pageOf(drawn.map(([daysAgo, outcomes]) => seen(outcomes, NOW - 3_600_000 - daysAgo * DAY)));
      expect(page.uptime).toEqual(sumOf(page.days));
      for (const day of page.days) expect(day.verdict).toBe(dayVerdict(day));
    }),
    { numRuns: 40 },
  );
});

test("latency is told for four windows; failures without an answer have none", () => {
  const slow = (daysAgo: number, latencyMs: number): Segment => {
    const segment = seen("p", NOW - daysAgo * DAY - 60_000);
    return { ...segment, samples: segment.samples.map((sample) => ({ ...sample, latencyMs })) };
  };
  const { percentiles, latency } = pageOf([
    slow(0, 20),
    slow(3, 200),
    slow(20, 2_000),
    slow(80, 20_000),
    seen("fff", NOW - 600_000),
  ]);
  expect(latency).toEqual(percentiles["24h"]);
  expect(Object.entries(percentiles).map(([window, one]) => [window, one?.samples, one?.p99])).toEqual([
    ["24h", 1, expect.closeTo(20, -0.3)],
    ["7d", 2, expect.closeTo(200, -1)],
    ["30d", 3, expect.closeTo(2_000, -2)],
    ["90d", 4, expect.closeTo(20_000, -3)],
  ]);
  expect(pageOf([seen("fff", NOW - 60_000)]).latency).toBeNull();
});
