import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseDuration } from "../../src/model/duration.ts";
import { IMPACTS } from "../../src/model/impact.ts";
import { parseSize } from "../../src/model/size.ts";
import { walkSchema } from "../support/schema-walk.ts";
import { problemsAgainst, readSchema, type SchemaNode } from "../support/schemas.ts";

const schema = readSchema("service");
const places = [...walkSchema(schema)];
const problems = problemsAgainst("service");
const minimal = { id: "orders-api", name: "Orders", type: "api" };

describe("what the planner reads", () => {
  test("every x-impact is one that the planner knows, and every block names its own", () => {
    for (const { node, path } of places) {
      if (node["x-impact"] !== undefined) expect(IMPACTS, path.join(".")).toContain(node["x-impact"]);
      if (path.length === 1) expect(node["x-impact"], `${path[0]} has no x-impact`).toBeDefined();
    }
  });

  test("x-format is duration, size or secret, and what has one accepts exactly its forms", () => {
    const formats = new Set(places.map(({ node }) => node["x-format"]));
    expect([...formats].sort()).toEqual(["duration", "secret", "size", undefined].sort());
  });

  test("x-enforced is false, or lists values that the schema allows", () => {
    for (const { node, path } of places) {
      const enforced = node["x-enforced"];
      if (enforced === undefined || enforced === false) continue;
      expect(node["enum"], path.join(".")).toEqual(expect.arrayContaining(enforced as string[]));
    }
  });

  test("blocks that nothing acts on yet are marked", () => {
    const marked = places
      .filter(({ node, path }) => node["x-enforced"] === false && path[0] !== "environments")
      .map(({ path }) => path.join("."));
    expect(marked).toMatchInlineSnapshot(`
      [
        "configuration.rateLimiting",
        "template_options.structure.database",
        "template_options.structure.controllers",
        "template_options.structure.models",
        "template_options.structure.views",
        "template_options.structure.blueprints",
        "template_options.structure.utilities",
        "image",
        "processes",
        "schedule",
        "volumes",
        "runtime.node_version",
        "runtime.timeout",
        "runtime.concurrency",
        "networking.hosts",
        "networking.cors_origins",
        "networking.rate_limiting",
        "metrics",
        "databases",
        "integrations",
        "events",
        "security.jwt",
        "security.rbac",
        "security.validation",
        "security.headers",
        "testing.unit",
        "testing.integration",
        "testing.load",
        "deployment.release_command",
        "pipeline",
      ]
    `);
  });
});

describe("values that nothing acts on yet", () => {
  test("are those that a list of enforced ones leaves out", () => {
    const left = places.flatMap(({ node, path }) => {
      const enforced = node["x-enforced"];
      if (!Array.isArray(enforced) || path[0] === "environments") return [];
      return (node["enum"] as string[])
        .filter((value) => !enforced.includes(value))
        .map((value) => `${path.join(".")}: ${value}`);
    });
    expect(left).toEqual([
      "template: php",
      "template: flask",
      "logging.outputs.*: external",
      "deployment.strategy: blue-green",
      "deployment.strategy: canary",
    ]);
  });
});

describe("defaults", () => {
  const defaultsOf = (block: string): Record<string, unknown> =>
    Object.fromEntries(
      places
        .filter(({ path, node }) => path.length === 2 && path[0] === block && node["default"] !== undefined)
        .map(({ path, node }) => [path[1], node["default"]]),
    );

  test("are those that the model expects", () => {
    expect(defaultsOf("deployment")).toEqual({
      strategy: "rolling",
      max_surge: 1,
      max_unavailable: 0,
      min_healthy_time: "2s",
      healthy_deadline: "5m",
      progress_deadline: "10m",
      drain_time: "30s",
    });
    expect(defaultsOf("health")).toEqual({
      interval: "30s",
      timeout: "5s",
      start_period: "10s",
      failure_threshold: 3,
      success_threshold: 2,
      checks: [],
      conditions: [],
    });
    expect(defaultsOf("logging")).toEqual({
      level: "info",
      format: "json",
      outputs: ["console", "file"],
      retention: "30d",
      structured: true,
    });
    expect(defaultsOf("runtime")).toEqual({ replicas: 1 });
  });

  test("of whole blocks stand only where the code counts on the block", () => {
    const blocks = places.filter(({ path, node }) => path.length === 1 && node["default"] !== undefined);
    expect(Object.fromEntries(blocks.map(({ path, node }) => [path[0], node["default"]]))).toEqual({
      status: "active",
      endpoints: [],
      dependencies: [],
      external: false,
      runtime: {},
      environment: {},
      logging: {},
      deployment: {},
      protected: false,
    });
  });
});

describe("an overlay", () => {
  test("takes every key of a service but id, previous_id and environments", () => {
    const keys = Object.keys(schema["properties"] as SchemaNode);
    const overlay = (schema["$defs"] as Record<string, SchemaNode>)["overlay"]?.["properties"] as SchemaNode;
    expect(Object.keys(overlay)).toEqual(keys.filter((key) => !["id", "previous_id", "environments"].includes(key)));
    for (const key of Object.keys(overlay)) {
      expect(overlay[key], key).toEqual((schema["properties"] as SchemaNode)[key]);
    }
  });

  test("needs nothing, not even what the same block needs in the file", () => {
    const overlay = { databases: { main: { pool: { max: 5 } } }, security: { jwt: { expiration: "1h" } }, kind: "pdf" };
    expect(problems({ ...minimal, environments: { staging: overlay } })).toEqual([]);
  });
});

describe("what is accepted", () => {
  test.each([
    ["the least there can be", {}],
    ["a key of one's own at the top", { "x-team": "blue" }],
    ["a key of one's own in a block", { networking: { port: 1, "x-note": [1] } }],
    ["a key of one's own among the user's own keys", { databases: { "x-note": { any: 1 } } }],
    ["a secret by reference", { environment: { TOKEN: { secret: "TOKEN" } } }],
    ["an address to check", { health: { endpoint: "https://example.com/health" } }],
    ["a duration in milliseconds", { health: { interval: 1500 } }],
    ["limits by default", { networking: { rate_limiting: true } }],
    ["a security header in small letters", { security: { headers: { "content-security-policy": "none" } } }],
  ])("%s", (_, more) => {
    expect(problems({ ...minimal, ...more })).toEqual([]);
  });
});

describe("what is refused, and where", () => {
  test.each([
    ["an unknown key", { portt: 1 }, "/ must NOT have additional properties (portt)"],
    ["an unknown key in a block", { runtime: { cpus: 1 } }, "/runtime must NOT have additional properties (cpus)"],
    ["a kind of another type", { kind: "pdf" }, "/kind must be equal to one of the allowed values"],
    ["an id with capitals", { id: "Orders" }, /^\/id must match pattern/],
    ["a port of 0", { networking: { port: 0 } }, "/networking/port must be >= 1 (>=)"],
    ["a port as text", { networking: { port: "80" } }, "/networking/port must be integer (integer)"],
    ["no replicas", { runtime: { replicas: 0 } }, "/runtime/replicas must be >= 1 (>=)"],
    ["a variable that is a number", { environment: { A: 1 } }, "/environment/A must be string,object"],
    ["a variable that no shell could have", { environment: { "A-B": "1" } }, /^\/environment must match pattern/],
    ["a duration without a unit", { health: { interval: "30" } }, /^\/health\/interval must match pattern/],
    ["a month, whose length varies", { logging: { retention: "1 month" } }, /^\/logging\/retention must match/],
    ["an endpoint without a slash", { endpoints: ["api"] }, /^\/endpoints\/0 must match pattern/],
    ["an endpoint twice", { endpoints: ["/a", "/a"] }, /^\/endpoints must NOT have duplicate items/],
    ["code above the repository", { source: "a/../../b" }, /^\/source must match pattern/],
    ["code at an absolute path", { source: "/etc" }, /^\/source must match pattern/],
    ["a command for a shell", { command: "node a.js" }, "/command must be array (array)"],
    ["a database of no type", { databases: { main: {} } }, "/databases/main must have required property 'type' (type)"],
    [
      "a header that would pass for an own key",
      { security: { headers: { "x-frame-options": "DENY" } } },
      /^\/security\/headers must match/,
    ],
    ["a header with a line break", { security: { headers: { A: "b\nc: d" } } }, /^\/security\/headers\/A must match/],
    [
      "an overlay with an id",
      { environments: { a: { id: "b" } } },
      "/environments/a must NOT have additional properties (id)",
    ],
  ])("%s", (_, more, expected) => {
    const [first, ...others] = problems({ ...minimal, ...more });
    if (typeof expected === "string") expect(first).toBe(expected);
    else expect(first).toMatch(expected);
    // One mistake, one message; ajv adds the keyword that led there, which says nothing more.
    expect(others.every((line) => /must match "then" schema|property name must be valid/.test(line))).toBe(true);
  });
});

describe("the grammars of text", () => {
  const pattern = (definition: string): RegExp =>
    new RegExp((schema["$defs"] as Record<string, { pattern: string }>)[definition]?.pattern ?? "", "u");

  test.each([
    ["duration", parseDuration],
    ["size", parseSize],
  ])("a %s that the schema accepts can be parsed", (definition, parse) => {
    fc.assert(
      fc.property(fc.stringMatching(pattern(definition)), (text) => {
        expect(parse(text), text).not.toBeNull();
      }),
      { numRuns: 500 },
    );
  });

  test.each(["30s", "5m", "24h", "30-days", "7d", "1w", "250ms", "1.5 h"])("%s is a duration", (text) => {
    expect(text).toMatch(pattern("duration"));
  });

  test.each(["512MB", "1GB", "64KB", "1.5 GB", "100", "2Gi"])("%s is a size", (text) => {
    expect(text).toMatch(pattern("size"));
  });
});
