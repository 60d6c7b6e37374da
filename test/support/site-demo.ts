import { historyOfSegments } from "../../src/health/live-history.ts";
import { digestOf } from "../../src/model/digest.ts";
import type { Sample, Segment } from "../../src/model/health.ts";
import type { SiteSpec } from "../../src/model/project.ts";
import type { Spec } from "../../src/model/service.ts";
import type { SiteData } from "../../src/model/site-data.ts";
import { siteData } from "../../src/site/site-data.ts";
import { type Partly, project, record, release, spec, stateOf } from "./builders.ts";
import { DEMO_INCIDENTS, DEMO_WINDOWS } from "./site-news-demo.ts";

/** The instant at which every demo stands. */
export const DEMO_NOW = Date.UTC(2026, 10, 24, 12, 3, 35);

const MINUTE = 60_000;
const DAY = 86_400_000;

/**
 * A site with a bit of everything: every verdict, days of trouble, long words, hostile words, a new service without
 * samples, blocks that nothing enforces. Deterministic.
 */
export function demoSite({
  base = "/",
  services = DEMO_SPECS,
  include = ["dependencies", "releases", "configuration"],
  site = {},
}: {
  readonly base?: string;
  readonly services?: readonly Partly<Spec>[];
  readonly include?: SiteSpec["include"];
  readonly site?: Partial<SiteSpec>;
} = {}): SiteData {
  const specs = services.map((over) => spec(over));
  const next = seeded(7);
  return siteData({
    project: {
      ...project,
      site: {
        ...project.site,
        title: "Storefront",
        description: "How the services behind the shop are doing.",
        base,
        include,
        ...site,
      },
    },
    environment: "production",
    specs,
    history: historyOfSegments(
      "production",
      specs.flatMap((one) => history(one, next)),
      DEMO_NOW,
    ),
    state: stateOf(
      specs.map((one) =>
        record({
          service: one.id,
          stable: 4,
          ...(one.id === "search" ? { held: HELD } : {}),
          releases: [
            release({ number: 4, service: one.id, createdAt: "2026-11-21T08:12:44.000Z" }),
            release({ number: 5, service: one.id, createdAt: "2026-11-24T11:58:02.000Z", commit: null }),
          ],
        }),
      ),
    ),
    notEnforced: new Map(specs.map((one) => [one.id, ["metrics", "security.jwt"]])),
    addresses: new Map(specs.map((one) => [one.id, `http://localhost:${one.networking?.port ?? 80}`])),
    incidents: DEMO_INCIDENTS,
    windows: DEMO_WINDOWS,
    now: DEMO_NOW,
  });
}

const HELD = {
  release: 5,
  specDigest: digestOf("spec"),
  artifactDigest: digestOf("artifact"),
  reason: "it was not healthy within 1m",
  at: "2026-11-24T11:59:30.000Z",
};

/** What a service of the demo goes through; by its description, so that the data reads as what it shows. */
type Fate = "well" | "slow" | "down" | "new";

const FATES: Readonly<Record<string, Fate>> = { cache: "slow", mailer: "down", reports: "new", search: "well" };

const DEMO_SPECS: readonly Partly<Spec>[] = [
  {
    id: "orders-api",
    name: "Orders API",
    description: "Takes orders and hands them to fulfilment.",
    icon: "receipt-outline",
    type: "api",
    kind: "rest",
    owner: "team-orders",
    project: "storefront",
    endpoints: ["/api/orders", "/api/orders/:id"],
    dependencies: ["cache", "mailer"],
    networking: { port: 3000, cors_origins: ["https://app.example.com"] },
    runtime: { node_version: "24.x", memory_limit: 536_870_912, timeout: 30_000, replicas: 2 },
    environment: { NODE_ENV: "production", DATABASE_URL: { secret: "orders-db-url" }, API_TOKEN: "not for readers" },
    metrics: { endpoint: "/metrics", custom: [{ name: "orders_total", type: "counter" }] },
    security: { jwt: { algorithm: "RS256", issuer: "https://id.example.com" }, headers: { hsts: true } },
    health: {
      checks: ["database_connection", "external_apis", "memory_usage", "response_time"],
      conditions: ["[STATUS] == 200", "[RESPONSE_TIME] < 300", '[BODY].status == any("pass", "ok", up)'],
    },
  },
  {
    id: "cache",
    name: "Session cache",
    description: "Keeps sessions for as long as they last.",
    icon: "flash-outline",
    type: "data",
    kind: "cache",
    project: "storefront",
    networking: { port: 3100 },
    slo: { availability: "99.9%", latency: { p95: 50 }, window: 30 * DAY },
    health: { checks: ["memory_usage"], conditions: ["[STATUS] == 200", "[RESPONSE_TIME] < 40"] },
  },
  {
    id: "search",
    name: "Product search",
    icon: "search-outline",
    type: "data",
    kind: "search",
    project: "storefront",
    networking: { port: 3200 },
  },
  {
    id: "mailer",
    name: "Mail and notification sender with quite a long name",
    description: '<b>Sends</b> & "tells" customers; retries for a day.',
    icon: "mail-outline",
    type: "integration",
    kind: "notification",
    project: "storefront",
    dependencies: ["cache"],
    networking: { port: 3300 },
  },
  {
    id: "reports",
    name: "Monthly reports",
    icon: "no-such-icon",
    type: "utility",
    kind: "pdf",
    project: "storefront",
    networking: { port: 3400 },
  },
  {
    id: "images",
    name: "Image resizer",
    icon: "images-outline",
    type: "utility",
    kind: "image",
    project: "storefront",
    status: "maintenance",
  },
  { id: "legacy", name: "Old importer", type: "utility", project: "storefront", status: "inactive" },
];

/** Forty days in three segments a day, and every 30 s of the last hour. */
function history(of: Spec, next: () => number): Segment[] {
  const fate = FATES[of.id] ?? "well";
  if (fate === "new") return [];
  const segments: Segment[] = [];
  for (let day = 40; day >= 1; day--) {
    const from = DEMO_NOW - day * DAY;
    const trouble = day === 23 ? 0.4 : day % 11 === 3 ? 0.03 : 0;
    const samples = Array.from({ length: 96 }, (_, i) => sample(of, from + i * 15 * MINUTE, next() < trouble, next));
    segments.push(segment(of, { from, to: from + DAY, cadenceMs: 15 * MINUTE }, samples, 100));
  }
  const start = DEMO_NOW - 60 * MINUTE;
  const samples = Array.from({ length: 120 }, (_, i) => {
    const failing = fate === "down" ? i > 112 : i === 71 && of.id === "orders-api";
    return sample(of, start + i * 30_000 + 15_000, failing, next, fate === "slow" && i > 100);
  });
  return [...segments, segment(of, { from: start, to: DEMO_NOW, cadenceMs: 30_000 }, samples, 121)];
}

function segment(
  of: Spec,
  { from, to, cadenceMs }: { readonly from: number; readonly to: number; readonly cadenceMs: number },
  samples: readonly Sample[],
  expected: number,
): Segment {
  return {
    version: 1,
    collector: "demo",
    region: "default",
    watching: { [of.id]: { cadenceMs, timeoutMs: 5_000, failure_threshold: 3, success_threshold: 2 } },
    environment: "production",
    from,
    to,
    expected: { [of.id]: expected },
    samples,
  };
}

function sample(of: Spec, at: number, failing: boolean, next: () => number, slow = false): Sample {
  const service = of.id;
  if (failing && next() < 0.5) return { service, at, outcome: "fail", error: "no answer within 5s" };
  const latencyMs = Math.round((8 + next() * 12 + (next() < 0.05 ? 60 * next() : 0) + (slow ? 40 : 0)) * 10) / 10;
  const conditions = (of.health?.conditions ?? []).map((condition) => ({
    condition: failing && condition.startsWith("[STATUS]") ? "[STATUS] (503) == 200" : condition,
    held: !(failing && condition.startsWith("[STATUS]")) && !(slow && condition.startsWith("[RESPONSE_TIME]")),
  }));
  return {
    service,
    at,
    outcome: failing ? "fail" : slow ? "warn" : "pass",
    latencyMs,
    status: failing ? 503 : 200,
    ...(conditions.length > 0 ? { conditions } : failing ? { error: "answered 503" } : {}),
    checks: Object.fromEntries(
      (of.health?.checks ?? []).map((name, i) => [name, i === 1 ? "missing" : slow ? "warn" : "pass"] as const),
    ),
  };
}

/** mulberry32: small, seeded, good enough for a demo. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
