import { DDSketch } from "@datadog/sketches-js";
import type { Ms } from "../model/basics.ts";
import type { Tally } from "../model/health.ts";

/** Of any percentile that is read from a sketch, at most. */
export const RELATIVE_ERROR_MAX = 0.02;

/** Faster than this is as fast: there is no answer over a network below it. */
const SHORTEST_MS = 0.001;
/** Slower than this is as slow. It bounds the buckets there can be to 700. */
const LONGEST_MS = 3_600_000;

/**
 * Latencies in buckets that grow by a constant factor: any value in a bucket is within `RELATIVE_ERROR_MAX` of the one that
 * stands for it, two sketches add up bucket by bucket, and no order matters. Source: DDSketch (Masson, Rim and Lee, VLDB
 * 2019), whose mapping of values to buckets is Datadog's own.
 */
export type LatencySketch = Tally["latency"];

const { mapping } = new DDSketch({ relativeAccuracy: RELATIVE_ERROR_MAX });
export const BUCKET_MIN = mapping.key(SHORTEST_MS);
export const BUCKET_MAX = mapping.key(LONGEST_MS);

export function sketchOf(latencies: Iterable<Ms>): LatencySketch {
  const sketch: Record<string, number> = {};
  for (const latencyMs of latencies) {
    const key = mapping.key(Math.min(LONGEST_MS, Math.max(SHORTEST_MS, latencyMs)));
    sketch[key] = (sketch[key] ?? 0) + 1;
  }
  return sketch;
}

export function mergeSketches(...sketches: readonly LatencySketch[]): LatencySketch {
  const sum: Record<string, number> = {};
  for (const sketch of sketches) for (const [key, count] of Object.entries(sketch)) sum[key] = (sum[key] ?? 0) + count;
  return sum;
}

/** How many latencies it holds. */
export function sketchSize(sketch: LatencySketch): number {
  return Object.values(sketch).reduce((sum, count) => sum + count, 0);
}

/**
 * Nearest rank: a value within 2 % of the smallest that at least `percent` of the latencies do not exceed, to the tenth of a
 * millisecond; null of an empty sketch.
 */
export function percentileOf(sketch: LatencySketch, percent: number): Ms | null {
  const rank = Math.max(1, Math.ceil((percent / 100) * sketchSize(sketch)));
  let passed = 0;
  for (const [key, count] of bucketsOf(sketch)) {
    passed += count;
    if (passed >= rank) return rounded(mapping.value(key));
  }
  return null;
}

/** As a file holds it: `85=1,3,,2;120=1` is bucket 85 once, 86 three times, 88 twice, 120 once. */
export function encodeSketch(sketch: LatencySketch): string {
  let text = "";
  let next: number | null = null;
  for (const [key, count] of bucketsOf(sketch)) {
    // A short gap is cheaper as commas than as another beginning.
    if (next !== null && key - next <= 3) text += `${",".repeat(key - next + 1)}${count}`;
    else text += `${next === null ? "" : ";"}${key}=${count}`;
    next = key + 1;
  }
  return text;
}

/** Null where the text is no sketch. */
export function decodeSketch(text: string): LatencySketch | null {
  const sketch: Record<string, number> = {};
  if (text === "") return sketch;
  for (const part of text.split(";")) {
    const match = /^(-?\d{1,4})=([\d,]+)$/.exec(part);
    if (match === null) return null;
    for (const [index, count] of (match[2] ?? "").split(",").entries()) {
      const key = Number(match[1]) + index;
      if (count === "") continue;
      if (key < BUCKET_MIN || key > BUCKET_MAX || Object.hasOwn(sketch, key) || !/^[1-9]\d{0,14}$/.test(count))
        return null;
      sketch[key] = Number(count);
    }
  }
  return sketch;
}

function bucketsOf(sketch: LatencySketch): (readonly [number, number])[] {
  return Object.entries(sketch)
    .map(([key, count]) => [Number(key), count] as const)
    .sort(([a], [b]) => a - b);
}

function rounded(value: Ms): Ms {
  return value >= 10 ? Math.round(value * 10) / 10 : Number(value.toPrecision(3));
}
