import { describe, expect, test } from "vitest";
import type { ServiceRecord } from "../../src/model/state.ts";
import { type PastRecord, pastReleases } from "../../src/state/past-releases.ts";
import { freshRecord, withIntent, withOutcome } from "../../src/state/records.ts";
import { release } from "../support/builders.ts";

const at = (minute: number): string => `2026-01-01T00:${String(minute).padStart(2, "0")}:00.000Z`;

/** What a life of releases leaves in the log, newest first. */
function life(...outcomes: readonly ("stable" | "rolled-back" | "no-stable" | "under-way")[]): readonly PastRecord[] {
  let record: ServiceRecord = freshRecord("web", at(0));
  const past: PastRecord[] = [];
  let minute = 0;
  for (const outcome of outcomes) {
    const number = record.nextRelease;
    const rollout = {
      id: `web/${number}/1`,
      service: "web",
      from: record.stable,
      to: number,
      strategy: "rolling",
      phase: "start",
      step: 0,
      ordinal: 0,
      phaseWatchedMs: 0,
      lastSeenAt: 0,
    } as const;
    const coming = release({ number, spec: { environment: { LEVEL: String(number) } } });
    record = withIntent(record, { release: coming, rollout, protected: false, at: at(++minute) });
    past.push({ at: at(minute), record });
    if (outcome === "under-way") continue;
    record = withOutcome(record, outcome, { at: at(++minute), reason: "exited with code 1" });
    past.push({ at: at(minute), record });
  }
  return past.reverse();
}

const told = (records: readonly PastRecord[]) =>
  pastReleases(records).map(({ release: { number }, end }) => [number, end] as const);

describe("a service's releases through time", () => {
  test("say which serves, which were replaced and when", () => {
    expect(told(life("stable", "stable", "stable"))).toEqual([
      [3, { is: "serves", since: at(6) }],
      [2, { is: "replaced", by: 3, at: at(6) }],
      [1, { is: "replaced", by: 2, at: at(4) }],
    ]);
  });

  test("say why one was rolled back, also once a later one serves", () => {
    expect(told(life("stable", "rolled-back", "stable"))).toEqual([
      [3, { is: "serves", since: at(6) }],
      [2, { is: "held", reason: "exited with code 1", at: at(4) }],
      [1, { is: "replaced", by: 3, at: at(6) }],
    ]);
  });

  test("are each compared with what served before, though that is recorded no more", () => {
    const before = pastReleases(life("stable", "rolled-back", "stable", "under-way")).map(
      (past) => past.before?.number,
    );
    expect(before).toEqual([3, 1, 1, undefined]);
  });

  test("know one that is on its way, and one that never came to be", () => {
    expect(told(life("stable", "under-way"))[0]).toEqual([2, { is: "under-way" }]);
    const given = life("stable", "under-way");
    const newest = given[0] as PastRecord;
    const skipped = { at: at(9), record: { ...newest.record, rollout: null } };
    expect(told([skipped, ...given])[0]).toEqual([2, { is: "not-begun" }]);
  });
});
