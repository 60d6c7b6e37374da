import { describe, expect, test } from "vitest";
import { historyOfSegments } from "../../src/health/live-history.ts";
import type { Segment } from "../../src/model/health.ts";
import { configurationLines } from "../../src/site/configuration-lines.ts";
import { publish } from "../../src/site/publish.ts";
import { siteData } from "../../src/site/site-data.ts";
import { project, record, release, spec, stateOf } from "../support/builders.ts";
import { demoSite } from "../support/site-demo.ts";

const NOW = Date.UTC(2026, 10, 24, 12, 0, 0);

function seen(service: string, outcome: "pass" | "fail", environment = "production"): Segment {
  const samples = [3, 2, 1].map((n) => ({ service, at: NOW - n * 1_000, outcome }));
  return {
    version: 1,
    collector: "t",
    region: "default",
    watching: {},
    environment,
    from: NOW - 60_000,
    to: NOW,
    expected: { [service]: 3 },
    samples,
  };
}

const input = { project, environment: "production", now: NOW };
const historyOf = (...segments: readonly Segment[]) => historyOfSegments("production", segments, NOW);

describe("the banner", () => {
  const specs = [spec({ id: "a" }), spec({ id: "b" }), spec({ id: "off", status: "inactive" })];
  test.each([
    ["all well", [seen("a", "pass"), seen("b", "pass")], "operational", "All systems operational"],
    ["one down", [seen("a", "pass"), seen("b", "fail")], "down", "1 of 2 services is down"],
    ["all down", [seen("a", "fail"), seen("b", "fail")], "down", "All 2 services are down"],
    ["one without results", [seen("a", "pass")], "unknown", "1 of 2 services has no recent results"],
    ["no results at all", [], "unknown", "Waiting for results"],
    ["results of another environment alone", [seen("a", "pass", "staging")], "unknown", "Waiting for results"],
  ] as const)("of %s", (_, segments, verdict, says) => {
    expect(siteData({ ...input, specs, history: historyOf(...segments) })).toMatchObject({ verdict, says });
  });

  test("counts no service that is switched off on purpose", () => {
    const data = siteData({ ...input, specs: [spec({ id: "off", status: "inactive" })], history: historyOf() });
    expect(data).toMatchObject({ says: "Nothing is watched yet", counts: { unknown: 0 } });
  });
});

test("services are grouped by type, or by project where there are several", () => {
  const specs = [spec({ id: "a", type: "api" }), spec({ id: "b", type: "data" })];
  expect(siteData({ ...input, specs, history: historyOf() }).groups).toEqual([
    { name: "APIs", type: "api", services: ["a"] },
    { name: "Data", type: "data", services: ["b"] },
  ]);
  const two = [spec({ id: "a", project: "shop" }), spec({ id: "b", project: "blog" })];
  expect(siteData({ ...input, specs: two, history: historyOf() }).groups).toEqual([
    { name: "blog", services: ["b"] },
    { name: "shop", services: ["a"] },
  ]);
});

test("dependencies, releases and configuration are published only as `site.include` says", () => {
  const specs = [spec({ id: "a", dependencies: ["b"] }), spec({ id: "b" })];
  const state = stateOf([record({ service: "a", stable: 1, releases: [release({ number: 1, service: "a" })] })]);
  const notEnforced = new Map([["a", ["metrics"]]]);
  const pageOf = (include: ("dependencies" | "releases" | "configuration")[]) =>
    siteData({
      ...input,
      project: { ...project, site: { ...project.site, include } },
      specs,
      history: historyOf(),
      state,
      notEnforced,
    }).services[0];
  const INTERNAL = ["dependencies", "dependents", "releases", "configuration", "notEnforced"];
  const published = (include: Parameters<typeof pageOf>[0]) => INTERNAL.filter((key) => key in (pageOf(include) ?? {}));
  expect(published([])).toEqual([]);
  expect(published(["dependencies"])).toEqual(["dependencies", "dependents"]);
  expect(published(["releases"])).toEqual(["releases"]);
  expect(published(["configuration"])).toEqual(["configuration", "notEnforced"]);
});

test("dependencies lead both ways, with the verdict of the other", () => {
  const specs = [spec({ id: "a", dependencies: ["b"] }), spec({ id: "b", name: "Bee" })];
  const site = { ...project.site, include: ["dependencies"] as const };
  const [a, b] = siteData({
    ...input,
    project: { ...project, site },
    specs,
    history: historyOf(seen("b", "fail")),
  }).services;
  expect(a?.dependencies).toEqual([{ id: "b", name: "Bee", verdict: "down" }]);
  expect(b?.dependents).toEqual([{ id: "a", name: "a", verdict: "unknown" }]);
});

test("the same input is the same bytes, whatever the order it came in", () => {
  const specs = [spec({ id: "a" }), spec({ id: "b" })];
  const one = siteData({ ...input, specs, history: historyOf(seen("a", "pass"), seen("b", "fail")) });
  const two = siteData({
    ...input,
    specs: specs.toReversed(),
    history: historyOf(seen("b", "fail"), seen("a", "pass")),
  });
  expect(publish(two)).toBe(publish(one));
  expect(publish(demoSite())).toBe(publish(demoSite()));
});

describe("configuration lines", () => {
  test("cover every block that a service file can declare", () => {
    const blocks = {
      runtime: { timeout: 30_000, memory_limit: 536_870_912 },
      networking: { port: 3000, rate_limiting: { requests_per_minute: 100 } },
      health: { conditions: ["[STATUS] == 200"] },
      metrics: { custom: [{ name: "orders_total", type: "counter" }] },
      databases: { primary: { engine: "postgresql" } },
      integrations: [{ name: "stripe", endpoints: ["https://user:pw@api.example.com"] }],
      events: { publishes: [{ name: "order.placed" }] },
      security: { jwt: { algorithm: "RS256" }, rbac: { roles: ["admin", "user"] } },
      testing: { unit: { command: "npm test" } },
      pipeline: {},
      volumes: [{ name: "data", path: "/data" }],
      schedule: "0 3 * * *",
      processes: { web: ["node", "web.js"] },
      environment: { NODE_ENV: "production" },
    };
    const lines = configurationLines(spec(blocks));
    const shown = new Set(lines.map(({ path }) => path.split(".")[0]));
    expect(Object.keys(blocks).filter((block) => !shown.has(block))).toEqual([]);
    const value = (path: string) => lines.find((line) => line.path === path)?.value;
    expect([
      value("runtime.timeout"),
      value("runtime.memory_limit"),
      value("security.rbac.roles"),
      value("integrations.0.endpoints"),
      value("pipeline"),
    ]).toEqual(["30s", "512MB", "admin, user", "https://api.example.com", "none"]);
  });

  test("hide references to secrets, and whatever is called or kept like one", () => {
    const canary = "canary-8c1f";
    const lines = configurationLines(
      spec({
        environment: { DB: { secret: "db-url" }, API_TOKEN: canary, SMTP_PASSWORD: canary },
        security: { secrets: { first: canary }, jwt: { private_key: canary, keys: [{ secret: canary }] } },
        integrations: [{ name: "stripe", credentials: { user: canary } }],
      }),
    );
    expect(JSON.stringify(lines)).not.toContain(canary);
    expect(JSON.stringify(lines)).not.toContain("db-url");
    expect(lines.filter(({ value }) => value === "hidden").map(({ path }) => path)).toEqual([
      "environment.DB",
      "environment.API_TOKEN",
      "environment.SMTP_PASSWORD",
      "security.secrets.first",
      "security.jwt.private_key",
      "security.jwt.keys.0",
      "integrations.0.credentials.user",
    ]);
  });
});
