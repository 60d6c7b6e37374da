import { expect, test } from "vitest";
import { historyOfSegments } from "../../src/health/live-history.ts";
import { sloFigures, sloOf } from "../../src/health/slo.ts";
import { tracksOf } from "../../src/health/tracks.ts";
import type { Segment } from "../../src/model/health.ts";
import { seen } from "./segments.ts";

const DAY = 86_400_000;
const MINUTE = 60_000;
const NOW = Date.UTC(2026, 10, 24, 12, 0, 0);
const SLO = { availability: 0.999, latency: { p95: 300 }, window: 30 * DAY };

function figures(segments: readonly Segment[], slo = SLO) {
  const history = historyOfSegments("production", segments, NOW);
  return sloFigures(slo, { service: "web", history, tracks: tracksOf(history).get("web"), now: NOW });
}
/** Minutes of askings, two a minute, that end now. */
const lately = (outcomes: string, endsAgo = 0) => seen(outcomes, NOW - endsAgo - outcomes.length * 30_000);

test.each([
  ["99.9%", 0.999],
  ["99.95 %", 0.9995],
  [99.5, 0.995],
  ["99.999%", 0.99999],
  ["0.5%", 0.005],
])("an availability of %s is a share", (availability, share) => {
  expect(sloOf({ slo: { availability, window: 30 * DAY } })).toEqual({ availability: share, window: 30 * DAY });
});

test("a window is whole days, from one to as many as are published", () => {
  const window = (ms: number) => sloOf({ slo: { window: ms } })?.window;
  expect([window(MINUTE), window(36 * 3_600_000), window(400 * DAY)]).toEqual([DAY, 2 * DAY, 90 * DAY]);
  expect(sloOf({})).toBeNull();
});

test("the error budget is what may be down of the known time of the window; down time spends it, to the second", () => {
  const { budget } = figures([lately(`${"p".repeat(100)}${"f".repeat(20)}${"p".repeat(100)}`, 3 * DAY)]);
  expect(budget).toEqual({
    totalSeconds: 7,
    spentSeconds: 600,
    leftSeconds: -593,
    availability: 6_000 / 6_600,
  });
});

test("what is not known, and maintenance, spends nothing", () => {
  expect(figures([]).budget).toEqual({ totalSeconds: 0, spentSeconds: 0, leftSeconds: 0, availability: null });
  expect(figures([lately("m".repeat(100))]).budget).toMatchObject({ spentSeconds: 0, availability: null });
});

test("degraded is up", () => {
  expect(figures([lately("w".repeat(100))]).budget).toMatchObject({ spentSeconds: 0, availability: 1 });
});

test("a burn rate of 1 spends the budget in exactly the window", () => {
  const { burnRates, isFastBurn } = figures([lately(`${"p".repeat(500)}F${"p".repeat(499)}`)], { ...SLO, window: DAY });
  expect(burnRates?.["1h"]).toBe(0);
  // 30 seconds of the six hours since six o'clock, of which 21.6 may be down.
  expect(burnRates?.["6h"]).toBe(1.39);
  expect(isFastBurn).toBe(false);
  expect(figures([]).burnRates).toEqual({ "1h": null, "6h": null });
});

test("a service of which little is known has not spent a budget yet, however bad that little was", () => {
  const young = figures([lately("F")]);
  expect(young.burnRates?.["1h"]).toBe(1_000);
  expect(young.isFastBurn).toBe(false);
});

test("it is a fast burn when 2 % of the budget went in an hour and it still burns", () => {
  const hours = (text: string) => lately("p".repeat(600) + text);
  // 14.4 times the budget's pace over 30 days: 52 seconds down of an hour.
  expect(figures([hours(`${"pp".repeat(30)}ff`)]).isFastBurn).toBe(false);
  expect(figures([hours(`${"p".repeat(114)}ffffff`)])).toMatchObject({ isFastBurn: true, burnRates: { "1h": 50 } });
  expect(figures([hours(`ffffff${"p".repeat(114)}`)])).toMatchObject({ isFastBurn: false, burnRates: { "1h": 50 } });
});

test("latency is held to its limit over the window", () => {
  const { latency } = figures([lately("p".repeat(90) + "w".repeat(10))]);
  expect(latency).toEqual([{ percentile: "p95", limitMs: 300, seenMs: expect.closeTo(400, -1), isMet: false }]);
  expect(figures([]).latency).toEqual([{ percentile: "p95", limitMs: 300, seenMs: null, isMet: null }]);
});

test("there is a row a month, newest first, with the month's own budget; nothing is claimed of the one that runs", () => {
  const { months } = figures([lately("p".repeat(20)), lately(`${"p".repeat(20)}${"f".repeat(120)}pp`, 40 * DAY)]);
  expect(months).toEqual([
    { month: "2026-11", totalSeconds: 1, spentSeconds: 0, leftSeconds: 1, availability: 1, isMet: null },
    {
      month: "2026-10",
      totalSeconds: 4,
      spentSeconds: 3_600,
      leftSeconds: -3_596,
      availability: 660 / 4_260,
      isMet: false,
    },
  ]);
});

test("a month of which an hour is known, two thirds of it down, has not kept its promise", () => {
  const { months } = figures([lately(`${"f".repeat(80)}${"p".repeat(40)}`, 40 * DAY)]);
  expect(months.at(-1)).toMatchObject({ month: "2026-10", totalSeconds: 4, spentSeconds: 2_400, isMet: false });
});

test("six hours are six hours, at the turn of an hour too", () => {
  const { burnRates } = figures([lately(`FF${"p".repeat(718)}`)]);
  expect(burnRates?.["6h"]).toBeGreaterThan(0);
});

test("a limit that is met exactly is met, whatever the sketch makes of it", () => {
  const isMet = (latencyMs: number) => {
    const asked = lately("p".repeat(20));
    const segment = { ...asked, samples: asked.samples.map((sample) => ({ ...sample, latencyMs })) };
    return figures([segment], { ...SLO, latency: { p95: latencyMs } }).latency?.[0]?.isMet;
  };
  expect([50, 100, 101, 150, 250, 300, 1_000].map(isMet)).toEqual(Array(7).fill(true));
});
