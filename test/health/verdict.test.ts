import { expect, test } from "vitest";
import { tracksOf } from "../../src/health/tracks.ts";
import { type Judgement, verdictOf } from "../../src/health/verdict.ts";
import type { Segment } from "../../src/model/health.ts";
import type { DesiredStatus } from "../../src/model/service.ts";
import { seen } from "./segments.ts";

const NOON = Date.UTC(2026, 10, 24, 12, 0, 0);

/** A second after the newest asking. */
function judge(
  outcomes: string,
  { status = "active" as DesiredStatus, more = [] as Segment[], age = 1_000 } = {},
): Judgement {
  const segments = [seen(outcomes, NOON - (outcomes.length - 1) * 30_000 - age), ...more];
  return verdictOf(tracksOf({ segments }).get("web"), { status, now: NOON });
}

test.each([
  ["no sample", "", "unknown", "Not checked yet."],
  ["a first good answer", "p", "operational", "Answering in 12 ms."],
  ["a first failure", "f", "unknown", "The last check failed (connection refused); 1 of 3 in a row before it counts."],
  [
    "a failure that is not confirmed",
    "ppff",
    "operational",
    "The last check failed (connection refused); 2 of 3 in a row before it counts.",
  ],
  ["a confirmed failure", "pfff", "down", "3 checks in a row failed: connection refused."],
  ["a failure that retries confirmed", "pF", "down", "3 checks in a row failed: connection refused."],
  [
    "a failure that an answer interrupted",
    "pffpff",
    "operational",
    "The last check failed (connection refused); 2 of 3 in a row before it counts.",
  ],
  [
    "a recovery that is not confirmed",
    "fffp",
    "down",
    "Answering again; 1 of 2 checks in a row before it counts as up.",
  ],
  ["a confirmed recovery", "fffpp", "operational", "Answering in 12 ms."],
  ["a relapse during recovery", "fffpf", "down", "The last check failed: connection refused."],
  [
    "a single warning",
    "pw",
    "operational",
    "Answers, but not well (it reports warn itself); 1 of 3 in a row before it counts.",
  ],
  ["a confirmed warning", "pwww", "degraded", "Answers, but not well: it reports warn itself."],
  [
    "an end of warnings that is not confirmed",
    "pwwwp",
    "degraded",
    "Answering well again; 1 of 2 checks in a row before it counts.",
  ],
  [
    "an asking that could not be made",
    "ppu",
    "unknown",
    "It could not be checked: the control target did not answer either.",
  ],
  ["an asking in maintenance", "ppm", "maintenance", "In maintenance, as announced."],
])("%s", (_, outcomes, verdict, says) => {
  expect(judge(outcomes)).toMatchObject({ verdict, says });
});

test("after ten minutes without a sample nobody knows any more, however well it was: samples are kept every five", () => {
  const limit = 600_000;
  expect(judge("ppp", { age: limit }).verdict).toBe("operational");
  expect(judge("ppp", { age: limit + 1 })).toMatchObject({
    verdict: "unknown",
    says: "Last checked 10m ago, too long to say how it is now.",
  });
});

test("whoever asks seldom is waited for: three intervals and a timeout", () => {
  const watched = { cadenceMs: 3_600_000 };
  const limit = 3 * 3_600_000 + 5_000;
  const at = (age: number) => judge("", { more: [seen("p", NOON - age, { watched })] }).verdict;
  expect([at(limit), at(limit + 1)]).toEqual(["operational", "unknown"]);
});

test("what is declared comes before what is seen", () => {
  expect(judge("fff", { status: "maintenance" }).verdict).toBe("maintenance");
  expect(judge("ppp", { status: "inactive" })).toMatchObject({
    verdict: "unknown",
    says: "Switched off, as declared.",
  });
});

test("of several collectors the gravest is told, and none that has fallen silent hides the one that knows", () => {
  const other = (outcomes: string, from: number) => seen(outcomes, from, { collector: "other" });
  expect(judge("pp", { more: [other("fff", NOON - 61_000)] })).toMatchObject({
    verdict: "down",
    says: "3 checks in a row failed: connection refused.",
  });
  expect(judge("pp", { more: [other("fff", NOON - 7_200_000)] }).verdict).toBe("operational");
});
