import { DDSketch } from "@datadog/sketches-js";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  decodeSketch,
  encodeSketch,
  mergeSketches,
  percentileOf,
  RELATIVE_ERROR_MAX,
  sketchOf,
} from "../../src/health/latency-sketch.ts";

const latencies = fc.array(fc.double({ min: 0.01, max: 600_000, noNaN: true }), { minLength: 1, maxLength: 200 });

function nearestRank(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0;
}

test("a percentile is within 2 % of the one that was really measured", () => {
  fc.assert(
    fc.property(latencies, fc.constantFrom(1, 50, 90, 95, 99, 100), (values, percent) => {
      const exact = nearestRank(values, percent);
      const read = percentileOf(sketchOf(values), percent) ?? 0;
      // What is shown is rounded to three figures.
      expect(Math.abs(read - exact)).toBeLessThanOrEqual(exact * (RELATIVE_ERROR_MAX + 0.005) + 0.05);
    }),
  );
});

test("the buckets are those of Datadog's sketch", () => {
  const theirs = new DDSketch({ relativeAccuracy: RELATIVE_ERROR_MAX });
  const values = Array.from({ length: 500 }, (_, index) => 3 + index ** 1.5);
  for (const value of values) theirs.accept(value);
  for (const percent of [50, 95, 99])
    expect(percentileOf(sketchOf(values), percent)).toBeCloseTo(theirs.getValueAtQuantile(percent / 100), -2);
});

test("merging is the same in any order and as if all had been counted at once", () => {
  fc.assert(
    fc.property(latencies, latencies, (one, two) => {
      const merged = mergeSketches(sketchOf(one), sketchOf(two));
      expect(merged).toEqual(sketchOf([...one, ...two]));
      expect(mergeSketches(sketchOf(two), sketchOf(one))).toEqual(merged);
    }),
  );
});

test("its text reads back, and is short", () => {
  expect(encodeSketch(sketchOf([8.4, 8.5, 8.9, 10.2, 400]))).toMatchInlineSnapshot(`"54=2,1,,,,1;150=1"`);
  fc.assert(
    fc.property(latencies, (values) => {
      expect(decodeSketch(encodeSketch(sketchOf(values)))).toEqual(sketchOf(values));
    }),
  );
  expect(decodeSketch("")).toEqual({});
});

test.each(["x", "5", "5=", "5=0", "5=1;5=2", "9999=1", "5=1,-2", "5=1e9", "5=99999999999999999", "__proto__=1"])(
  "%s is no sketch",
  (text) => {
    expect(decodeSketch(text)).toBeNull();
  },
);

test("no latency is outside the buckets, however odd", () => {
  expect(percentileOf(sketchOf([0]), 50)).toBeCloseTo(0.001, 3);
  expect(percentileOf(sketchOf([1e12]), 50)).toBeGreaterThan(3_500_000);
  expect(percentileOf({}, 50)).toBeNull();
});
