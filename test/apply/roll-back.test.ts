import { describe, expect, test } from "vitest";
import type { ApplyInput, ApplyReport } from "../../src/apply/apply-input.ts";
import { CRASH_POINTS, type CrashPoint } from "../../src/apply/crash-points.ts";
import { rollBackNow } from "../../src/apply/roll-back.ts";
import type { Release } from "../../src/model/state.ts";
import type { Fate } from "../../src/targets/sim/sim-instance.ts";
import { simTarget } from "../../src/targets/sim/sim-target.ts";
import { PretendedProcess } from "../simulation/pretended-process.ts";
import { outcomes, running, type SmallShop, smallShop } from "./small-shop.ts";

const FIRST = { web: { environment: { LEVEL: "1" } } };
const SECOND = { web: { environment: { LEVEL: "2" } } };
const THIRD = { web: { environment: { LEVEL: "3" } } };

const fateOf = (release: Release): Fate =>
  release.spec.environment["BROKEN"] === "yes"
    ? { is: "never-ready", startMs: 1_000 }
    : { is: "healthy", startMs: 1_000 };

/** r1 with LEVEL 1, then r2 with LEVEL 2. In the world a LEVEL can become one that does not come up. */
async function twice(): Promise<{
  readonly shop: SmallShop;
  readonly first: Release;
  readonly world: { broken: unknown };
}> {
  const world: { broken: unknown } = { broken: null };
  const shop = smallShop({
    fateOf: (release) =>
      release.spec.environment["LEVEL"] === world.broken ? { is: "never-ready", startMs: 1_000 } : fateOf(release),
  });
  shop.declare(FIRST);
  await shop.apply();
  const first = (await shop.state()).services.get("web")?.releases[0];
  if (first === undefined) throw new Error("nothing was applied");
  shop.declare(SECOND);
  await shop.apply();
  return { shop, first, world };
}

function rollBack(shop: SmallShop, release: Release, over: Partial<ApplyInput> = {}): Promise<ApplyReport> {
  return shop.apply({ ...over, perform: (input) => rollBackNow(input, release) });
}

describe("a rollback by hand", () => {
  test("brings the old release back under a new number, and holds what is declared until Git agrees", async () => {
    const { shop, first } = await twice();
    const report = await rollBack(shop, first);
    expect(report.outcome).toBe("applied");
    expect(outcomes(report)).toEqual(["done web r3"]);
    expect(report.services[0]).toMatchObject({ action: "rollback" });
    expect(running(shop.world, "web")).toEqual({ r3: 1 });
    const { services, journal } = await shop.state();
    expect(services.get("web")?.releases.at(-1)).toMatchObject({
      number: 3,
      specDigest: first.specDigest,
      commit: first.commit,
    });
    expect(journal?.entries).toMatchObject([{ service: "web", action: "rollback", release: 3, outcome: "done" }]);

    expect(await shop.plan()).toEqual(["held web"]);
    expect((await shop.planned()).steps[0]?.reasons).toEqual([
      "release 2 is not tried again as it is: rolled back by hand to r1: until Git agrees",
    ]);
    expect(outcomes(await shop.apply())).toEqual(["held web"]);
    expect(running(shop.world, "web"), "an apply of something else leaves it alone").toEqual({ r3: 1 });

    shop.declare(FIRST);
    expect(await shop.plan(), "Git agrees").toEqual([]);
    shop.declare(THIRD);
    expect(outcomes(await shop.apply())).toEqual(["done web r4"]);
    expect((await shop.state()).services.get("web")?.held).toBeNull();
    expect(shop.world.violations).toEqual([]);
  });

  test.each(CRASH_POINTS.filter((point) => point !== "kept"))(
    "that is killed at %s is not undone by the next apply",
    async (point) => {
      const { shop, first } = await twice();
      const process = new PretendedProcess(shop.clock);
      const killed = shop.start({
        ...process.within({ clock: shop.clock, store: shop.store, ...simTarget(shop.world) }),
        ttlMs: 5_000,
        crash: (at: CrashPoint) => {
          if (at === point) process.kill();
          return process.gate();
        },
        perform: (input) => rollBackNow(input, first),
      });
      await shop.clock.run(Promise.race([killed, process.died]));
      const isIntended = !["claimed", "refreshed", "planned"].includes(point);
      await shop.apply();
      await shop.apply();
      expect(running(shop.world, "web")).toEqual(isIntended ? { r3: 1 } : { r2: 1 });
      expect(await shop.plan()).toEqual(isIntended ? ["held web"] : []);
      expect((await shop.state()).services.get("web")?.rollout).toBeNull();
      expect(shop.world.violations).toEqual([]);
    },
  );

  test("that does not come up is itself rolled back, and what is declared is not held for it", async () => {
    const { shop, first, world } = await twice();
    world.broken = first.spec.environment["LEVEL"];
    const report = await rollBack(shop, first);
    expect(report.outcome).toBe("failed");
    expect(outcomes(report)).toEqual(["rolled-back web r3"]);
    expect(running(shop.world, "web")).toEqual({ r2: 1 });
    expect(await shop.plan()).toEqual([]);
  });

  test("to what serves has nothing to do", async () => {
    const { shop } = await twice();
    const second = (await shop.state()).services.get("web")?.releases.at(-1);
    if (second === undefined) throw new Error("nothing is recorded");
    const report = await rollBack(shop, second);
    expect(report.outcome).toBe("nothing-to-do");
    expect(await shop.plan()).toEqual([]);
  });

  test("to a release that nobody vouches for is refused, and nothing is begun", async () => {
    const { shop, first } = await twice();
    const report = await rollBack(shop, first, { vouch: async () => false });
    expect(report).toMatchObject({ outcome: "refused", diagnostics: [{ code: "release-not-vouched" }] });
    expect(running(shop.world, "web")).toEqual({ r2: 1 });
    expect((await shop.state()).services.get("web")).toMatchObject({ stable: 2, nextRelease: 3, held: null });
  });

  test("is refused where its reason says how to go on", async () => {
    const { shop, first } = await twice();
    shop.declare({});
    expect((await rollBack(shop, first)).diagnostics[0]?.summary).toBe(
      "`web` cannot be rolled back to r1 at once: no file declares it, so that the next apply would delete it",
    );
    shop.declare({ web: { environment: { BROKEN: "yes" } } });
    await shop.apply();
    const failed = { ...first, spec: { ...first.spec, environment: { BROKEN: "yes" } } };
    const held = (await shop.state()).services.get("web")?.held;
    const { specDigest = "", artifactDigest = "" } = held ?? {};
    const again = await rollBack(shop, { ...failed, number: 3, specDigest, artifactDigest });
    expect(again.diagnostics[0]).toMatchObject({
      code: "rollback-not-possible",
      hint: "`fairlead retry web` lets it be tried again",
    });
  });

  test("from a release that failed keeps that one held", async () => {
    const { shop, first } = await twice();
    shop.declare({ web: { environment: { BROKEN: "yes" } } });
    await shop.apply();
    expect(outcomes(await rollBack(shop, first))).toEqual(["done web r4"]);
    expect(await shop.plan()).toEqual(["held web"]);
    expect(outcomes(await shop.apply())).toEqual(["held web"]);
  });
});
