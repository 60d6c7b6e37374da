import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { filledUp, mergeTallies, NOTHING, tallyOf } from "../../src/health/tally.ts";
import { tracksOf } from "../../src/health/tracks.ts";
import type { Segment } from "../../src/model/health.ts";
import { seen } from "./segments.ts";

const NOON = Date.UTC(2026, 10, 24, 12, 0, 0);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const count = (
  segments: readonly Segment[],
  from = NOON,
  to = NOON + HOUR,
  live: { now?: number; isLive?: boolean } = {},
) => tallyOf(tracksOf({ segments }).get("web"), { from, to, ...live });

test("counts each outcome apart, and the seconds of each verdict", () => {
  const { latency, ...counts } = count([seen("ppwfffpum ", NOON)], NOON, NOON + 5 * MINUTE);
  expect(counts).toEqual({
    expected: 10,
    actual: 9,
    passed: 3,
    warned: 1,
    failed: 3,
    unknown: 1,
    maintenance: 1,
    seconds: { operational: 60, degraded: 30, down: 120, maintenance: 30, unknown: 60 },
  });
  expect(Object.values(latency).reduce((sum, n) => sum + n, 0)).toBe(4);
});

describe("expected askings", () => {
  const watched = { cadenceMs: 5 * MINUTE };
  test("are also those between where the collector's last segment ended and where this one begins", () => {
    const run = seen("p", NOON + 30 * MINUTE, { watched, to: NOON + 30 * MINUTE + 2_000, after: NOON + 2_000 });
    expect(count([run])).toMatchObject({ expected: 6, actual: 1 });
    // A week without a collector, counted where it lay.
    const week = seen("p", NOON + 7 * 24 * HOUR, { watched, after: NOON });
    expect(count([week], NOON, NOON + 24 * HOUR).expected).toBe(287);
    expect(count([week], NOON, NOON + 8 * 24 * HOUR).expected).toBe(7 * 288);
  });

  test("are counted once where two runs of one collector came after the same one", () => {
    const run = (from: number) => seen("p", from, { watched, to: from + 1_000, after: NOON });
    expect(count([run(NOON + 20 * MINUTE), run(NOON + 21 * MINUTE)])).toMatchObject({ expected: 5, actual: 2 });
  });

  test("go on while a collector is silent, where it is counted live", () => {
    const run = seen("p", NOON, { watched, to: NOON + 1_000 });
    const now = NOON + 31 * MINUTE;
    expect(count([run], NOON, NOON + HOUR, { now }).expected).toBe(1);
    expect(count([run], NOON, NOON + HOUR, { now, isLive: true }).expected).toBe(7);
  });

  test("are those of each collector", () => {
    expect(count([seen("pp", NOON), seen("pp", NOON, { collector: "two" })])).toMatchObject({ expected: 4, actual: 4 });
  });
});

const outcomes = fc.stringMatching(/^[pwfFum ]{1,40}$/);
const history = fc
  .array(fc.tuple(outcomes, fc.constantFrom("one", "two"), fc.nat(20_000), fc.nat(900_000)), { maxLength: 4 })
  .map((drawn) =>
    drawn.map(([text, collector, offset, silence], index) => {
      const from = NOON + index * 1_500_000 + offset;
      return seen(text, from, { collector, after: from - silence });
    }),
  );

test("stretches that lie side by side add up to the whole, wherever it is cut", () => {
  fc.assert(
    fc.property(history, fc.integer({ min: 0, max: 7_200 }), (segments, seconds) => {
      const [from, cut, to] = [NOON - HOUR, NOON - HOUR + seconds * 1_000, NOON + 3 * HOUR];
      const tracks = tracksOf({ segments }).get("web");
      const parts = [
        { from, to: cut, now: to },
        { from: cut, to, now: to },
      ].map((stretch) => tallyOf(tracks, stretch));
      expect(mergeTallies(...parts)).toEqual(tallyOf(tracks, { from, to }));
    }),
  );
});

test("seconds add up to the stretch, and known ones are never more", () => {
  fc.assert(
    fc.property(history, (segments) => {
      const { seconds } = count(segments);
      expect(Object.values(seconds).reduce((sum, n) => sum + n, 0)).toBe(3_600);
    }),
  );
});

test("time that nobody counted is unknown", () => {
  expect(filledUp(NOTHING, 86_400).seconds.unknown).toBe(86_400);
  const full = count([seen("p".repeat(120), NOON)]);
  expect(filledUp(full, 3_600)).toBe(full);
});
