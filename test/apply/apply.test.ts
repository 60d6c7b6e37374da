import { describe, expect, test } from "vitest";
import { renderReport } from "../../src/apply/report.ts";
import { retryHeld } from "../../src/apply/retry-held.ts";
import { GitError } from "../../src/git/git-error.ts";
import { memoryRefStore } from "../../src/git/memory-ref-store.ts";
import type { Release, ServiceRecord } from "../../src/model/state.ts";
import type { Target } from "../../src/model/target.ts";
import { beginRollout } from "../../src/rollout/begin.ts";
import { stateStore } from "../../src/state/state-store.ts";
import type { SimFaults } from "../../src/targets/sim/sim-faults.ts";
import { NO_FAULTS } from "../../src/targets/sim/sim-faults.ts";
import type { Fate } from "../../src/targets/sim/sim-instance.ts";
import { simTarget } from "../../src/targets/sim/sim-target.ts";
import { PretendedProcess } from "../simulation/pretended-process.ts";
import { files } from "../support/builders.ts";
import { type Declared, outcomes, running, smallShop } from "./small-shop.ts";

const NEVER_READY: Fate = { is: "never-ready", startMs: 1_000 };
const HEALTHY: Fate = { is: "healthy", startMs: 1_000 };

/** Instances of a release whose environment says so never become ready. */
const asDeclared = (release: Release): Fate => (release.spec.environment["BROKEN"] === "yes" ? NEVER_READY : HEALTHY);

/** Nothing but its id is new. */
const renamedFrom = (previousId: string): Declared => ({
  name: previousId,
  source: `services/${previousId}`,
  endpoints: [`/api/${previousId}`],
  with: { previousId, artifact: files("a".repeat(40), `services/${previousId}`) },
});

describe("an apply", () => {
  test("brings services up, dependencies first, and leaves an empty plan", async () => {
    const shop = smallShop();
    shop.declare({ orders: { dependencies: ["stock"] }, stock: {} });
    const report = await shop.apply();
    expect(report.outcome).toBe("applied");
    expect(outcomes(report)).toEqual(["done orders r1", "done stock r1"]);
    const order = shop.world.effects.filter((effect) => effect.do === "ensure").map(({ service }) => service);
    expect(order).toEqual(["stock", "orders"]);
    expect(running(shop.world, "orders")).toEqual({ r1: 1 });
    expect(shop.world.fleet("orders").weights).toEqual({ 1: 100 });
    expect(await shop.plan()).toEqual([]);
    expect((await shop.state()).claim).toBeNull();
    expect((await shop.apply()).outcome).toBe("nothing-to-do");
  });

  test("replaces what a process can see, and gives the new release a number of its own", async () => {
    const shop = smallShop();
    shop.declare({ web: {} });
    await shop.apply();
    shop.declare({ web: { environment: { LEVEL: "2" } } });
    expect(await shop.plan()).toEqual(["update web"]);
    expect(outcomes(await shop.apply())).toEqual(["done web r2"]);
    expect(running(shop.world, "web")).toEqual({ r2: 1 });
    shop.declare({ web: { environment: { LEVEL: "2" }, with: { artifact: files("d".repeat(40)) } } });
    expect(outcomes(await shop.apply())).toEqual(["done web r3"]);
    expect(shop.world.violations).toEqual([]);
    expect(await shop.plan()).toEqual([]);
  });

  test("leaves instances alone where no process can see the change", async () => {
    const shop = smallShop();
    shop.declare({ web: { runtime: { replicas: 2 } } });
    await shop.apply();
    const before = shop.world.fleet("web").groups.flatMap(({ instances }) => instances.map(({ id }) => id));
    shop.declare({ web: { description: "Better described", runtime: { replicas: 3 } } });
    expect(outcomes(await shop.apply())).toEqual(["done web r2"]);
    const after = shop.world.fleet("web").groups.flatMap(({ instances }) => instances.map(({ id }) => id));
    expect(after.slice(0, 2)).toEqual(before);
    expect(after).toHaveLength(3);
    expect(await shop.plan()).toEqual([]);
  });

  test("rolls a release back that does not become ready, holds it, and tries it again only when told", async () => {
    const shop = smallShop({ fateOf: asDeclared });
    shop.declare({ web: {} });
    await shop.apply();
    shop.declare({ web: { environment: { BROKEN: "yes" } } });
    const report = await shop.apply();
    expect(report.outcome).toBe("failed");
    expect(outcomes(report)).toEqual(["rolled-back web r2"]);
    expect(running(shop.world, "web")).toEqual({ r1: 1 });
    expect(shop.world.fleet("web").weights).toEqual({ 1: 100 });
    expect((await shop.state()).services.get("web")?.held).toMatchObject({ release: 2 });
    expect(await shop.plan()).toEqual(["held web"]);

    const again = await shop.apply();
    expect(again.outcome).toBe("nothing-to-do");
    expect(outcomes(again)).toEqual(["held web"]);

    shop.declare({ web: { environment: { BROKEN: "no" } } });
    expect(outcomes(await shop.apply())).toEqual(["done web r3"]);
  });

  test("ends a first release that fails instead of hanging, and stops what depends on it, but no stranger", async () => {
    const shop = smallShop({ fateOf: asDeclared });
    shop.declare({
      base: { environment: { BROKEN: "yes" } },
      needs: { dependencies: ["base"] },
      stranger: {},
    });
    const report = await shop.apply();
    expect(report.outcome).toBe("failed");
    expect(outcomes(report)).toEqual(["failed base r1", "skipped needs r1", "done stranger r1"]);
    expect(running(shop.world, "base")).toEqual({});
    expect(running(shop.world, "needs")).toEqual({});
    // Once it is mended both come up, and no release number is given out twice.
    shop.declare({ base: {}, needs: { dependencies: ["base"] }, stranger: {} });
    expect(outcomes(await shop.apply())).toEqual(["done base r2", "done needs r2"]);
  });

  test("leaves what it skipped as it was, in every later round too, and does it once what failed is held", async () => {
    const shop = smallShop({ fateOf: asDeclared });
    shop.declare({ base: {}, needs: { dependencies: ["base"] } });
    await shop.apply();
    shop.declare({
      base: { environment: { BROKEN: "yes" } },
      needs: { dependencies: ["base"], environment: { LEVEL: "2" } },
    });
    expect(outcomes(await shop.apply())).toEqual(["rolled-back base r2", "skipped needs r2"]);
    expect(running(shop.world, "needs")).toEqual({ r1: 1 });
    expect((await shop.state()).services.get("needs")).toMatchObject({ stable: 1, nextRelease: 3, rollout: null });
    expect(outcomes(await shop.apply())).toEqual(["held base", "done needs r3"]);
  });

  test("what an earlier run began and this one skips is still known, and ends once it can", async () => {
    const shop = smallShop({ fateOf: asDeclared });
    shop.declare({ base: {} });
    await shop.apply();
    shop.declare({ base: {}, needs: { dependencies: ["base"] } });
    const process = new PretendedProcess(shop.clock);
    const killed = shop.start({
      ...process.within({ clock: shop.clock, store: shop.store, ...simTarget(shop.world) }),
      ttlMs: 5_000,
      crash: (point) => {
        if (point === "after-act") process.kill();
        return process.gate();
      },
    });
    await shop.clock.run(Promise.race([killed, process.died]));
    const broken = { environment: { BROKEN: "yes" } };
    shop.declare({ base: broken, needs: { dependencies: ["base"], environment: { LEVEL: "2" } } });
    expect(outcomes(await shop.apply())).toEqual(["rolled-back base r2", "skipped needs r2"]);
    expect((await shop.state()).services.get("needs")?.rollout).toMatchObject({ to: 1 });
    shop.declare({ base: broken, needs: { dependencies: ["base"], status: "inactive" } });
    expect(outcomes(await shop.apply())).toEqual(["held base", "done needs r3"]);
    await shop.clock.advance(5_000);
    expect(shop.world.fleet("needs").groups).toEqual([]);
  });

  test("says why the target refused, rather than that the rollout was given up for it", async () => {
    const shop = smallShop({
      faults: {
        ...NO_FAULTS,
        onAct: (action) => (action.do === "route" && Object.keys(action.weights).length > 0 ? "refused" : "none"),
      },
    });
    shop.declare({ web: {} });
    const report = await shop.apply();
    expect(report.services).toMatchObject([{ service: "web", outcome: "failed", says: "the target refused to route" }]);
    expect((await shop.state()).services.get("web")?.held).toMatchObject({ reason: "the target refused to route" });
  });

  test("deletes what is not declared any more", async () => {
    const shop = smallShop();
    shop.declare({ a: {}, b: {}, c: {}, d: {} });
    await shop.apply();
    shop.declare({ a: {}, b: {}, c: {} });
    expect(outcomes(await shop.apply())).toEqual(["done d"]);
    expect(running(shop.world, "d")).toEqual({});
    expect((await shop.state()).services.has("d")).toBe(false);
    shop.declare({ a: {}, b: {}, c: {}, d: {} });
    expect(outcomes(await shop.apply())).toEqual(["done d r2"]);
  });

  test("stops an inactive service and starts it again", async () => {
    const shop = smallShop();
    shop.declare({ web: {} });
    await shop.apply();
    shop.declare({ web: { status: "inactive" } });
    expect(await shop.plan()).toEqual(["stop web"]);
    expect(outcomes(await shop.apply())).toEqual(["done web r2"]);
    expect(running(shop.world, "web")).toEqual({});
    expect(await shop.plan()).toEqual([]);
    shop.declare({ web: {} });
    expect(await shop.plan()).toEqual(["start web"]);
    expect(outcomes(await shop.apply())).toEqual(["done web r3"]);
    expect(running(shop.world, "web")).toEqual({ r3: 1 });
    expect(await shop.plan()).toEqual([]);
  });

  test("only records what others run", async () => {
    const shop = smallShop();
    shop.declare({ mail: { external: true, command: undefined, source: undefined } });
    expect(outcomes(await shop.apply())).toEqual(["done mail r1"]);
    expect(shop.world.effects).toEqual([]);
    expect(await shop.plan()).toEqual([]);
  });

  test("makes a rename a move that nothing notices", async () => {
    const shop = smallShop();
    shop.declare({ old: {} });
    await shop.apply();
    const before = shop.world.fleet("old").groups.flatMap(({ instances }) => instances.map(({ id }) => id));
    shop.declare({ fresh: renamedFrom("old") });
    expect(await shop.plan()).toEqual(["move fresh"]);
    const report = await shop.apply();
    expect(report.outcome).toBe("applied");
    expect(running(shop.world, "old")).toEqual({});
    const after = shop.world.fleet("fresh").groups.flatMap(({ instances }) => instances.map(({ id }) => id));
    expect(after).toEqual(before);
    expect(await shop.plan()).toEqual([]);
  });

  test("a rename whose run was killed is done by the next one, though the service was edited again meanwhile", async () => {
    const shop = smallShop();
    shop.declare({ old: {} });
    await shop.apply();
    shop.declare({ fresh: renamedFrom("old") });
    const process = new PretendedProcess(shop.clock);
    const killed = shop.start({
      ...process.within({ clock: shop.clock, store: shop.store, ...simTarget(shop.world) }),
      ttlMs: 5_000,
      crash: (point) => {
        if (point === "journalled") process.kill();
        return process.gate();
      },
    });
    await shop.clock.run(Promise.race([killed, process.died]));
    shop.declare({ fresh: { ...renamedFrom("old"), environment: { LEVEL: "2" } } });
    expect((await shop.apply()).outcome).toBe("applied");
    await shop.clock.advance(5_000);
    expect(shop.world.fleet("old").groups).toEqual([]);
    expect(running(shop.world, "fresh")).toEqual({ r3: 1 });
  });

  test("starts nothing under the new id while the rename does not succeed", async () => {
    let broken = true;
    const faults: SimFaults = {
      onAct: ({ do: what }) => (broken && what === "rename" ? "lost-before" : "none"),
      onObserve: () => "none",
    };
    const shop = smallShop({ faults });
    shop.declare({ old: {} });
    await shop.apply();
    shop.declare({ fresh: renamedFrom("old") });
    const renaming = shop.start();
    await shop.clock.advance(30_000);
    expect(running(shop.world, "fresh")).toEqual({});
    expect(running(shop.world, "old")).toEqual({ r1: 1 });
    broken = false;
    expect((await shop.clock.run(renaming)).outcome).toBe("applied");
    expect(running(shop.world, "fresh")).toEqual({ r2: 1 });
  });

  test("a rename that is rolled back agrees with what is recorded", async () => {
    const shop = smallShop({ fateOf: asDeclared });
    shop.declare({ old: {} });
    await shop.apply();
    shop.declare({ fresh: { ...renamedFrom("old"), environment: { BROKEN: "yes" } } });
    expect(outcomes(await shop.apply())).toContain("rolled-back fresh r2");
    expect(running(shop.world, "fresh")).toEqual({ r1: 1 });
    expect(outcomes(await shop.apply())).toEqual(["held fresh"]);
  });

  test("a rename to an id that was used before gives no release number of it out again", async () => {
    const shop = smallShop();
    shop.declare({ fresh: {}, old: {} });
    await shop.apply();
    shop.declare({ old: {} });
    await shop.apply({ allowDestroy: new Set(["fresh"]) });
    shop.declare({ fresh: renamedFrom("old") });
    expect((await shop.apply()).outcome).toBe("applied");
    expect(running(shop.world, "fresh")).toEqual({ r2: 1 });
    expect(running(shop.world, "old")).toEqual({});
    expect(shop.world.violations).toEqual([]);
  });

  test("what a rollback could not take away stays recorded, and goes as soon as it can", async () => {
    let stubborn = false;
    const faults: SimFaults = { onAct: () => (stubborn ? "refused" : "none"), onObserve: () => "none" };
    const shop = smallShop({ fateOf: asDeclared, faults });
    shop.declare({ web: {} });
    await shop.apply();
    shop.declare({ web: { environment: { BROKEN: "yes" } } });
    const rolling = shop.start();
    await shop.clock.advance(5_000);
    stubborn = true;
    expect(outcomes(await shop.clock.run(rolling))).toEqual(["rolled-back web r2"]);
    const recorded = async () => (await shop.state()).services.get("web")?.releases.map(({ number }) => number);
    expect(await recorded()).toEqual([1, 2]);
    stubborn = false;
    expect(outcomes(await shop.apply())).toEqual(["restored web r1"]);
    await shop.clock.advance(5_000);
    expect(running(shop.world, "web")).toEqual({ r1: 1 });
    expect(await shop.plan()).toEqual(["held web"]);
  });

  describe("a State that anyone could have written", () => {
    /** r1 serves, r2 is being brought in by a run that was interrupted. */
    async function halfway() {
      const shop = smallShop({ fateOf: asDeclared });
      shop.declare({ web: {} });
      await shop.apply();
      shop.declare({ web: { environment: { GREETING: "hello" } } });
      const stop = new AbortController();
      const rolling = shop.start({
        signal: stop.signal,
        crash: (point) => (point === "journalled" ? stop.abort() : undefined),
      });
      await shop.clock.run(rolling);
      // What it was brought in for is declared no more, and nobody has approved anything else.
      shop.declare({ web: { environment: { GREETING: "bye" } } });
      return shop;
    }

    test("an interrupted rollout is gone on with where its releases are vouched for", async () => {
      const shop = await halfway();
      const asked: number[] = [];
      const vouch = async ({ number }: { number: number }) => asked.push(number) > 0;
      await shop.apply({ approved: new Map(), vouch });
      expect(asked.sort()).toEqual([1, 2]);
      await shop.clock.advance(5_000);
      expect(running(shop.world, "web")).toEqual({ r2: 1 });
    });

    test("and starts nothing where they are not", async () => {
      const shop = await halfway();
      const vouch = async ({ number }: { number: number }) => number !== 2;
      const report = await shop.apply({ approved: new Map(), vouch });
      expect(report.services).toMatchObject([{ service: "web", outcome: "refused" }]);
      expect(report.diagnostics.map(({ code }) => code)).toContain("release-not-vouched");
      expect(running(shop.world, "web")).toEqual({ r1: 1 });
    });

    test("takes nothing away on its word alone: that takes a step, which somebody approves", async () => {
      for (const forged of [
        (record: ServiceRecord): ServiceRecord => ({ ...record, stable: null }),
        (record: ServiceRecord): ServiceRecord => ({
          ...record,
          rollout: beginRollout({
            ...{ service: "db", from: 1, to: null, strategy: "retire", now: 0 },
            claim: { nonce: "0".repeat(32), epoch: 1 },
          }),
        }),
      ]) {
        const shop = smallShop({ environment: "production" });
        shop.declare({ db: { protected: true } });
        await shop.apply();
        const { oid, state } = await shop.store.read();
        const record = state.services.get("db");
        if (record === undefined) throw new Error("db is recorded");
        const services = new Map([["db", forged(record)]]);
        const message = "nothing to see here";
        await shop.store.swap(oid, { services, message }, { run: "attacker", nonce: "attacker" });
        const report = await shop.apply({ approved: new Map(), vouch: async () => false });
        expect(report.services).toMatchObject([{ service: "db", outcome: "refused" }]);
        expect(running(shop.world, "db")).toEqual({ r1: 1 });
      }
    });

    test("does nothing at all where what the plan stands on is not to be trusted, and gives the claim back", async () => {
      const shop = smallShop();
      shop.declare({ web: {} });
      const forked = { code: "state-forked", severity: "error", summary: "it was moved" } as const;
      const report = await shop.apply({ permit: () => ({ refused: [forked] }) });
      expect(report).toMatchObject({ outcome: "refused", diagnostics: [forked] });
      expect(running(shop.world, "web")).toEqual({});
      expect((await shop.state()).claim).toBeNull();
    });

    test("what has vanished is not brought back from it, and not gone back to", async () => {
      const shop = smallShop({ fateOf: asDeclared });
      shop.declare({ web: {} });
      await shop.apply();
      shop.world.lose("web");
      shop.declare({ web: { environment: { BROKEN: "yes" } } });
      const vouch = async () => false;
      expect(outcomes(await shop.apply({ approved: new Map(), vouch }))).toEqual(["refused web"]);
      expect(outcomes(await shop.apply({ vouch }))).toEqual(["refused web"]);
      expect(running(shop.world, "web")).toEqual({});
    });
  });

  test("brings back what runs otherwise than recorded, without a new release", async () => {
    const shop = smallShop();
    shop.declare({ web: {}, base: {} });
    await shop.apply();
    for (const id of ["web", "base"]) shop.world.lose(id);
    expect(running(shop.world, "web")).toEqual({});
    const report = await shop.apply();
    expect(outcomes(report)).toEqual(["restored base r1", "restored web r1"]);
    expect(report.outcome).toBe("applied");
    expect(running(shop.world, "web")).toEqual({ r1: 1 });
    expect((await shop.state()).services.get("web")?.rollout).toBeNull();
  });

  test("takes away what a failed release left behind, and holds it as before", async () => {
    let stubborn = true;
    const refusing: SimFaults = {
      onAct: ({ do: what }) => (stubborn && what !== "ensure" ? "refused" : "none"),
      onObserve: () => "none",
    };
    const shop = smallShop({ fateOf: asDeclared, faults: refusing });
    shop.declare({ web: { environment: { BROKEN: "yes" } } });
    expect(outcomes(await shop.apply())).toEqual(["failed web r1"]);
    expect(shop.world.fleet("web").groups).toHaveLength(1);
    stubborn = false;
    const report = await shop.apply();
    expect(shop.world.fleet("web").groups).toEqual([]);
    expect(outcomes(report)).toEqual(["done web"]);
    expect(await shop.plan()).toEqual(["held web"]);
  });

  test("does only what was approved, and refuses a step that has changed since", async () => {
    const shop = smallShop();
    shop.declare({ a: {}, b: {} });
    const approvals = new Map<string, string>();
    const first = await shop.apply({ approved: new Map() });
    expect(outcomes(first)).toEqual(["refused a", "refused b"]);
    expect(shop.world.effects).toEqual([]);
    for (const step of first.plan?.steps ?? []) approvals.set(step.service, step.digest);
    shop.declare({ a: { environment: { SINCE: "changed" } }, b: {} });
    const second = await shop.apply({ approved: approvals });
    expect(outcomes(second)).toEqual(["refused a", "done b r1"]);
    expect(running(shop.world, "a")).toEqual({});
  });

  test("outside development deletes nothing that nobody named, and applies the rest", async () => {
    const shop = smallShop({ environment: "production" });
    shop.declare({ a: {}, b: {}, c: {}, d: {} });
    await shop.apply();
    shop.declare({ a: { environment: { LEVEL: "2" } }, b: {}, c: {} });
    const report = await shop.apply();
    expect(outcomes(report)).toEqual(["done a r2", "refused d"]);
    expect(running(shop.world, "d")).toEqual({ r1: 1 });
    expect(outcomes(await shop.apply({ allowDestroy: new Set(["d"]) }))).toEqual(["done d"]);
  });

  test("applies nothing at all where every service would be deleted", async () => {
    const shop = smallShop({ environment: "production" });
    shop.declare({ a: {}, b: {} });
    await shop.apply();
    shop.declare({});
    const report = await shop.apply();
    expect(report.outcome).toBe("refused");
    expect(report.diagnostics.map(({ code }) => code)).toContain("catalog-empty");
    expect(running(shop.world, "a")).toEqual({ r1: 1 });
  });

  test("follows HEAD when it moves meanwhile", async () => {
    const shop = smallShop();
    shop.declare({ web: {} });
    let moved = false;
    const report = await shop.apply({
      onEvent: ({ service, says }) => {
        if (moved || service !== "web" || says !== "r1 serves") return;
        moved = true;
        shop.declare({ web: { environment: { LEVEL: "2" } } });
      },
    });
    expect(outcomes(report)).toEqual(["done web r2"]);
    expect(running(shop.world, "web")).toEqual({ r2: 1 });
  });

  test("interrupted, it journals where it was, gives the claim back, and the next run goes on", async () => {
    const shop = smallShop();
    shop.declare({ a: {}, b: { dependencies: ["a"] } });
    const stop = new AbortController();
    const report = await shop.apply({
      signal: stop.signal,
      onEvent: ({ service }) => {
        if (service === "a") stop.abort();
      },
    });
    expect(report.outcome).toBe("interrupted");
    expect((await shop.state()).claim).toBeNull();
    const next = await shop.apply();
    expect(next.outcome).toBe("applied");
    expect(outcomes(next)).toEqual(["done a r1", "done b r1"]);
    expect(await shop.plan()).toEqual([]);
  });

  test("past its budget it pauses: the rollout and the claim are let go of, and the next run goes on from there", async () => {
    const shop = smallShop();
    shop.declare({
      a: { deployment: { min_healthy_time: 120_000, healthy_deadline: 600_000 } },
      b: { dependencies: ["a"] },
    });
    const report = await shop.apply({ budgetMs: 60_000 });
    expect(report.outcome).toBe("paused");
    expect(outcomes(report)).toEqual(["unfinished a r1", "unfinished b r1"]);
    expect(renderReport(report, { color: false, width: 100 })).toContain("Go on: `fairlead apply`.");
    const state = await shop.state();
    expect([state.claim, state.services.get("a")?.rollout?.to]).toEqual([null, 1]);
    const next = await shop.apply({ budgetMs: 600_000 });
    expect([next.outcome, outcomes(next)]).toEqual(["applied", ["done a r1", "done b r1"]]);
    expect(await shop.plan()).toEqual([]);
  });

  test("where State goes out of reach in the middle, it still says what it has changed, and the next run finds out the rest", async () => {
    const shop = smallShop();
    shop.declare({ a: {}, b: { dependencies: ["a"] } });
    let isGone = false;
    const gone = (): never => {
      throw new GitError("unreachable", "the remote does not answer");
    };
    const report = await shop.apply({
      store: {
        read: () => (isGone ? gone() : shop.store.read()),
        swap: (...change) => (isGone ? gone() : shop.store.swap(...change)),
      },
      crash: (point) => {
        if (point === "ended") isGone = true;
      },
    });
    expect(report.outcome).toBe("failed");
    expect(outcomes(report)).toContain("done a r1");
    expect(report.diagnostics.map(({ code }) => code)).toContain("git-unreachable");
    expect(renderReport(report, { color: false, width: 100 })).toMatch(
      /^Stopped applying to development: 2 changed; its State went out of reach/,
    );
    const next = await shop.apply({ patienceMs: 200_000 });
    expect(next.outcome).toBe("applied");
    expect(await shop.plan()).toEqual([]);
  });

  test("a State that was begun anew under a target that has seen later runs goes on above them, and says so", async () => {
    const shop = smallShop();
    shop.declare({ web: {} });
    for (const name of ["one", "two", "three"]) {
      shop.declare({ web: { environment: { NAME: name } } });
      expect((await shop.apply()).outcome).toBe("applied");
    }
    shop.declare({});
    await shop.apply({ allowDestroy: new Set(["web"]) });
    const anew = stateStore({ refs: memoryRefStore(), environment: "development" });
    shop.declare({ web: {} });
    const report = await shop.apply({ store: anew });
    expect([report.outcome, outcomes(report)]).toEqual(["applied", ["done web r1"]]);
    expect(report.diagnostics.map(({ code }) => code)).toEqual(["state-behind-target"]);
    expect((await anew.read()).state.epoch).toBeGreaterThan(4);
    expect(running(shop.world, "web")).toEqual({ r1: 1 });
  });

  test("what a target refuses for a moment is waited for, and holds no release", async () => {
    const shop = smallShop();
    shop.declare({ web: {} });
    const { target, edge } = simTarget(shop.world);
    const stopping = { code: "local-agent-stopping", severity: "error", summary: "it is stopping" } as const;
    let refusals = 0;
    const act: Target["act"] = async (...action) =>
      refusals++ < 20 ? { is: "refused", diagnostic: stopping, passing: true } : target.act(...action);
    const report = await shop.apply({ target: { ...target, act }, edge });
    expect([report.outcome, outcomes(report), report.diagnostics]).toEqual(["applied", ["done web r1"], []]);

    refusals = Number.NEGATIVE_INFINITY;
    shop.declare({ web: { environment: { A: "1" } } });
    const given = await shop.apply({ target: { ...target, act }, edge });
    expect([given.outcome, outcomes(given)]).toEqual(["failed", ["unfinished web r2"]]);
    expect((await shop.state()).services.get("web")?.held).toBeNull();
    expect((await shop.apply()).outcome).toBe("applied");
  });

  test("waits for another run within its patience, then says who is busy", async () => {
    const shop = smallShop();
    shop.declare({ web: {} });
    const first = shop.start({ crash: (point) => (point === "planned" ? shop.clock.sleep(50_000) : undefined) });
    const second = shop.start({ patienceMs: 10_000, run: "second" });
    expect((await shop.clock.run(second)).outcome).toBe("busy");
    expect((await shop.clock.run(first)).outcome).toBe("applied");
  });

  test("a holder that wakes after it was taken over acts on nothing", async () => {
    const shop = smallShop();
    shop.declare({ web: {} });
    await shop.apply();
    shop.declare({ web: { environment: { LEVEL: "2" } } });
    // Its process stands still: no beat, no action, for ten minutes right before it would act.
    const stalled = shop.start({
      ttlMs: 1_000_000,
      crash: (point) => (point === "before-act" ? shop.clock.sleep(600_000) : undefined),
    });
    await shop.clock.advance(1);
    const { oid, state } = await shop.store.read();
    // Another observer saw the beat stand still, and took over.
    await shop.store.swap(
      oid,
      { epoch: state.epoch + 1, claim: null, message: "taken over" },
      { run: "other", nonce: "other-1" },
    );
    const other = await shop.apply({ run: "other" });
    expect(other.outcome).toBe("applied");
    const effects = shop.world.effects.length;
    expect((await shop.clock.run(stalled)).outcome).toBe("fenced");
    expect(shop.world.effects).toHaveLength(effects);
    expect(await shop.plan()).toEqual([]);
  });

  test("a process that stood still asks whether it may go on before it acts, even where no target would fence it", async () => {
    const shop = smallShop({ fence: false });
    shop.declare({ web: {} });
    await shop.apply();
    shop.declare({ web: { environment: { LEVEL: "2" } } });
    const process = new PretendedProcess(shop.clock);
    const stalled = shop.start({
      ...process.within({ clock: shop.clock, store: shop.store, ...simTarget(shop.world) }),
      ttlMs: 20_000,
      crash: (point) => {
        if (point === "before-act" && shop.clock.monotonic() < 10_000) process.freeze(600_000);
        return process.gate();
      },
    });
    await shop.clock.advance(1);
    expect((await shop.apply({ run: "other", patienceMs: 60_000 })).outcome).toBe("applied");
    const effects = shop.world.effects.length;
    expect((await shop.clock.run(stalled)).outcome).toBe("fenced");
    expect(shop.world.effects).toHaveLength(effects);
  });

  test("a release that is held is tried again after a retry, and only what is held can be", async () => {
    let broken = true;
    const shop = smallShop({ fateOf: () => (broken ? NEVER_READY : HEALTHY) });
    shop.declare({ web: {} });
    expect(outcomes(await shop.apply())).toEqual(["failed web r1"]);
    const retry = (service: string) =>
      retryHeld({ store: shop.store, service, run: "person", nonce: () => "retry-1", now: () => shop.clock.now() });
    expect((await retry("other")).diagnostics.map(({ code }) => code)).toEqual(["not-held"]);
    expect((await retry("web")).value).toMatchObject({ release: 1 });
    broken = false;
    expect(outcomes(await shop.apply())).toEqual(["done web r2"]);
    expect((await retry("web")).diagnostics.map(({ summary }) => summary)).toEqual(["no release of `web` is held"]);
  });
});
