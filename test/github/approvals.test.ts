import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { digestsNamed, judge, type Shown } from "../../src/github/approvals.ts";
import { readShown, shownMarker } from "../../src/github/shown.ts";
import type { Plan } from "../../src/model/plan.ts";
import { applied, onlyStep, planOf } from "../plan/planning.ts";
import { catalogOf, entry, files } from "../support/builders.ts";

/** What runs: one service with two instances behind port 80. */
const before = catalogOf([entry({ id: "web", networking: { port: 80 } })], { environment: "staging" });
const state = applied(before);

function changed(over: Parameters<typeof entry>[0], tree?: string): Plan {
  const artifact = tree === undefined ? {} : { artifact: files(tree) };
  return planOf(catalogOf([entry(over, artifact)], { environment: "staging" }), state).plan;
}

function shownBy(...plans: readonly Plan[]): () => readonly Shown[] {
  return () => plans.map(({ steps }, index) => ({ pull: index + 1, steps }));
}

const ports = changed({ id: "web", networking: { port: 81 } });
const replicas = changed({ id: "web", networking: { port: 80 }, runtime: { replicas: 3 } });
const both = changed({ id: "web", networking: { port: 81 }, runtime: { replicas: 3 } });

describe("a step is approved", () => {
  test("where a merged pull request showed just this step", () => {
    const { approved, refusals, by } = judge(ports, { shown: shownBy(ports), named: [] });
    expect(approved.get("web")).toBe(onlyStep(ports).digest);
    expect([...refusals]).toEqual([]);
    expect(by.get("web")).toEqual({ is: "pulls", pulls: [1] });
  });

  test("where two pull requests showed its fields with the values that they get", () => {
    const { approved, by } = judge(both, { shown: shownBy(ports, replicas), named: [] });
    expect(approved.has("web")).toBe(true);
    expect(by.get("web")).toEqual({ is: "pulls", pulls: [1, 2] });
  });

  test("but not where one of its fields gets a value that nobody showed", () => {
    const other = changed({ id: "web", networking: { port: 82 }, runtime: { replicas: 3 } });
    const { approved, refusals } = judge(other, { shown: shownBy(ports, replicas), named: [] });
    expect(approved.has("web")).toBe(false);
    expect(refusals.get("web")).toContain("not what #1, #2 showed");
  });

  test("and not where it does something graver than was shown", () => {
    const gone = planOf(catalogOf([], { environment: "staging" }), state).plan;
    const { refusals } = judge(gone, { shown: shownBy(ports, replicas), named: [] });
    expect(refusals.has("web")).toBe(true);
    expect(judge(gone, { shown: shownBy(gone), named: [] }).approved.has("web")).toBe(true);
  });

  test("not where nobody showed anything", () => {
    const { approved, refusals } = judge(ports, { shown: () => [], named: [] });
    expect(approved.size).toBe(0);
    expect(refusals.get("web")).toBe("no merged pull request showed it");
  });

  test("where a person named its digest or the plan's, with twelve digits at least", () => {
    const step = onlyStep(ports).digest;
    for (const named of [step, step.slice(0, 12), ports.digest.slice(0, 16)])
      expect(judge(ports, { shown: () => [], named: [named] }).approved.has("web"), named).toBe(true);
    for (const named of [step.slice(0, 11), "", "0".repeat(64)])
      expect(judge(ports, { shown: () => [], named: [named] }).approved.has("web"), named).toBe(false);
  });

  test("a new service only where all that it says was shown", () => {
    const fresh = (over: object): Plan =>
      planOf(catalogOf([entry({ id: "fresh", ...over })], { environment: "staging" })).plan;
    const shown = shownBy(fresh({ environment: { GREETING: "hello" } }));
    expect(judge(fresh({ environment: { GREETING: "bye" } }), { shown, named: [] }).approved.size).toBe(0);
    expect(judge(fresh({ environment: { GREETING: "hello" } }), { shown, named: [] }).approved.size).toBe(1);
  });

  test("new code that no pull request showed is not, though each showed code of its own", () => {
    const at = (digit: string): Plan => changed({ id: "web", networking: { port: 80 } }, digit.repeat(40));
    const { approved } = judge(at("d"), { shown: shownBy(at("b"), at("c")), named: [] });
    expect(approved.size).toBe(0);
  });
});

describe("deployment.auto_apply", () => {
  const automatic = (over: object) =>
    entry({ id: "web", deployment: { auto_apply: ["image", "runtime.replicas"] }, ...over });
  const recorded = applied(catalogOf([automatic({})], { environment: "staging" }));
  const planned = (over: object): Plan =>
    planOf(catalogOf([automatic(over)], { environment: "staging" }), recorded).plan;

  test("lets the fields that it names change without anybody's leave", () => {
    expect(judge(planned({ runtime: { replicas: 4 } }), { shown: () => [], named: [] }).approved.size).toBe(1);
  });

  test("and no others with them", () => {
    const more = planned({ runtime: { replicas: 4 }, environment: { DEBUG: "1" } });
    expect(judge(more, { shown: () => [], named: [] }).approved.size).toBe(0);
  });

  test("a change cannot allow itself", () => {
    const own = changed({
      id: "web",
      networking: { port: 81 },
      deployment: { auto_apply: ["networking", "deployment"] },
    });
    expect(judge(own, { shown: () => [], named: [] }).approved.size).toBe(0);
  });
});

describe("what a check run remembers of what was shown", () => {
  const oid = fc.stringMatching(/^[0-9a-f]{40}$/);

  test("comes back as it was written, whatever text stands around it", () => {
    const name = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,20}[a-z0-9])?$/);
    const states = fc.array(fc.tuple(name, fc.option(oid)), { maxLength: 5 });
    fc.assert(
      fc.property(oid, oid, states, fc.string(), fc.string(), (base, head, pairs, around, after) => {
        const shown = { base, head, states: new Map(pairs) };
        expect(readShown(`${around}${shownMarker(shown)}${after}`)).toEqual(shown);
      }),
    );
  });

  test("is nothing where it is not whole", () => {
    expect(readShown("")).toBeNull();
    expect(readShown("<!-- fairlead:shown 123 456 -->")).toBeNull();
    expect(readShown(`<!-- fairlead:shown ${"a".repeat(40)} ${"b".repeat(40)} staging=evil -->`)).toBeNull();
  });
});

test("digests are read out of what a person typed", () => {
  expect(digestsNamed("  ABCDEF012345, deadbeefdeadbeef\nxyz 123 ")).toEqual(["abcdef012345", "deadbeefdeadbeef"]);
});
