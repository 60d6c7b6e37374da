import fc from "fast-check";
import { expect, test } from "vitest";
import type { ServicePage } from "../../src/model/site-data.ts";
import { dependencyMap } from "../../src/site/dependency-map.ts";
import { demoSite } from "../support/site-demo.ts";

const [template] = demoSite().services;
if (template === undefined) throw new Error("the demo has services");
const sample: ServicePage = template;

/** Services by id, with what each needs. */
function services(needs: Readonly<Record<string, readonly string[]>>, names: Readonly<Record<string, string>> = {}) {
  return Object.entries(needs).map(([id, others]) => ({
    ...sample,
    id,
    name: names[id] ?? id,
    dependencies: others.map((other) => ({ id: other, name: other, verdict: "operational" as const })),
  }));
}

function columns(map: ReturnType<typeof dependencyMap>): Readonly<Record<string, number>> {
  const xs = [...new Set(map?.boxes.map(({ x }) => x))].sort((a, b) => a - b);
  return Object.fromEntries((map?.boxes ?? []).map(({ id, x }) => [id, xs.indexOf(x)]));
}

test("a service stands left of all that it needs, as near to them as its own place allows", () => {
  const map = dependencyMap({ services: services({ web: ["api", "db"], api: ["db"], db: [], alone: [] }) });
  expect(columns(map)).toEqual({ web: 0, api: 1, db: 2 });
  expect(map?.alone).toEqual(["alone"]);
});

test("boxes never overlap, every line is drawn from left to right, and all lies within the drawing", () => {
  const graph = fc.integer({ min: 1, max: 30 }).chain((size) =>
    fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 60 }).map((pairs) => {
      const needs: Record<string, string[]> = Object.fromEntries(Array.from({ length: size }, (_, n) => [`s${n}`, []]));
      for (const [a, b] of pairs)
        if (a !== b && !needs[`s${Math.min(a, b)}`]?.includes(`s${Math.max(a, b)}`))
          needs[`s${Math.min(a, b)}`]?.push(`s${Math.max(a, b)}`);
      return needs;
    }),
  );
  fc.assert(
    fc.property(graph, (needs) => {
      const map = dependencyMap({ services: services(needs) });
      if (map === null) throw new Error("there is a map");
      const column = columns(map);
      for (const [from, others] of Object.entries(needs))
        for (const to of others) expect(column[from]).toBeLessThan(column[to] ?? -1);
      expect(map.lines).toHaveLength(Object.values(needs).flat().length);
      expect(map.boxes.length + map.alone.length).toBe(Object.keys(needs).length);
      for (const [index, one] of map.boxes.entries()) {
        expect(one.x + 184).toBeLessThanOrEqual(map.width);
        expect(one.y + 36).toBeLessThanOrEqual(map.height);
        for (const other of map.boxes.slice(index + 1))
          expect(one.x !== other.x || Math.abs(one.y - other.y) >= 36).toBe(true);
      }
      for (const { path } of map.lines) {
        const xs = [...path.matchAll(/[MH](\d+)|(\d+) [\d.]+$/g)].map(([, start, end]) => Number(start ?? end));
        expect(xs).toEqual(xs.toSorted((a, b) => a - b));
      }
    }),
    { numRuns: 60 },
  );
});

test("a circle, which the catalog refuses, hangs nobody", () => {
  const map = dependencyMap({ services: services({ a: ["b"], b: ["c"], c: ["a"], d: ["d"] }) });
  expect(map?.boxes).toHaveLength(3);
  expect(map?.lines).toHaveLength(3);
  expect(map?.alone).toEqual(["d"]);
});

test("a name is cut to its box by what it takes, not by how many characters it has", () => {
  const names = { a: "Mailversanddienstbenachrichtigung", b: "订单与库存同步服务以及通知" };
  const map = dependencyMap({ services: services({ a: ["b"], b: [] }, names) });
  expect(map?.boxes.map(({ label }) => label)).toEqual(["Mailversanddienst…", "订单与库存同步服…"]);
});

test("there is no map where dependencies are not published", () => {
  expect(dependencyMap(demoSite({ include: [] }))).toBeNull();
});
