import { describe, expect, test } from "vitest";
import { repairedState, servingOn } from "../../src/apply/repair-state.ts";
import type { Fleet, Observation } from "../../src/model/fleet.ts";
import type { Release, State } from "../../src/model/state.ts";
import { record, release, stateOf } from "../support/builders.ts";

const AT = "2026-01-01T00:00:00.000Z";
const first = release({ number: 1 });
const second = release({ number: 2, spec: { environment: { LEVEL: "2" } } });

function seen(groups: readonly Release[], over: Partial<Fleet> = {}): Observation {
  const fleet: Fleet = {
    service: "web",
    epochSeen: 7,
    at: 0,
    groups: groups.map(({ number, specDigest }) => ({ release: number, spec: specDigest, wanted: 2, instances: [] })),
    weights: { [groups.at(-1)?.number ?? 0]: 100 },
    policy: null,
    inFlight: {},
    ...over,
  };
  return { at: 0, fleets: [fleet], foreign: [], unreachable: [] };
}

function repair(earlier: State | null, observation: Observation | null, over: object = {}) {
  const from = { environment: "development", earlier, observation, isBelieved: () => true, found: new Map(), at: AT };
  return repairedState({ ...from, ...over });
}

describe("a State that is rebuilt", () => {
  test("goes above every epoch that was seen, and is nobody's", () => {
    const claim = { run: "r", nonce: "n", epoch: 3, beat: 0, ttlMs: 1, since: AT };
    const { state } = repair(stateOf([record({ releases: [first] })], { epoch: 3, claim }), seen([first]));
    expect(state).toMatchObject({ epoch: 8, claim: null, journal: null });
  });

  test("keeps a record that explains what serves, an unfinished rollout included", () => {
    const rollout = {
      id: "web/2/3",
      service: "web",
      from: 1,
      to: 2,
      strategy: "rolling",
      phase: "start",
      step: 0,
      ordinal: 0,
      phaseWatchedMs: 0,
      lastSeenAt: 0,
    } as const;
    const before = record({ releases: [first, second], stable: 1, rollout });
    const { state, services } = repair(stateOf([before]), seen([first, second]));
    expect(state.services.get("web")).toEqual(before);
    expect(services).toMatchObject([{ service: "web", is: "kept", release: 1 }]);
  });

  test("records what serves and was found in Git, with the release that served before, and numbers above all that are there", () => {
    const earlier = stateOf([record({ releases: [first] })]);
    const weights = { 2: 100 };
    const later = release({ number: 5 });
    const { state } = repair(earlier, seen([first, second, later], { weights }), { found: new Map([["web", second]]) });
    expect(state.services.get("web")).toMatchObject({ stable: 2, nextRelease: 6, releases: [first, second] });
  });

  test("records nothing of what serves and was not found, but the number that it has used up", () => {
    const { state, services } = repair(null, seen([second]));
    expect(state.services.size).toBe(0);
    expect(state.gone?.get("web")).toBe(3);
    expect(services).toMatchObject([{ is: "left", release: 2 }]);
  });

  test("does not take over what nobody vouches for", () => {
    const earlier = stateOf([record({ releases: [first, second] })]);
    const nothing = repair(earlier, null, { isBelieved: () => false });
    expect(nothing.services).toMatchObject([{ is: "dropped", release: null }]);
    expect(nothing.state.gone?.get("web")).toBe(3);
    const one = repair(earlier, null, { isBelieved: ({ number }: Release) => number === 1 });
    expect(one.state.services.get("web")).toMatchObject({ stable: null, releases: [first], nextRelease: 3 });
  });
});

test("what serves is what gets the traffic, and the newest that is kept where none is given", () => {
  expect(servingOn(seen([first, second], { weights: { 1: 100 } })).get("web")?.number).toBe(1);
  expect(servingOn(seen([first, second], { weights: {} })).get("web")).toMatchObject({ number: 2, highest: 2 });
  expect(servingOn(null).size).toBe(0);
});
