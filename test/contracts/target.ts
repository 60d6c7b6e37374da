import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Ms, ServiceId } from "../../src/model/basics.ts";
import { digestOf } from "../../src/model/digest.ts";
import type { Edge, EdgePolicy } from "../../src/model/edge.ts";
import type { Fleet, Instance, Weights } from "../../src/model/fleet.ts";
import type { Release } from "../../src/model/state.ts";
import type { Fence, SecretReader, Target, TargetAction } from "../../src/model/target.ts";

/** A Target and its Edge, with the powers over their world that the suite needs. */
export interface ContractSubject {
  readonly target: Target;
  readonly edge: Edge;
  readonly world: {
    /** Ends an instance as `kill -9` would. */
    kill(instance: string): Promise<void>;
    /** Makes an instance's health endpoint answer well or badly from now on. */
    lie(instance: string, ready: boolean): Promise<void>;
    /** Ends whatever stands between `target` and the instances, as `kill -9` would, and lets it come back. */
    crashAgent(): Promise<void>;
    /** Puts something on the target that carries no label of ours; returns the name to expect, or null where there can be no such thing. */
    addForeign(): Promise<string | null>;
    /** One request through the edge that takes `takesMs` to answer; resolves when it is over. */
    request(service: ServiceId, takesMs: Ms): Promise<{ readonly answered: boolean }>;
  };
  /** A release that this target can run; those with the same `run` are the same to a process (equal `runDigest`). */
  release(wish: ReleaseWish): Release;
  policyOf(release: Release): EdgePolicy;
  /** Lets `ms` pass: virtually, or by waiting. */
  advance(ms: Ms): Promise<void>;
  close(): Promise<void>;
}

export interface ReleaseWish {
  readonly service: ServiceId;
  readonly number: number;
  readonly replicas: number;
  readonly run?: string;
}

const noSecrets: SecretReader = { read: async () => null };
const DEADLINE_MS = 20_000;
const STEPS_MAX = 4_000;

/**
 * What every Target with its Edge promises, as one suite: `sim` passes it in memory, real targets with real processes. It
 * assumes nothing of time but that things happen within a deadline.
 */
export function targetContract(name: string, make: () => Promise<ContractSubject>): void {
  describe(`${name} keeps the contract of a target`, () => {
    let subject: ContractSubject;
    let ordinal = 0;

    beforeEach(async () => {
      subject = await make();
      ordinal = 0;
    });
    afterEach(() => subject.close());

    const fence = (epoch = 1): Fence => ({ epoch, key: `contract@${epoch}#${++ordinal}` });
    const act = (action: TargetAction, by: Fence = fence()) => subject.target.act(action, by, noSecrets);
    const route = (release: Release, weights: Weights, by: Fence = fence()) =>
      subject.edge.route({ do: "route", service: release.service, weights, policy: subject.policyOf(release) }, by);
    const fleetOf = async (service: ServiceId): Promise<Fleet> => {
      const seen = await subject.target.observe([service]);
      expect(seen.unreachable).toEqual([]);
      return (
        seen.fleets.find((fleet) => fleet.service === service) ?? {
          service,
          epochSeen: 0,
          at: seen.at,
          groups: [],
          weights: {},
          policy: null,
          inFlight: {},
        }
      );
    };
    const instancesOf = (fleet: Fleet, release: number): readonly Instance[] =>
      fleet.groups.find((group) => group.release === release)?.instances ?? [];
    const ready = (fleet: Fleet, release: number): readonly Instance[] =>
      instancesOf(fleet, release).filter((one) => one.phase === "ready");

    /** Looks again and again, letting time pass between, until the fleet is as wished. */
    async function fleetWhere(service: ServiceId, what: string, wished: (fleet: Fleet) => boolean): Promise<Fleet> {
      const end = performance.now() + DEADLINE_MS;
      let last: Fleet | Error | null = null;
      for (let step = 0; step < STEPS_MAX && performance.now() < end; step += 1) {
        try {
          last = await fleetOf(service);
          if (wished(last)) return last;
        } catch (error) {
          last = error as Error;
        }
        await subject.advance(50);
      }
      throw new Error(`${service} never had ${what}: ${last instanceof Error ? last.message : JSON.stringify(last)}`);
    }

    /** A service that runs and serves. */
    async function serving(wish: ReleaseWish): Promise<Release> {
      const release = subject.release(wish);
      expect(await act({ do: "ensure", release, wanted: wish.replicas })).toEqual({ is: "done" });
      await fleetWhere(
        wish.service,
        `${wish.replicas} ready`,
        (fleet) => ready(fleet, wish.number).length === wish.replicas,
      );
      expect(await route(release, { [wish.number]: 100 })).toEqual({ is: "done" });
      return release;
    }

    test("ensure brings up as many instances as wanted, under the release's number and spec digest", async () => {
      const release = subject.release({ service: "web", number: 3, replicas: 2 });
      expect(await act({ do: "ensure", release, wanted: 2 })).toEqual({ is: "done" });
      const fleet = await fleetWhere("web", "two ready instances", (seen) => ready(seen, 3).length === 2);
      expect(fleet.groups).toMatchObject([{ release: 3, spec: release.specDigest, wanted: 2 }]);
      expect(new Set(instancesOf(fleet, 3).map((one) => one.id)).size).toBe(2);
      expect(fleet.epochSeen).toBe(1);
      expect(fleet.weights).toEqual({});
    });

    test("a key that was done already is answered with done, and nothing happens", async () => {
      const release = subject.release({ service: "web", number: 1, replicas: 1 });
      const first = fence();
      await act({ do: "ensure", release, wanted: 1 }, first);
      await act({ do: "ensure", release, wanted: 2 });
      await fleetWhere("web", "two ready instances", (fleet) => ready(fleet, 1).length === 2);
      expect(await act({ do: "ensure", release, wanted: 1 }, first)).toEqual({ is: "done" });
      await subject.advance(300);
      expect((await fleetOf("web")).groups).toMatchObject([{ release: 1, wanted: 2 }]);
    });

    test("a lower epoch is fenced and changes nothing", async () => {
      const release = await serving({ service: "web", number: 1, replicas: 1 });
      await act({ do: "ensure", release, wanted: 1 }, fence(5));
      const before = await fleetOf("web");
      const fenced = { is: "fenced", seen: 5 };
      expect(await act({ do: "ensure", release, wanted: 2 }, fence(4))).toEqual(fenced);
      expect(await act({ do: "retire", service: "web", release: 1, drainMs: 100 }, fence(4))).toEqual(fenced);
      expect(await route(release, {}, fence(4))).toEqual(fenced);
      await subject.advance(300);
      const after = await fleetOf("web");
      expect({ ...after, at: 0 }).toEqual({ ...before, at: 0 });
    });

    test("epochs are kept apart for each service", async () => {
      await act(
        { do: "ensure", release: subject.release({ service: "web", number: 1, replicas: 1 }), wanted: 1 },
        fence(7),
      );
      const other = subject.release({ service: "api", number: 1, replicas: 1 });
      expect(await act({ do: "ensure", release: other, wanted: 1 }, fence(2))).toEqual({ is: "done" });
    });

    test("a route under a higher epoch fences the target's actions too", async () => {
      const release = await serving({ service: "web", number: 1, replicas: 1 });
      expect(await route(release, { 1: 100 }, fence(3))).toEqual({ is: "done" });
      expect(await act({ do: "ensure", release, wanted: 2 }, fence(2))).toEqual({ is: "fenced", seen: 3 });
    });

    test("scaling up adds instances beside those that run; scaling down drains some and leaves the others alone", async () => {
      const release = await serving({ service: "web", number: 1, replicas: 1 });
      const [first] = ready(await fleetOf("web"), 1);
      await act({ do: "ensure", release, wanted: 3 });
      const grown = await fleetWhere("web", "three ready instances", (fleet) => ready(fleet, 1).length === 3);
      expect(ready(grown, 1)).toContainEqual(first);
      await act({ do: "ensure", release, wanted: 2 });
      const shrunk = await fleetWhere("web", "two instances left", (fleet) => instancesOf(fleet, 1).length === 2);
      const before = new Set(ready(grown, 1).map((one) => one.id));
      for (const one of instancesOf(shrunk, 1)) expect(before).toContain(one.id);
      expect(shrunk.groups).toMatchObject([{ wanted: 2 }]);
    });

    test("adopt makes the running instances the next release's, without a restart and with their traffic", async () => {
      await serving({ service: "web", number: 1, replicas: 2, run: "same" });
      const before = ready(await fleetOf("web"), 1);
      const next = subject.release({ service: "web", number: 2, replicas: 2, run: "same" });
      expect(await act({ do: "ensure", release: next, wanted: 2, adopt: 1 })).toEqual({ is: "done" });
      const after = await fleetWhere(
        "web",
        "release 2 alone",
        (fleet) => fleet.groups.length === 1 && ready(fleet, 2).length === 2,
      );
      expect(after.groups).toMatchObject([{ release: 2, spec: next.specDigest, wanted: 2 }]);
      const identity = ({ id, pid, restarts, sinceMs }: Instance) => ({ id, pid, restarts, sinceMs });
      expect(ready(after, 2).map(identity)).toEqual(before.map(identity));
      // Otherwise the edge would serve a release that nobody runs until the next action.
      expect(after.weights).toEqual({ 2: 100 });
      expect(await subject.world.request("web", 0)).toEqual({ answered: true });
    });

    test("retire ends a group, and only after its requests in flight are answered", async () => {
      await serving({ service: "web", number: 1, replicas: 1 });
      const next = subject.release({ service: "web", number: 2, replicas: 1 });
      await act({ do: "ensure", release: next, wanted: 1 });
      await fleetWhere("web", "release 2 ready", (fleet) => ready(fleet, 2).length === 1);
      const slow = subject.world.request("web", 1_000);
      await fleetWhere("web", "a request in flight", (fleet) => (fleet.inFlight[1] ?? 0) === 1);
      expect(await route(next, { 2: 100 })).toEqual({ is: "done" });
      expect(await act({ do: "retire", service: "web", release: 1, drainMs: 10_000 })).toEqual({ is: "done" });
      const draining = await fleetOf("web");
      expect(instancesOf(draining, 1).map((one) => one.phase)).toEqual(["draining"]);
      expect(await subject.world.request("web", 0)).toEqual({ answered: true });
      const alone = await fleetWhere("web", "release 1 gone", (fleet) => instancesOf(fleet, 1).length === 0);
      expect(await slow).toEqual({ answered: true });
      expect(alone.groups).toMatchObject([{ release: 2, wanted: 1 }]);
      expect(alone.weights).toEqual({ 2: 100 });
    });

    test("a route is a whole snapshot that is read back: weights and the policy's digest", async () => {
      const one = await serving({ service: "web", number: 1, replicas: 1 });
      expect(await fleetOf("web")).toMatchObject({ weights: { 1: 100 }, policy: digestOf(subject.policyOf(one)) });
      expect(await subject.world.request("web", 0)).toEqual({ answered: true });
      const policy = { ...subject.policyOf(one), maintenance: true };
      await subject.edge.route({ do: "route", service: "web", weights: { 1: 100 }, policy }, fence());
      expect(await fleetOf("web")).toMatchObject({ weights: { 1: 100 }, policy: digestOf(policy) });
      await route(one, {});
      expect(await fleetOf("web")).toMatchObject({ weights: {}, policy: digestOf(subject.policyOf(one)) });
      expect(await subject.world.request("web", 0)).toEqual({ answered: false });
    });

    test("weights are given in steps of the edge's own", async () => {
      const one = await serving({ service: "web", number: 1, replicas: 1 });
      await act({ do: "ensure", release: subject.release({ service: "web", number: 2, replicas: 1 }), wanted: 1 });
      await fleetWhere("web", "release 2 ready", (fleet) => ready(fleet, 2).length === 1);
      const step = subject.edge.profile.weightStep;
      if (step < 100) {
        expect(await route(one, { 1: 100 - step, 2: step })).toEqual({ is: "done" });
        expect((await fleetOf("web")).weights).toEqual({ 1: 100 - step, 2: step });
      }
      expect(await route(one, { 1: 99.5, 2: 0.5 })).toMatchObject({ is: "refused" });
    });

    test("weights that do not sum to 100, or name a release that is not there, are refused and change nothing", async () => {
      const one = await serving({ service: "web", number: 1, replicas: 1 });
      const before = (await fleetOf("web")).weights;
      for (const weights of [{ 1: 50 }, { 1: 60, 9: 40 }, { 9: 100 }, { 1: 150, 9: -50 }]) {
        const receipt = await route(one, weights);
        expect(receipt).toMatchObject({ is: "refused", diagnostic: { severity: "error" } });
        expect((await fleetOf("web")).weights).toEqual(before);
      }
    });

    test("an instance that is killed is replaced", async () => {
      await serving({ service: "web", number: 1, replicas: 2 });
      const [victim] = ready(await fleetOf("web"), 1);
      if (!victim) throw new Error("two instances were ready a moment ago");
      await subject.world.kill(victim.id);
      await fleetWhere("web", "a successor of the killed instance", (fleet) => {
        const heir = ready(fleet, 1).find((one) => one.id === victim.id);
        const replaced = heir === undefined || heir.pid !== victim.pid || (heir.restarts ?? 0) > (victim.restarts ?? 0);
        return ready(fleet, 1).length === 2 && replaced;
      });
      expect(await subject.world.request("web", 0)).toEqual({ answered: true });
    });

    test("an instance that is not ready any more shows, says why, and gets no request", async () => {
      await serving({ service: "web", number: 1, replicas: 2 });
      const [one] = ready(await fleetOf("web"), 1);
      if (!one) throw new Error("two instances were ready a moment ago");
      await subject.world.lie(one.id, false);
      const seen = await fleetWhere("web", "a failing instance", (fleet) => ready(fleet, 1).length === 1);
      const failing = instancesOf(seen, 1).find((other) => other.id === one.id);
      expect(failing).toMatchObject({ phase: "failing", says: expect.stringMatching(/\S/) });
      for (let asked = 0; asked < 6; asked += 1)
        expect(await subject.world.request("web", 0)).toEqual({ answered: true });
      await subject.world.lie(one.id, true);
      await fleetWhere("web", "two ready instances again", (fleet) => ready(fleet, 1).length === 2);
    });

    test("observe lists the services that were asked for, and names what is foreign", async () => {
      await act({ do: "ensure", release: subject.release({ service: "web", number: 1, replicas: 1 }), wanted: 1 });
      await act({ do: "ensure", release: subject.release({ service: "api", number: 1, replicas: 1 }), wanted: 1 });
      const name = await subject.world.addForeign();
      expect((await subject.target.observe(["api"])).fleets.map((fleet) => fleet.service)).toEqual(["api"]);
      const all = await subject.target.observe();
      expect(all.fleets.map((fleet) => fleet.service)).toEqual(["api", "web"]);
      if (name !== null) expect(all.foreign).toContain(name);
    });

    test("watch yields the fleet now and after changes, and stops when told to", async () => {
      const release = subject.release({ service: "web", number: 1, replicas: 1 });
      const stop = new AbortController();
      const seen: Fleet[] = [];
      const watching = (async () => {
        for await (const fleet of subject.target.watch("web", stop.signal)) seen.push(fleet);
      })();
      await fleetWhere("web", "been watched", () => seen.length > 0);
      await act({ do: "ensure", release, wanted: 1 });
      await fleetWhere("web", "been seen ready", () => seen.some((fleet) => ready(fleet, 1).length === 1));
      stop.abort();
      await watching;
      expect(seen.every((fleet) => fleet.service === "web")).toBe(true);
    });

    test("a crash of the agent touches neither instances nor traffic, and epochs survive it", async () => {
      const release = await serving({ service: "web", number: 1, replicas: 2 });
      await act({ do: "ensure", release, wanted: 2 }, fence(6));
      const before = await fleetOf("web");
      await subject.world.crashAgent();
      expect(await subject.world.request("web", 0)).toEqual({ answered: true });
      const after = await fleetWhere("web", "come back whole", (fleet) => ready(fleet, 1).length === 2);
      const identity = (fleet: Fleet) => ready(fleet, 1).map(({ id, pid }) => ({ id, pid }));
      expect(identity(after)).toEqual(identity(before));
      expect(after).toMatchObject({ weights: before.weights, policy: before.policy, epochSeen: 6 });
      expect(await act({ do: "ensure", release, wanted: 1 }, fence(5))).toEqual({ is: "fenced", seen: 6 });
      expect(await act({ do: "ensure", release, wanted: 3 }, fence(6))).toEqual({ is: "done" });
      await fleetWhere("web", "three ready instances", (fleet) => ready(fleet, 1).length === 3);
    });

    test("a service that has gone is not listed, and its epoch still counts", async () => {
      const release = await serving({ service: "web", number: 1, replicas: 1 });
      await route(release, {}, fence(4));
      await act({ do: "retire", service: "web", release: 1, drainMs: 1_000 }, fence(4));
      const gone = await fleetWhere("web", "nothing left", (fleet) => fleet.groups.length === 0);
      expect(gone.weights).toEqual({});
      expect(await act({ do: "ensure", release, wanted: 1 }, fence(3))).toMatchObject({ is: "fenced" });
    });

    test("rename makes everything of a service another's, untouched", async () => {
      if (!subject.target.profile.can.has("rename")) return;
      await serving({ service: "web", number: 4, replicas: 1 });
      const before = ready(await fleetOf("web"), 4);
      expect(await act({ do: "rename", service: "web", to: "shop" })).toEqual({ is: "done" });
      const moved = await fleetOf("shop");
      expect(ready(moved, 4).map(({ id, pid }) => ({ id, pid }))).toEqual(before.map(({ id, pid }) => ({ id, pid })));
      expect(moved.weights).toEqual({ 4: 100 });
      expect((await fleetOf("web")).groups).toEqual([]);
    });
  });
}
