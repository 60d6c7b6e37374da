import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Catalog, CatalogEntry } from "../../src/model/catalog.ts";
import type { Spec } from "../../src/model/service.ts";
import type { Release } from "../../src/model/state.ts";
import { planToJson } from "../../src/plan/plan-json.ts";
import { catalogOf, entry, files, type Partly, stateOf } from "../support/builders.ts";
import { applied, inShort, onlyStep, planOf } from "./planning.ts";

const IDS = ["api", "cache", "db", "mail", "shop", "web"] as const;
const SECRETS = { secretVersions: () => ({ TOKEN: "v1" }) };

type Own = Omit<Partly<Spec>, "id">;

/** What a service may be, as far as it matters to a plan. */
const own: fc.Arbitrary<Own> = fc.record(
  {
    status: fc.constantFrom("active", "inactive", "maintenance"),
    external: fc.constant(true),
    description: fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)), maxLength: 5 }),
    runtime: fc.record({ replicas: fc.integer({ min: 0, max: 4 }) }),
    environment: fc.dictionary(
      fc.constantFrom("A", "B"),
      fc.oneof(fc.constant("x"), fc.constant("y"), fc.constant({ secret: "TOKEN" })),
    ),
    networking: fc.record({ port: fc.integer({ min: 1, max: 3 }) }),
    volumes: fc.constantFrom({ data: { path: "/a" } }, { data: { path: "/b" } }),
    deployment: fc.record({ strategy: fc.constantFrom("rolling", "recreate") }),
    protected: fc.boolean(),
  },
  { requiredKeys: [] },
);

const entries: fc.Arbitrary<CatalogEntry[]> = fc
  .uniqueArray(fc.constantFrom(...IDS))
  .chain((ids) =>
    fc.tuple(
      ...ids.map((id) =>
        fc.tuple(
          fc.constant(id),
          own,
          fc.subarray([...IDS]),
          fc.constantFrom("a", "b"),
          fc.option(fc.constantFrom(...IDS)),
        ),
      ),
    ),
  )
  .map((services) => {
    const declared = services.map(([id]) => id);
    return services.map(([id, spec, wishes, code, previous]) => {
      // Only backwards: the catalog refuses circles.
      const dependencies = wishes.filter((other) => other < id && declared.includes(other));
      const options = { artifact: files(code.repeat(40), `services/${id}`) };
      return entry({ ...spec, id, dependencies }, previous === null ? options : { ...options, previousId: previous });
    });
  });

const catalog: fc.Arbitrary<Catalog> = entries.map((some) => catalogOf(onePerPreviousId(some)));

/** The catalog refuses two heirs of one service. */
function onePerPreviousId(some: readonly CatalogEntry[]): CatalogEntry[] {
  const taken = new Set<string>();
  return some.map((one) => {
    if (one.previousId === undefined || (!taken.has(one.previousId) && taken.add(one.previousId))) return one;
    const { previousId: _, ...alone } = one;
    return alone;
  });
}

describe("for any two catalogs", () => {
  test("a plan after its apply is empty", () => {
    fc.assert(
      fc.property(catalog, catalog, (was, now) => {
        const before = applied(was, undefined, SECRETS);
        expect(inShort(planOf(was, before, SECRETS).plan)).toEqual([]);
        const after = applied(now, before, SECRETS);
        const { plan } = planOf(now, after, SECRETS);
        expect(inShort(plan)).toEqual([]);
        expect(plan.counts["no-op"]).toBe(now.services.size);
      }),
      { numRuns: 300 },
    );
  });

  test("the same input gives the same bytes, whatever the order of its files and records", () => {
    fc.assert(
      fc.property(catalog, catalog, (was, now) => {
        const before = applied(was, undefined, SECRETS);
        const bytes = JSON.stringify(planToJson(planOf(now, before, SECRETS).plan));
        const reversed = { ...before, services: new Map([...before.services].reverse()) };
        const copied = structuredClone([...now.services.values()].map(({ rangeOf: _, ...rest }) => rest));
        const again = catalogOf(copied.map((one) => ({ ...one, rangeOf: now.services.get(one.id)?.rangeOf ?? fail })));
        expect(JSON.stringify(planToJson(planOf(again, reversed, SECRETS).plan))).toBe(bytes);
      }),
    );
  });

  test("a step comes after all that it waits for, and every service has one step at most", () => {
    fc.assert(
      fc.property(catalog, catalog, (was, now) => {
        const { plan } = planOf(now, applied(was, undefined, SECRETS), SECRETS);
        const seen = new Set<string>();
        for (const { service, waitsFor } of plan.steps) {
          for (const other of waitsFor) expect(seen, `${service} waits for ${other}`).toContain(other);
          expect(seen).not.toContain(service);
          seen.add(service);
        }
      }),
    );
  });

  test("a step in place changes nothing that a process can see", () => {
    fc.assert(
      fc.property(catalog, catalog, (was, now) => {
        const before = applied(was, undefined, SECRETS);
        for (const step of planOf(now, before, SECRETS).plan.steps) {
          if (step.strategy !== "in-place" || step.action === "move") continue;
          const recorded = before.services.get(step.service);
          const stable = recorded?.releases.find(({ number }) => number === recorded.stable);
          expect(step.after?.runDigest).toBe(stable?.runDigest);
          expect(["none", "edge", "scale"]).toContain(step.impact);
        }
      }),
    );
  });
});

function fail(): never {
  throw new Error("never asked for");
}

test("text that is no Unicode, which a YAML escape can write, is planned like any other", () => {
  const half = (text: string) => catalogOf([entry({ id: "web", environment: { A: text, [`${text}B`]: "x" } })]);
  const state = applied(half("\ud800"));
  expect(inShort(planOf(half("\ud800"), state).plan)).toEqual([]);
  const step = onlyStep(planOf(half("\ud801"), state).plan);
  expect(step.changes.map(({ path }) => path.at(-1))).toEqual(["A", "\ud800B", "\ud801B"]);
  const tampered = stateOf([...state.services.values()].map((one) => ({ ...one, updatedAt: "\udfff" })));
  expect(onlyStep(planOf(half("\ud801"), tampered).plan).prior).not.toBe(step.prior);
});

describe("staleness", () => {
  const web = entry({ id: "web", environment: { A: "1" } });
  const before = applied(catalogOf([entry({ id: "web" }), entry({ id: "other" })]));

  test("another service's change leaves a step and its digest alone", () => {
    const alone = onlyStep(planOf(catalogOf([web, entry({ id: "other" })]), before).plan);
    const beside = planOf(
      catalogOf([web, entry({ id: "other", environment: { B: "2" } }), entry({ id: "third" })]),
      before,
    ).plan;
    expect(beside.steps.find(({ service }) => service === "web")).toEqual(alone);
    const later = applied(catalogOf([entry({ id: "web" }), entry({ id: "other", owner: "them" })]), before);
    expect(onlyStep(planOf(catalogOf([web, entry({ id: "other", owner: "them" })]), later).plan).digest).toBe(
      alone.digest,
    );
  });

  test("commit and state id stand beside the digests and are not in them", () => {
    const declared = catalogOf([web, entry({ id: "other" })]);
    const { plan } = planOf(declared, before);
    const elsewhere = planOf({ ...declared, commit: "d".repeat(40), dirty: true }, before, {
      stateOid: "e".repeat(40),
    }).plan;
    expect(elsewhere.commit).not.toBe(plan.commit);
    expect(elsewhere.digest).toBe(plan.digest);
  });

  test.each([
    ["its own record", () => planOf(catalogOf([web]), applied(catalogOf([entry({ id: "web", owner: "them" })])))],
    [
      "what is declared",
      () =>
        planOf(catalogOf([entry({ id: "web", environment: { A: "2" } })]), applied(catalogOf([entry({ id: "web" })]))),
    ],
    [
      "its code",
      () =>
        planOf(
          catalogOf([entry({ id: "web", environment: { A: "1" } }, { artifact: files("9".repeat(40)) })]),
          applied(catalogOf([entry({ id: "web" })])),
        ),
    ],
    [
      "the environment",
      () =>
        planOf(catalogOf([web], { environment: "staging" }), {
          ...applied(catalogOf([entry({ id: "web" })])),
          environment: "staging",
        }),
    ],
  ])("%s changes the digest", (_, other) => {
    const { digest } = onlyStep(planOf(catalogOf([web]), applied(catalogOf([entry({ id: "web" })]))).plan);
    expect(onlyStep(other().plan).digest).not.toBe(digest);
  });
});

describe("one edit", () => {
  const edits: readonly (readonly [string, Own])[] = [
    ["description", { description: "x" }],
    ["runtime.replicas", { runtime: { replicas: 7 } }],
    ["runtime.memory_limit", { runtime: { memory_limit: 1024 } }],
    ["environment.A", { environment: { A: "1" } }],
    ["environment.B.C", { environment: { "B.C": "1" } }],
    ["health.interval", { health: { interval: 1 } }],
    ["logging.level", { logging: { level: "debug" } }],
    ["endpoints", { endpoints: [] }],
    ["networking.cors_origins", { networking: { cors_origins: ["https://a.example"] } }],
    ["deployment.strategy", { deployment: { strategy: "recreate" } }],
    ["command", { command: ["node", "other.js"] }],
  ];
  test.each(edits)("of %s shows exactly that field, there and back", (path, over) => {
    const plain = catalogOf([entry({ id: "web" })]);
    const edited = catalogOf([entry({ id: "web", ...over })]);
    const there = onlyStep(planOf(edited, applied(plain)).plan);
    const back = onlyStep(planOf(plain, applied(edited)).plan);
    expect(there.changes.map((change) => change.path.join("."))).toEqual([path]);
    expect(back.changes.map((change) => change.path.join("."))).toEqual([path]);
    expect(back.changes[0]?.before).toEqual(there.changes[0]?.after);
  });
});

test("ten thousand services that agree are planned without a look at any spec", () => {
  const never = (): never => {
    throw new Error("a spec was asked for");
  };
  const first = planOf(catalogOf([entry({ id: "web" })])).plan.steps[0]?.after;
  if (!first) throw new Error("no step");
  const ids = Array.from({ length: 10_000 }, (_, index) => `service-${String(index).padStart(5, "0")}`);
  const declared = new Map(
    ids.map((id): [string, CatalogEntry] => [
      id,
      {
        id,
        get spec(): Spec {
          return never();
        },
        specDigest: first.specDigest,
        artifact: first.artifact,
        artifactDigest: first.artifactDigest,
        file: `services/${id}.yaml`,
        blob: "b".repeat(40),
        dependencies: [],
        protected: false,
        rangeOf: never,
      },
    ]),
  );
  const releaseOf = (id: string): Release => ({
    number: 1,
    service: id,
    get spec(): Spec {
      return never();
    },
    specDigest: first.specDigest,
    artifact: first.artifact,
    artifactDigest: first.artifactDigest,
    runDigest: first.runDigest,
    secrets: {},
    commit: null,
    createdAt: "",
    run: "",
  });
  const recorded = stateOf(
    ids.map((id) => {
      const lazy = releaseOf(id);
      return {
        service: id,
        nextRelease: 2,
        stable: 1,
        releases: [lazy],
        rollout: null,
        held: null,
        protected: false,
        updatedAt: "",
      };
    }),
  );
  const { plan } = planOf({ ...catalogOf([]), services: declared }, recorded, { secretVersions: never });
  expect(plan.steps).toEqual([]);
  expect(plan.counts["no-op"]).toBe(10_000);
});
