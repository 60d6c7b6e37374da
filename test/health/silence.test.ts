import { expect, test } from "vitest";
import { silenceOf } from "../../src/health/silence.ts";
import type { History, Segment } from "../../src/model/health.ts";

const NOON = Date.UTC(2026, 10, 24, 12);
const MINUTE = 60_000;

/** What `eu-1` kept: from and to in minutes after noon. */
function heard(stretches: readonly (readonly [number, number])[], cadenceMs = 30_000, at = 120): History {
  const segments = stretches.map(
    ([from, to]): Segment => ({
      version: 1,
      collector: "eu-1",
      region: "default",
      environment: "production",
      from: NOON + from * MINUTE,
      to: NOON + to * MINUTE,
      watching: { web: { cadenceMs, timeoutMs: 5_000, failure_threshold: 3, success_threshold: 2 } },
      expected: { web: 1 },
      samples: [],
    }),
  );
  return { environment: "production", at: NOON + at * MINUTE, segments, before: [], hours: [], days: [], months: [] };
}

/** Spans in minutes after noon. */
function silence(history: History, collector = "eu-1", now = 120) {
  const spans = silenceOf(history, collector, NOON + now * MINUTE);
  return spans.map(({ from, to, verdict }) => [(from - NOON) / MINUTE, (to - NOON) / MINUTE, verdict]);
}

test("who keeps what it sees every few minutes is heard of all the time", () => {
  expect(
    silence(
      heard([
        [0, 5],
        [5, 10],
        [10, 110],
      ]),
    ),
  ).toEqual([[0, 120, "operational"]]);
});

test("a gap is silence from the last word to the next, and the time until now may be one", () => {
  expect(
    silence(
      heard([
        [0, 5],
        [40, 60],
      ]),
    ),
  ).toEqual([
    [0, 5, "operational"],
    [5, 40, "down"],
    [40, 60, "operational"],
    [60, 120, "down"],
  ]);
});

test("one that comes rarely is waited for: three of its own cadences", () => {
  expect(
    silence(
      heard(
        [
          [0, 0],
          [30, 30],
          [60, 60],
        ],
        30 * MINUTE,
      ),
      "eu-1",
      120,
    ),
  ).toEqual([[0, 120, "operational"]]);
  expect(
    silence(
      heard(
        [
          [0, 0],
          [30, 30],
        ],
        30 * MINUTE,
      ),
      "eu-1",
      121,
    ),
  ).toEqual([
    [0, 30, "operational"],
    [30, 121, "down"],
  ]);
});

test("of one that was never heard of nothing can be said", () => {
  expect(silence(heard([[0, 5]]), "us-1")).toEqual([]);
});

test("what is kept of it from before the samples counts as well", () => {
  const history = heard([]);
  const before = {
    collector: "eu-1",
    region: "default",
    service: "web",
    at: NOON,
    outcome: "pass",
    verdict: "operational",
    watching: { cadenceMs: 30_000, timeoutMs: 5_000, failure_threshold: 3, success_threshold: 2 },
  } as const;
  expect(silence({ ...history, before: [before] })).toEqual([[0, 120, "down"]]);
});
