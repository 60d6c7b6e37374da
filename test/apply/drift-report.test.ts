import { expect, test } from "vitest";
import { driftReport } from "../../src/apply/drift-report.ts";
import { compilePolicy } from "../../src/edge/policy.ts";
import { digestOf } from "../../src/model/digest.ts";
import type { Fleet, Observation } from "../../src/model/fleet.ts";
import type { Release } from "../../src/model/state.ts";
import { record, release, stateOf } from "../support/builders.ts";

const web = release({ spec: { id: "web" } });

function fleetOf(of: Release, over: Partial<Fleet> = {}): Fleet {
  const { service, number, specDigest, spec } = of;
  return {
    service,
    epochSeen: 1,
    at: 0,
    groups: [{ release: number, spec: specDigest, wanted: spec.runtime.replicas, instances: [] }],
    weights: { [number]: 100 },
    policy: digestOf(compilePolicy(spec)),
    inFlight: {},
    ...over,
  };
}

const seen = (over: Partial<Observation> = {}): Observation => ({
  at: 0,
  fleets: [],
  foreign: [],
  unreachable: [],
  ...over,
});

test("a service that runs as it is recorded agrees", () => {
  const report = driftReport(stateOf([record({ releases: [web] })]), seen({ fleets: [fleetOf(web)] }));
  expect(report).toEqual({
    services: [{ service: "web", is: "agrees", release: 1, says: "" }],
    strangers: [],
    hasDrifted: false,
    isComplete: true,
  });
});

test("what runs otherwise is told in a sentence, and where nothing runs at all everything has drifted", () => {
  const state = stateOf([record({ releases: [web] })]);
  const scaled = fleetOf(web, { groups: [{ release: 1, spec: web.specDigest, wanted: 1, instances: [] }] });
  expect(driftReport(state, seen({ fleets: [scaled] })).services).toEqual([
    { service: "web", is: "drifted", release: 1, says: "1 instances are kept instead of 2" },
  ]);
  const nothing = driftReport(state, null);
  expect(nothing.services[0]).toMatchObject({ is: "drifted", says: "nothing of it runs" });
  expect(nothing.hasDrifted).toBe(true);
});

test("a fleet that State does not know is drift, and a thing that is not ours is none", () => {
  const report = driftReport(stateOf([]), seen({ fleets: [fleetOf(web)], foreign: ["redis", "adminer"] }));
  expect(report.services).toMatchObject([{ service: "web", is: "foreign" }]);
  expect(report.strangers).toEqual(["adminer", "redis"]);
  expect(report.hasDrifted).toBe(true);
  expect(driftReport(stateOf([]), seen({ foreign: ["adminer"] })).hasDrifted).toBe(false);
});

test("what cannot be seen is neither agreement nor drift", () => {
  const report = driftReport(stateOf([record({ releases: [web] })]), seen({ unreachable: ["web"] }));
  expect(report).toMatchObject({ hasDrifted: false, isComplete: false, services: [{ is: "unreachable" }] });
});

test("a rollout under way is not judged", () => {
  const rollout = {
    id: "web/1/1",
    service: "web",
    from: null,
    to: 1,
    strategy: "rolling",
    phase: "start",
    step: 0,
    ordinal: 0,
    phaseWatchedMs: 0,
    lastSeenAt: 0,
  } as const;
  const report = driftReport(stateOf([record({ releases: [web], stable: null, rollout })]), null);
  expect(report).toMatchObject({ hasDrifted: false, services: [{ is: "changing" }] });
});
