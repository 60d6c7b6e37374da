import { describe, expect, test } from "vitest";
import { IMPACTS } from "../../src/model/impact.ts";
import type { Spec } from "../../src/model/service.ts";
import type { ServiceRecord, State } from "../../src/model/state.ts";
import { beginRollout } from "../../src/rollout/begin.ts";
import { catalogOf, entry, files, type Partly, profile, release, stateOf } from "../support/builders.ts";
import { applied, inShort, onlyStep, planOf } from "./planning.ts";

const EMPTY: readonly string[] = [];

function one(over: Omit<Partly<Spec>, "id"> = {}, options: Parameters<typeof entry>[1] = {}) {
  return catalogOf([entry({ id: "web", ...over }, options)]);
}

function recordOf(state: State, id = "web"): ServiceRecord {
  const found = state.services.get(id);
  if (!found) throw new Error(`${id} is not recorded`);
  return found;
}

function withRecord(state: State, over: Partial<ServiceRecord>): State {
  return stateOf(
    [...state.services.values()].map((record) => (record.service === "web" ? { ...record, ...over } : record)),
  );
}

describe("what is done to a service", () => {
  test("a service that is declared and not recorded is created", () => {
    const step = onlyStep(planOf(one()).plan);
    expect(step).toMatchObject({
      action: "create",
      before: null,
      prior: null,
      changes: [],
      strategy: "rolling",
      dependents: [],
    });
  });

  test("a service that is recorded as it is declared has no step, and is counted", () => {
    const { plan } = planOf(one(), applied(one()));
    expect(plan.steps).toEqual([]);
    expect(plan.counts["no-op"]).toBe(1);
  });

  test("a service that no file declares any more is deleted, its traffic first", () => {
    const step = onlyStep(planOf(catalogOf([]), applied(one())).plan);
    expect(step).toMatchObject({ action: "delete", after: null, strategy: "retire", mustBeNamed: false });
    expect(step.reasons).toEqual(["no file declares it any more"]);
  });

  test("a service whose file is broken is neither planned nor deleted", () => {
    expect(inShort(planOf(catalogOf([], { broken: new Set(["web"]) }), applied(one())).plan)).toEqual(EMPTY);
  });

  test("`status: inactive` stops it, and `status: active` starts it again", () => {
    const running = applied(one());
    const stop = planOf(one({ status: "inactive" }), running).plan;
    expect(onlyStep(stop)).toMatchObject({ action: "stop", strategy: "retire", impact: "restart" });
    const stopped = applied(one({ status: "inactive" }), running);
    expect(recordOf(stopped).stable).toBeNull();
    const start = onlyStep(planOf(one(), stopped).plan);
    expect(start).toMatchObject({ action: "start", strategy: "rolling" });
    expect(start.changes).toEqual([{ path: ["status"], before: "inactive", after: "active", impact: "edge" }]);
  });

  test("an inactive service that was never recorded is recorded and not started", () => {
    const step = onlyStep(planOf(one({ status: "inactive" })).plan);
    expect(step).toMatchObject({ action: "create", strategy: null, timeline: null });
    expect(step.reasons).toEqual(["it is inactive: it is recorded and not started"]);
  });

  test("an edit of a stopped service is recorded and starts nothing", () => {
    const stopped = applied(one({ status: "inactive" }));
    expect(onlyStep(planOf(one({ status: "inactive", runtime: { replicas: 5 } }), stopped).plan)).toMatchObject({
      action: "update",
      strategy: null,
    });
  });

  test("an external service is recorded and watched, not run", () => {
    const external = one({ external: true, command: undefined, source: undefined }, { artifact: { kind: "none" } });
    expect(onlyStep(planOf(external).plan)).toMatchObject({ action: "create", strategy: null });
    const handedOver = onlyStep(planOf(external, applied(one())).plan);
    expect(handedOver).toMatchObject({ action: "stop", strategy: "retire" });
    expect(handedOver.reasons).toEqual(["others run it from now on"]);
  });

  test("`status: maintenance` is a matter of the edge: nothing restarts", () => {
    const step = onlyStep(planOf(one({ status: "maintenance" }), applied(one())).plan);
    expect(step).toMatchObject({ action: "update", impact: "edge", strategy: "in-place" });
  });

  test("a change that cannot be made in place replaces the service, and says why", () => {
    const owned = (path: string) => one({ volumes: { data: { path } } });
    const step = onlyStep(planOf(owned("/new"), applied(owned("/old"))).plan);
    expect(step).toMatchObject({ action: "replace", impact: "replace", strategy: "recreate", protected: true });
    expect(step.reasons).toEqual(["`volumes.data.path` cannot change in place"]);
  });
});

describe("a rename", () => {
  const renamed = (over: Omit<Partly<Spec>, "id"> = {}) => one(over, { artifact: files(), previousId: "shop" });
  const shop = applied(catalogOf([entry({ id: "shop", source: "services/web" }, { artifact: files() })]));
  const alike = { name: "shop", endpoints: ["/api/shop"] };

  test("moves what is recorded under the previous id, in place where the target can rename", () => {
    const step = onlyStep(planOf(renamed(alike), shop).plan);
    expect(step).toMatchObject({ action: "move", previousId: "shop", changes: [], strategy: "in-place" });
  });

  test("with a change of what runs rolls that out as well", () => {
    const step = onlyStep(planOf(renamed({ ...alike, environment: { A: "1" } }), shop).plan);
    expect(step).toMatchObject({ action: "move", impact: "restart", strategy: "rolling" });
  });

  test("says so where the target cannot rename", () => {
    const target = profile({ kind: "local", can: new Set(["command"]) });
    const step = onlyStep(planOf(renamed(alike), shop, { profile: target }).plan);
    expect(step.strategy).toBe("rolling");
    expect(step.reasons).toEqual(["the target local cannot rename what runs: it starts anew as web, and shop ends"]);
  });

  test("that a run left half done is no replace: the record has the new id, its releases the old one", () => {
    const record = { ...recordOf(shop, "shop"), service: "web" };
    const step = onlyStep(planOf(renamed({ ...alike, owner: "me" }), stateOf([record])).plan);
    expect(step).toMatchObject({ action: "update", impact: "none" });
  });

  test("is over once applied, though the file still names the previous id", () => {
    expect(inShort(planOf(renamed(alike), applied(renamed(alike), shop)).plan)).toEqual(EMPTY);
  });

  test("does not take away what another file declares or could declare", () => {
    const both = catalogOf([
      ...renamed().services.values(),
      entry({ id: "shop", source: "services/web" }, { artifact: files() }),
    ]);
    expect(inShort(planOf(both, shop).plan)).toEqual(["create web"]);
    const broken = catalogOf([...renamed().services.values()], { broken: new Set(["shop"]) });
    expect(inShort(planOf(broken, shop).plan)).toEqual(["create web"]);
  });
});

describe("how it is rolled out", () => {
  test.each([
    ["description", { description: "new" }, "none", "in-place"],
    ["the edge", { endpoints: ["/other"] }, "edge", "in-place"],
    ["more instances", { runtime: { replicas: 3 } }, "scale", "in-place"],
    ["a variable", { environment: { A: "1" } }, "restart", "rolling"],
    [
      "a variable of one that must not run twice",
      { environment: { A: "1" }, deployment: { strategy: "recreate" } },
      "restart",
      "recreate",
    ],
  ] as const)("%s", (_, over, impact, strategy) => {
    expect(onlyStep(planOf(one(over), applied(one())).plan)).toMatchObject({ action: "update", impact, strategy });
  });

  test("another code is a restart, shown by its Git ids", () => {
    const step = onlyStep(planOf(one({}, { artifact: files("b".repeat(40)) }), applied(one())).plan);
    expect(step.changes).toEqual([
      { path: ["source"], before: "a".repeat(40), after: "b".repeat(40), impact: "restart" },
    ]);
    expect(step.strategy).toBe("rolling");
  });

  test("a watched path that changed is named", () => {
    const watching = (lib: string) =>
      one({ watch: ["lib"] }, { artifact: { kind: "files", trees: { "services/web": "a".repeat(40), lib } } });
    const step = onlyStep(planOf(watching("2".repeat(40)), applied(watching("1".repeat(40)))).plan);
    expect(step.changes).toEqual([
      { path: ["watch", "lib"], before: "1".repeat(40), after: "2".repeat(40), impact: "restart" },
    ]);
  });

  test("another version of a template is a change of the template", () => {
    const templated = (version: string) =>
      one(
        { template: "express", command: undefined, source: undefined },
        { artifact: { kind: "template", template: "express", version } },
      );
    const step = onlyStep(planOf(templated("2"), applied(templated("1"))).plan);
    expect(step.changes).toEqual([{ path: ["template"], before: "express 1", after: "express 2", impact: "restart" }]);
  });

  test("nothing is adopted that was recorded to see something else than is declared", () => {
    const state = applied(one());
    const record = recordOf(state);
    const other = withRecord(state, {
      releases: record.releases.map((known) => ({ ...known, runDigest: "0".repeat(64) })),
    });
    const step = onlyStep(planOf(one({ description: "new" }), other).plan);
    expect(step).toMatchObject({ impact: "none", strategy: "rolling" });
    expect(step.reasons).toEqual(["what its processes see was recorded in another form, so they are restarted once"]);
  });

  test("the run digest changes with every field that costs a restart, and with no other", () => {
    const digest = (over: Omit<Partly<Spec>, "id">) => onlyStep(planOf(one(over)).plan).after?.runDigest;
    const plain = digest({});
    for (const over of [
      { description: "x" },
      { runtime: { replicas: 9 } },
      { health: { interval: 1 } },
      { owner: "me" },
    ])
      expect(digest(over), JSON.stringify(over)).toBe(plain);
    for (const over of [{ command: ["node", "x"] }, { environment: { A: "1" } }, { runtime: { memory_limit: 1 } }])
      expect(digest(over), JSON.stringify(over)).not.toBe(plain);
  });

  test("the target may find a change graver than the schema does, never lighter", () => {
    const graver = profile({ impact: (path, declared) => (path === "endpoints" ? "restart" : declared) });
    const state = applied(one(), undefined, { profile: graver });
    const step = onlyStep(planOf(one({ endpoints: ["/other"] }), state, { profile: graver }).plan);
    expect(step).toMatchObject({ impact: "restart", strategy: "rolling" });
    expect(IMPACTS).toContain(step.impact);
  });

  test("a strategy that this version has not is an error at its place", () => {
    const { diagnostics } = planOf(one({ deployment: { strategy: "canary" } }));
    expect(diagnostics).toMatchObject([
      { code: "strategy-not-available", severity: "error", service: "web", hint: "available are: rolling, recreate" },
    ]);
  });
});

describe("what stands in the way", () => {
  test("what the target cannot run is an error of that environment's plan, each part of it", () => {
    const target = profile({ kind: "local", can: new Set(["command"]) });
    const asking = one({ volumes: { data: { path: "/data" } }, schedule: "0 3 * * *" });
    const { diagnostics } = planOf(asking, undefined, { profile: target });
    expect(diagnostics.map(({ summary }) => summary)).toEqual([
      "the target `local` of development cannot keep volumes",
      "the target `local` of development cannot run jobs on a schedule",
    ]);
    expect(
      planOf(one({ status: "inactive", schedule: "0 3 * * *" }), undefined, { profile: target }).diagnostics,
    ).toEqual([]);
  });

  test("a secret that nothing resolves is an error of the plan, never passed through", () => {
    const asking = one({ environment: { TOKEN: { secret: "API_TOKEN" } } });
    const { diagnostics } = planOf(asking);
    expect(diagnostics).toMatchObject([{ code: "secret-unresolved", severity: "error", service: "web" }]);
    expect(diagnostics[0]?.summary).toBe("the secret API_TOKEN of `web` has no value in development");
    expect(planOf(asking, undefined, { secretVersions: () => ({ API_TOKEN: "1" }) }).diagnostics).toEqual([]);
  });

  test("a secret that was taken away makes a recorded service's plan an error", () => {
    const asking = one({ environment: { TOKEN: { secret: "API_TOKEN" } } });
    const state = applied(asking, undefined, { secretVersions: () => ({ API_TOKEN: "1" }) });
    expect(planOf(asking, state).diagnostics).toMatchObject([{ code: "secret-unresolved" }]);
  });
});

describe("secrets", () => {
  const asking = one({ environment: { TOKEN: { secret: "API_TOKEN" } } });
  const at = (version: string) => ({ secretVersions: () => ({ API_TOKEN: version, OTHER: "9" }) });

  test("a new version of a secret is a change wherever it is referred to, and a restart where a process sees it", () => {
    const step = onlyStep(planOf(asking, applied(asking, undefined, at("1")), at("2")).plan);
    expect(step).toMatchObject({ action: "update", strategy: "rolling", after: { secrets: { API_TOKEN: "2" } } });
    expect(step.changes).toEqual([
      {
        path: ["environment", "TOKEN"],
        before: { secret: "API_TOKEN", version: "1" },
        after: { secret: "API_TOKEN", version: "2" },
        impact: "restart",
        format: "secret",
      },
    ]);
  });

  test("a secret that nobody refers to makes no difference", () => {
    const other = { secretVersions: () => ({ API_TOKEN: "1", OTHER: "10" }) };
    expect(inShort(planOf(asking, applied(asking, undefined, at("1")), other).plan)).toEqual(EMPTY);
  });
});

describe("held", () => {
  const state = applied(one());
  const bad = one({ environment: { MODE: "bad" } });
  const declared = [...bad.services.values()][0];
  const held = {
    release: 2,
    specDigest: declared?.specDigest ?? "",
    artifactDigest: declared?.artifactDigest ?? "",
    reason: "its instances exited with code 1",
    at: "",
  };

  test("a release that failed is not tried again as it is", () => {
    const step = onlyStep(planOf(bad, withRecord(state, { held })).plan);
    expect(step).toMatchObject({ action: "held", strategy: null, timeline: null });
    expect(step.reasons).toEqual(["release 2 is not tried again as it is: its instances exited with code 1"]);
  });

  test("another spec, other code and a retry end that; going back to what serves needs nothing", () => {
    expect(inShort(planOf(one({ environment: { MODE: "good" } }), withRecord(state, { held })).plan)).toEqual([
      "update web",
    ]);
    const fixed = one({ environment: { MODE: "bad" } }, { artifact: files("f".repeat(40)) });
    expect(inShort(planOf(fixed, withRecord(state, { held })).plan)).toEqual(["update web"]);
    expect(inShort(planOf(bad, withRecord(state, { held: null })).plan)).toEqual(["update web"]);
    expect(inShort(planOf(one(), withRecord(state, { held })).plan)).toEqual(EMPTY);
  });

  test("a first release that failed is created once it is another", () => {
    const failed = withRecord(state, {
      stable: null,
      held,
      releases: [release({ number: 2, spec: { environment: { MODE: "bad" } } })],
    });
    expect(inShort(planOf(bad, failed).plan)).toEqual(["held web"]);
    const step = onlyStep(planOf(one({ environment: { MODE: "good" } }), failed).plan);
    expect(step).toMatchObject({ action: "create", before: null, reasons: ["nothing of it serves so far"] });
  });
});

test("what a failed release may have left is ended with it, whether its file goes or says inactive", () => {
  const failed = release({ number: 2 });
  const state = withRecord(applied(one()), { stable: null, releases: [failed] });
  expect(onlyStep(planOf(catalogOf([]), state).plan)).toMatchObject({ action: "delete", strategy: "retire" });
  expect(onlyStep(planOf(one({ status: "inactive" }), state).plan)).toMatchObject({
    action: "stop",
    strategy: "retire",
  });
});

describe("a rollout that an earlier run left unfinished", () => {
  const state = applied(one());
  const next = one({ environment: { A: "1" } });
  const coming = recordOf(applied(next, state)).releases.at(-1);
  if (!coming) throw new Error("no release");
  const begun = (to: number | null) =>
    beginRollout({
      service: "web",
      from: 1,
      to,
      strategy: to === null ? "retire" : "rolling",
      claim: { epoch: 1, nonce: "0".repeat(32) },
      now: 0,
    });
  const midway = withRecord(state, {
    rollout: begun(2),
    releases: [...recordOf(state).releases, coming],
    nextRelease: 3,
  });

  test("is resumed where it is still what is declared", () => {
    const step = onlyStep(planOf(next, midway).plan);
    expect(step).toMatchObject({ action: "update", strategy: "rolling" });
    expect(step.reasons).toEqual(["an earlier run began to bring in release 2: that is resumed"]);
  });

  test("gives way where something else is declared by now, even what serves", () => {
    const back = onlyStep(planOf(one(), midway).plan);
    expect(back).toMatchObject({ action: "update", changes: [], strategy: "rolling" });
    expect(back.reasons).toEqual(["release 2, which an earlier run began to bring in, gives way"]);
  });

  test("of a stop is resumed, or undone", () => {
    const stopping = withRecord(state, { rollout: begun(null) });
    expect(onlyStep(planOf(one({ status: "inactive" }), stopping).plan)).toMatchObject({
      action: "stop",
      reasons: ["an earlier run began to stop it: that is resumed"],
    });
    expect(onlyStep(planOf(one(), stopping).plan)).toMatchObject({
      action: "start",
      reasons: ["an earlier run began to stop it: that is undone"],
    });
    expect(onlyStep(planOf(catalogOf([]), stopping).plan).action).toBe("delete");
  });
});

describe("protection", () => {
  test("is remembered by the record: removing the file does not remove the guard", () => {
    const step = onlyStep(planOf(catalogOf([]), applied(one({ protected: true }))).plan);
    expect(step).toMatchObject({ action: "delete", protected: true, mustBeNamed: true });
  });

  test("may be lifted by an edit, which is a step of its own", () => {
    const step = onlyStep(planOf(one(), applied(one({ protected: true }))).plan);
    expect(step).toMatchObject({ action: "update", protected: true, mustBeNamed: false, strategy: "in-place" });
    expect(step.changes.map(({ path }) => path.join("."))).toEqual(["protected"]);
  });

  test("that the record alone got wrong is set right", () => {
    const step = onlyStep(planOf(one(), withRecord(applied(one()), { protected: true })).plan);
    expect(step.changes).toEqual([{ path: ["protected"], before: true, after: false, impact: "none" }]);
  });

  test("outside development deletes must be named, and replaces of what is protected", () => {
    const production = { environment: "production" };
    const was = catalogOf([entry({ id: "web" }), entry({ id: "db", volumes: { data: { path: "/a" } } })], production);
    const now = catalogOf([entry({ id: "db", volumes: { data: { path: "/b" } } })], production);
    const state = { ...applied(was), environment: "production" };
    const { plan } = planOf(now, state, { allowDestroy: new Set(["web", "stranger"]) });
    expect(plan.steps.map(({ action, service, mustBeNamed }) => [action, service, mustBeNamed])).toEqual([
      ["replace", "db", true],
      ["delete", "web", true],
    ]);
    expect(plan.allowDestroy).toEqual(["web"]);
  });
});

describe("order", () => {
  const chain = [
    entry({ id: "a-front", dependencies: ["b-api"] }),
    entry({ id: "b-api", dependencies: ["c-db"] }),
    entry({ id: "c-db" }),
    entry({ id: "stranger" }),
  ];

  test("dependencies come up first, and who is independent waits for nobody", () => {
    const { plan } = planOf(catalogOf(chain));
    expect(inShort(plan)).toEqual(["create c-db", "create stranger", "create b-api", "create a-front"]);
    expect(plan.steps.map(({ waitsFor }) => waitsFor)).toEqual([[], [], ["c-db"], ["b-api"]]);
  });

  test("deletes go last, dependents before what they need", () => {
    const { plan } = planOf(catalogOf([entry({ id: "new" })]), applied(catalogOf(chain)));
    expect(inShort(plan)).toEqual(["create new", "delete a-front", "delete stranger", "delete b-api", "delete c-db"]);
    expect(plan.steps.at(-1)?.waitsFor).toEqual(["b-api"]);
  });

  test("a dependency matters also through services that do not change", () => {
    const changed = chain.map((one) =>
      one.id === "a-front" || one.id === "c-db"
        ? entry({ id: one.id, dependencies: one.dependencies, environment: { A: "1" } })
        : one,
    );
    const { plan } = planOf(catalogOf(changed), applied(catalogOf(chain)));
    expect(plan.steps.map(({ service, waitsFor }) => [service, waitsFor])).toEqual([
      ["c-db", []],
      ["a-front", ["c-db"]],
    ]);
  });

  test("the dependents of a change are named, also those through others", () => {
    const changed = chain.map((one) => (one.id === "c-db" ? entry({ id: "c-db", environment: { A: "1" } }) : one));
    expect(onlyStep(planOf(catalogOf(changed), applied(catalogOf(chain))).plan).dependents).toEqual([
      "a-front",
      "b-api",
    ]);
  });

  test("a port that two records have, as an unfinished apply can leave them, is waited for at both", () => {
    const of = (id: string) => entry({ id, networking: { port: 3000 } });
    const old = applied(catalogOf([of("one"), of("two")]));
    const { plan } = planOf(catalogOf([of("new")]), old);
    expect(plan.steps.find(({ service }) => service === "new")?.waitsFor).toEqual(["one", "two"]);
    const reversed = { ...old, services: new Map([...old.services].reverse()) };
    expect(planOf(catalogOf([of("new")]), reversed).plan.steps).toEqual(plan.steps);
  });

  test("a port is given up before somebody else takes it", () => {
    const old = applied(catalogOf([entry({ id: "old", networking: { port: 3000 } })]));
    const { plan } = planOf(catalogOf([entry({ id: "new", networking: { port: 3000 } })]), old);
    expect(plan.steps.map(({ service, waitsFor }) => [service, waitsFor])).toEqual([
      ["old", []],
      ["new", ["old"]],
    ]);
  });

  test("wishes that contradict each other still give an order in which nobody waits in a circle", () => {
    const ports = (a: number, b: number) =>
      catalogOf([entry({ id: "a", networking: { port: a } }), entry({ id: "b", networking: { port: b } })]);
    const { plan } = planOf(ports(2, 1), applied(ports(1, 2)));
    expect(plan.steps.map(({ service, waitsFor }) => [service, waitsFor])).toEqual([
      ["a", []],
      ["b", ["a"]],
    ]);
    const circle = catalogOf([entry({ id: "a", dependencies: ["b"] }), entry({ id: "b", dependencies: ["a"] })]);
    expect(inShort(planOf(circle).plan)).toEqual(["create a", "create b"]);
  });

  test("nobody waits for what is held", () => {
    const state = applied(catalogOf(chain));
    const bad = entry({ id: "c-db", environment: { A: "bad" } });
    const held = {
      release: 2,
      specDigest: bad.specDigest,
      artifactDigest: bad.artifactDigest,
      reason: "it failed",
      at: "",
    };
    const records = [...state.services.values()].map((one) => (one.service === "c-db" ? { ...one, held } : one));
    const changed = [
      bad,
      ...chain.filter(({ id }) => id !== "c-db" && id !== "b-api"),
      entry({ id: "b-api", dependencies: ["c-db"], owner: "me" }),
    ];
    const { plan } = planOf(catalogOf(changed), stateOf(records));
    expect(plan.steps.map(({ service, waitsFor }) => [service, waitsFor])).toEqual([
      ["b-api", []],
      ["c-db", []],
    ]);
  });
});

describe("what a plan tells besides its steps", () => {
  const shop = (port: number, greeting = "hello") =>
    catalogOf([
      entry({ id: "stock", networking: { port } }),
      entry({ id: "web", dependencies: ["stock"], environment: { GREETING: greeting } }),
    ]);

  test("who goes on asking a dependency at the port of before, since nothing restarts it", () => {
    const { diagnostics } = planOf(shop(81), applied(shop(80)));
    expect(diagnostics.map(({ code, service }) => [code, service])).toEqual([["address-of-before", "web"]]);
    expect(diagnostics[0]?.summary).toBe("`web` asks `stock` at port 80 until it restarts, and 81 is the new one");
  });

  test("and nobody where the same plan restarts them, or the port stays", () => {
    expect(planOf(shop(81, "hi"), applied(shop(80))).diagnostics).toEqual([]);
    expect(planOf(shop(80, "hi"), applied(shop(80))).diagnostics).toEqual([]);
  });

  test("that a rename which cannot carry over what runs of a protected service has to be named, whatever the target can", () => {
    const volumes = (place: string) => ({ volumes: { data: { path: `/var/lib/${place}` } }, protected: true });
    const at = { environment: "production" };
    const before = catalogOf([entry({ id: "db", ...volumes("old") })], at);
    const after = catalogOf([entry({ id: "data", ...volumes("new") }, { previousId: "db" })], at);
    const can = new Set([...profile().can, "rename" as const]);
    const step = onlyStep(planOf(after, applied(before), { profile: { ...profile(), can } }).plan);
    expect(step).toMatchObject({ action: "move", impact: "replace", mustBeNamed: true });
  });

  test("that a service looks as if it had been given another id", () => {
    const code = files("c".repeat(40), "services/code");
    const named = (id: string) => catalogOf([entry({ id, source: "services/code" }, { artifact: code })]);
    const { diagnostics } = planOf(named("goods"), applied(named("stock")));
    expect(diagnostics.map(({ code: found, hint }) => [found, hint?.includes("previous_id: stock")])).toEqual([
      ["id-changed", true],
    ]);
  });
});
