import { expect, test } from "vitest";
import { type VerdictRules, verdictOf } from "../../src/health/verdict.ts";
import type { Sample } from "../../src/model/health.ts";

const rules: VerdictRules = {
  status: "active",
  intervalMs: 30_000,
  timeoutMs: 5_000,
  failure_threshold: 3,
  success_threshold: 2,
  now: 10_000_000,
};

/** Samples by their first letters, the newest one interval ago: `ppf` is two passes and a failure. */
function samples(outcomes: string, newest = rules.now - 1_000): Sample[] {
  return [...outcomes].map((letter, index) => ({
    service: "web",
    at: newest - (outcomes.length - 1 - index) * 30_000,
    outcome: letter === "p" ? "pass" : letter === "w" ? "warn" : "fail",
    ...(letter === "f" ? { error: "connection refused" } : { latencyMs: 12.4 }),
  }));
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
  ["an answer with a warning", "pw", "degraded", "Answers, but not well: it reports warn itself."],
])("%s", (_, outcomes, verdict, says) => {
  expect(verdictOf(samples(outcomes), rules)).toEqual({ verdict, says });
});

test("after three intervals and a timeout without a sample nobody knows any more, however well it was", () => {
  const limit = 3 * 30_000 + 5_000;
  expect(verdictOf(samples("ppp", rules.now - limit), rules).verdict).toBe("operational");
  expect(verdictOf(samples("ppp", rules.now - limit - 1), rules)).toEqual({
    verdict: "unknown",
    says: "Last checked 95s ago, too long to say how it is now.",
  });
});

test("what is declared comes before what is seen", () => {
  expect(verdictOf(samples("fff"), { ...rules, status: "maintenance" }).verdict).toBe("maintenance");
  expect(verdictOf(samples("ppp"), { ...rules, status: "inactive" })).toEqual({
    verdict: "unknown",
    says: "Switched off, as declared.",
  });
});
