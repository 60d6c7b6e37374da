import { describe, expect, test } from "vitest";
import type { CatalogEntry } from "../../src/model/catalog.ts";
import { safetyGate } from "../../src/plan/safety-gate.ts";
import { catalogOf, entry, project } from "../support/builders.ts";
import { applied, planOf } from "./planning.ts";

function services(count: number): CatalogEntry[] {
  return Array.from({ length: count }, (_, index) => entry({ id: `s${index}` }));
}

/** What the gate says of going from `was` to `now`, as `code service`. */
function gate(
  was: readonly CatalogEntry[],
  now: readonly CatalogEntry[],
  { environment = "development", named = [] as readonly string[], maxDeletePercent = 30 } = {},
) {
  const state = applied(catalogOf(was, { environment }));
  const allowDestroy = new Set(named);
  const { plan } = planOf(catalogOf(now, { environment }), state, { allowDestroy });
  return safetyGate(plan, {
    project: { ...project, safety: { max_delete_percent: maxDeletePercent } },
    environment,
    recordedCount: state.services.size,
    allowDestroy,
  });
}

function inShort(diagnostics: ReturnType<typeof gate>): string[] {
  return diagnostics.map(({ code, service }) => (service === undefined ? code : `${code} ${service}`));
}

describe("in development", () => {
  test("few deletes pass unnamed", () => {
    expect(gate(services(10), services(7))).toEqual([]);
  });

  test("the delete of a protected service must be named, and its replace need not", () => {
    const db = entry({ id: "s0", protected: true });
    expect(inShort(gate([db, ...services(10).slice(1)], services(10).slice(1)))).toEqual(["destroy-not-named s0"]);
    const volumes = (path: string) => entry({ id: "db", volumes: { data: { path } } });
    expect(gate([volumes("/a")], [volumes("/b")])).toEqual([]);
  });
});

describe("outside development", () => {
  const environment = "production";

  test("every delete must be named, and the way out is in the hint", () => {
    expect(gate(services(10), services(9), { environment })).toEqual([
      {
        code: "destroy-not-named",
        severity: "error",
        environment: "production",
        service: "s9",
        summary: "`s9` would be deleted in production, and nobody has named it",
        detail: "Outside development a service is deleted only where somebody means it.",
        hint: "if that is meant: `fairlead apply -e production --allow-destroy s9`",
      },
    ]);
    expect(gate(services(10), services(9), { environment, named: ["s9"] })).toEqual([]);
  });

  test("the replace of a protected service must be named, another's need not", () => {
    const volumes = (path: string) => entry({ id: "db", volumes: { data: { path } } });
    expect(inShort(gate([volumes("/a")], [volumes("/b")], { environment }))).toEqual(["destroy-not-named db"]);
    expect(gate([volumes("/a")], [volumes("/b")], { environment, named: ["db"] })).toEqual([]);
    expect(gate(services(1), [entry({ id: "s0", command: ["other"] })], { environment })).toEqual([]);
  });

  test("naming one service permits no other", () => {
    expect(inShort(gate(services(10), services(8), { environment, named: ["s9"] }))).toEqual(["destroy-not-named s8"]);
  });
});

describe("mistakes on a large scale", () => {
  test("more deletes than fairlead.yaml permits at once stop an apply", () => {
    const [only, ...others] = gate(services(10), services(6));
    expect(others).toEqual([]);
    expect(only).toMatchObject({
      code: "too-many-deletes",
      severity: "error",
      summary: "4 of 10 recorded services would be deleted from development, more than 30 %",
      hint: "if it is meant: `fairlead apply --allow-destroy s6 --allow-destroy s7 --allow-destroy s8 --allow-destroy s9`, or raise `safety.max_delete_percent` in fairlead.yaml",
    });
    expect(gate(services(10), services(6), { maxDeletePercent: 40 })).toEqual([]);
  });

  test("deletes that are named do not count", () => {
    expect(gate(services(10), services(6), { named: ["s6"] })).toEqual([]);
  });

  test("an empty catalog is taken for a mistake, whatever the share that is permitted", () => {
    expect(inShort(gate(services(3), [], { maxDeletePercent: 100 }))).toEqual(["catalog-empty"]);
    expect(gate(services(2), [], { named: ["s0", "s1"] })).toEqual([]);
    expect(gate([], [])).toEqual([]);
  });
});

test("a name that destroys nothing is a likely slip", () => {
  expect(gate([...services(9), entry({ id: "orders-db" })], services(9), { named: ["orders-bd"] })).toMatchObject([
    { code: "destroy-named-for-nothing", severity: "warning", hint: "did you mean `orders-db`?" },
  ]);
});
