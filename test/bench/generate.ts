import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Writes a repository of `count` services that looks like a real one: four types, overlays, dependencies that point
 * backwards (so no cycles), about 1.3 KB a file. The same seed writes the same bytes.
 */
export function generateRepository({
  folder,
  count,
  seed,
}: {
  readonly folder: string;
  readonly count: number;
  readonly seed: number;
}): void {
  const random = mulberry32(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  mkdirSync(join(folder, "services"), { recursive: true });
  writeFileSync(
    join(folder, "fairlead.yaml"),
    "project: bench\nenvironments:\n  development: {target: {kind: local}}\n  staging: {target: {kind: local}}\n",
  );
  writeFileSync(join(folder, ".gitignore"), ".fairlead/\n");
  for (const name of ["api", "worker", "store"]) {
    mkdirSync(join(folder, "code", name), { recursive: true });
    writeFileSync(join(folder, "code", name, "server.js"), `// ${name}\n`);
  }
  for (let index = 0; index < count; index++)
    writeFileSync(join(folder, "services", `${idOf(index)}.yaml`), serviceFile(index, pick, random));
}

export function idOf(index: number): string {
  return `service-${String(index).padStart(5, "0")}`;
}

const KINDS = {
  api: ["rest", "graphql", "websocket", "auth"],
  data: ["database", "storage", "cache", "search"],
  integration: ["connector", "webhook", "events", "notification"],
  utility: ["image", "pdf", "email", "analytics"],
} as const;

function serviceFile(index: number, pick: <T>(from: readonly T[]) => T, random: () => number): string {
  const type = pick(["api", "data", "integration", "utility"] as const);
  const dependencies =
    index < 10 ? [] : [...new Set([idOf(Math.floor(random() * index)), idOf(Math.floor(random() * index))])];
  const overlay =
    random() < 0.4
      ? `environments:\n  staging:\n    runtime:\n      replicas: 1\n      memory_limit: 256MB\n    environment:\n      REGION: staging-${index % 7}\n`
      : "";
  return `# Owned by the team named below; ask before changing the port.
id: ${idOf(index)}
name: Service number ${index}
description: Serves the part of the shop that has the number ${index}, and nothing else.
icon: server-outline
project: project-${index % 40}
owner: team-${pick(["orders", "search", "payments", "growth", "platform"])}
type: ${type}
kind: ${pick(KINDS[type])}
status: active
endpoints:
  - /api/part-${index}
dependencies: [${dependencies.join(", ")}]
command: [node, server.js]
source: code/${pick(["api", "worker", "store"])}
runtime:
  memory_limit: ${pick(["128MB", "256MB", "512MB", "1GB"])}
  replicas: ${1 + Math.floor(random() * 3)}
environment:
  NODE_ENV: production
  REGION: ${pick(["eu-west", "eu-north", "us-east"])}
  FEATURE_LEVEL: "${Math.floor(random() * 100)}"
networking:
  port: ${10000 + index}
  cors_origins:
    - https://app-${index % 97}.example.com
  rate_limiting:
    requests_per_minute: ${60 + Math.floor(random() * 600)}
    burst_limit: 20
health:
  endpoint: /health
  interval: ${pick(["10s", "30s", "1m"])}
  timeout: 5s
  checks: [database_connection, response_time]
  conditions:
    - "[STATUS] == 200"
    - "[RESPONSE_TIME] < ${pick([300, 500, 1000])}"
logging:
  level: ${pick(["info", "warn", "debug"])}
  format: json
  outputs: [console, file]
  retention: 30-days
deployment:
  strategy: ${pick(["rolling", "recreate"])}
  drain_time: ${pick(["10s", "30s"])}
${overlay}`;
}

/** Mulberry32 (Tommy Ettinger, public domain): small, seeded, good enough to vary files. */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
