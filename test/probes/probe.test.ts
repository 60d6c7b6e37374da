import { describe, expect, test } from "vitest";
import { systemClock } from "../../src/cli/system-clock.ts";
import { probeOf } from "../../src/probes/probe.ts";
import { type Partly, spec } from "../support/builders.ts";

function says(over: Parameters<typeof spec>[0], from: "public" | "host" = "host"): string | null {
  return probeOf({ spec: spec(over), clock: systemClock, from })?.says ?? null;
}

test.each([
  ["its health endpoint on its own port", { networking: { port: 3000 } }, "GET /health"],
  [
    "an absolute endpoint as it stands",
    { external: true, health: { endpoint: "https://example.com/up" } },
    "GET https://example.com/up",
  ],
  [
    "an endpoint of another scheme",
    { health: { endpoint: "redis://cache.example.com:6379" } },
    "Redis cache.example.com:6379",
  ],
  [
    "every further target as well",
    { networking: { port: 3000 }, health: { targets: ["/ready", { name: "mail", url: "smtp://mail.example.com" }] } },
    "GET /health, GET /ready, SMTP mail.example.com",
  ],
  [
    "targets alone where they are all there is",
    { health: { endpoint: undefined, targets: [{ url: { secret: "DATABASE_URL" } }] } },
    "the address in DATABASE_URL",
  ],
  ["the port alone where nothing more is known", { networking: { port: 3000 }, health: undefined }, "TCP 3000"],
  ["nothing where there is neither", { health: undefined }, null],
  ["nothing while it is switched off", { status: "inactive", networking: { port: 3000 } }, null],
  ["nothing of a job", { schedule: "0 3 * * *", networking: { port: 3000 } }, null],
] satisfies readonly (readonly [string, Partly<Parameters<typeof spec>[0]>, string | null])[])(
  "a service is asked for %s",
  (_, over, wanted) => {
    expect(says(over)).toBe(wanted);
  },
);

test("what only its host can reach is not asked from elsewhere", () => {
  const over = { networking: { port: 3000 }, health: { from: "host" } } as const;
  expect([says(over, "host"), says(over, "public")]).toEqual(["GET /health", null]);
});

test("what is said never holds a credential", () => {
  const endpoint = "postgres://me:hunter2@db.example.com/app?password=hunter2";
  expect(says({ health: { endpoint } })).toBe("PostgreSQL db.example.com/app");
});

/** Every kind of the seed, with a port and no more. */
describe("a kind and a port are enough", () => {
  test.each([
    ["api", "rest", 3000, "GET /"],
    ["api", "graphql", 3000, "GraphQL /api/web"],
    ["api", "websocket", 3000, "WebSocket 3000/api/web"],
    ["api", "auth", 3000, "GET /"],
    ["data", "database", 5432, "PostgreSQL 5432"],
    ["data", "database", 3306, "MySQL 3306"],
    ["data", "database", 27017, "MongoDB 27017"],
    ["data", "database", 1234, "TCP 1234"],
    ["data", "storage", 9000, "GET /"],
    ["data", "storage", 2049, "TCP 2049"],
    ["data", "cache", 6379, "Redis 6379"],
    ["data", "cache", 11211, "TCP 11211"],
    ["data", "search", 9200, "GET /"],
    ["integration", "connector", 3000, "GET /"],
    ["integration", "webhook", 3000, "GET /"],
    ["integration", "events", 3000, "GET /"],
    ["integration", "events", 4222, "TCP 4222"],
    ["integration", "notification", 3000, "GET /"],
    ["utility", "image", 3000, "GET /"],
    ["utility", "pdf", 3000, "GET /"],
    ["utility", "email", 587, "SMTP 587"],
    ["utility", "email", 3000, "GET /"],
    ["utility", "analytics", 3000, "GET /"],
  ] as const)("%s/%s on %i: %s %s", (type, kind, port, wanted) => {
    expect(says({ type, kind, networking: { port }, health: undefined })).toBe(wanted);
  });

  test("a database is asked as what its `databases` block calls it", () => {
    const databases = { main: { type: "mariadb" } };
    expect(says({ type: "data", kind: "database", databases, networking: { port: 1234 }, health: undefined })).toBe(
      "MySQL 1234",
    );
  });

  test("with a `health` block and no endpoint, what speaks HTTP is asked for /health, the rest as its kind suggests", () => {
    const health = { endpoint: undefined };
    const networking = { port: 6379 };
    expect(says({ type: "api", kind: "rest", networking, health })).toBe("GET /health");
    expect(says({ type: "data", kind: "cache", networking, health })).toBe("Redis 6379");
    expect(says({ type: "data", kind: "cache", template: "express", networking, health })).toBe("GET /health");
  });
});
