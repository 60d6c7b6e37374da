import type { Instant, ServiceId } from "../../src/model/basics.ts";
import type { Artifact, Catalog, CatalogEntry } from "../../src/model/catalog.ts";
import type { SourceRange } from "../../src/model/diagnostic.ts";
import { digestOf } from "../../src/model/digest.ts";
import type { EdgePolicy } from "../../src/model/edge.ts";
import type { Project } from "../../src/model/project.ts";
import type { Spec } from "../../src/model/service.ts";
import type { Release, ServiceRecord, State } from "../../src/model/state.ts";
import { emptyState } from "../../src/model/state.ts";
import type { TargetProfile } from "../../src/model/target.ts";

/**
 * Values of the model for tests: each builder gives a plausible whole from the few fields that a test cares about, so
 * that a test reads as what it is about. Pure; every time stands at the epoch unless given.
 */

/** Any depth of a value, for overriding; lists are replaced whole. */
export type Partly<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [K in keyof T]?: Partly<T[K]> | undefined }
    : T;

const EPOCH: Instant = "1970-01-01T00:00:00.000Z";

/** A resolved API service with two quick instances and a health endpoint; `over` is merged deeply, `undefined` removes. */
export function spec(over: Partly<Spec> = {}): Spec {
  const id = over.id ?? "web";
  return merged(
    {
      id,
      name: id,
      project: "shop",
      type: "api",
      status: "active",
      endpoints: [`/api/${id}`],
      dependencies: [],
      command: ["node", "server.js"],
      source: `services/${id}`,
      runtime: { replicas: 2 },
      environment: {},
      health: {
        endpoint: "/health",
        interval: 30_000,
        timeout: 5_000,
        start_period: 0,
        failure_threshold: 3,
        success_threshold: 1,
        checks: [],
        conditions: [],
      },
      logging: { level: "info", format: "json", outputs: ["file"], retention: 604_800_000, structured: true },
      deployment: {
        strategy: "rolling",
        max_surge: 1,
        max_unavailable: 0,
        min_healthy_time: 2_000,
        healthy_deadline: 60_000,
        progress_deadline: 300_000,
        drain_time: 10_000,
      },
      protected: false,
    } satisfies Spec,
    over,
  ) as Spec;
}

/** What a service of `files` runs; another `tree` is other code. */
export function files(tree = "a".repeat(40), path = "services/web"): Artifact {
  return { kind: "files", trees: { [path]: tree } };
}

/** A declared service as the catalog gives it. */
export function entry(over: Partly<Spec> & { readonly id: ServiceId }, options: EntryOptions = {}): CatalogEntry {
  const resolved = spec(over);
  const artifact = options.artifact ?? files("a".repeat(40), `services/${resolved.id}`);
  const file = options.file ?? `services/${resolved.id}.yaml`;
  return {
    id: resolved.id,
    spec: resolved,
    specDigest: digestOf(resolved),
    artifact,
    artifactDigest: digestOf(artifact),
    ...(options.previousId === undefined ? {} : { previousId: options.previousId }),
    file,
    blob: "b".repeat(40),
    dependencies: resolved.dependencies,
    protected: resolved.protected,
    rangeOf: () => rangeIn(file),
  };
}

export interface EntryOptions {
  readonly artifact?: Artifact;
  readonly previousId?: ServiceId;
  readonly file?: string;
}

/** The first character of a file. */
export function rangeIn(file: string): SourceRange {
  const start = { line: 1, column: 1, offset: 0 };
  return { file, start, end: { line: 1, column: 2, offset: 1 } };
}

export const project: Project = {
  project: "shop",
  services: ["services/*.yaml"],
  environments: {
    development: { target: { kind: "local" }, apply: "on_merge", approvers: [] },
    production: { target: { kind: "sim" }, apply: "manual", approvers: [] },
  },
  defaults: {},
  notifications: [],
  safety: { max_delete_percent: 30 },
  health: { watchers: [], retention: { samples: 172_800_000, hours: 7_776_000_000, days: 34_560_000_000 } },
  site: { title: "Shop", base: "/", include: [], language: "en", links: [], refresh: 30_000 },
};

/** A catalog of entries, sorted as the real one is. */
export function catalogOf(entries: readonly CatalogEntry[], over: Partial<Catalog> = {}): Catalog {
  return {
    project,
    environment: "development",
    services: new Map([...entries].sort((a, b) => (a.id < b.id ? -1 : 1)).map((one) => [one.id, one])),
    broken: new Set(),
    commit: "c".repeat(40),
    dirty: false,
    ...over,
  };
}

/** Release `number` (1 unless given) of a service. */
export function release(over: Partial<Omit<Release, "spec">> & { readonly spec?: Partly<Spec> } = {}): Release {
  const resolved = spec({ id: over.service ?? "web", ...over.spec });
  const artifact = over.artifact ?? files("a".repeat(40), `services/${resolved.id}`);
  const number = over.number ?? 1;
  return {
    number,
    service: resolved.id,
    specDigest: digestOf(resolved),
    artifact,
    artifactDigest: digestOf(artifact),
    runDigest: digestOf([resolved.command, resolved.environment, artifact]),
    secrets: {},
    commit: "c".repeat(40),
    createdAt: EPOCH,
    run: "run-1",
    ...over,
    spec: resolved,
  };
}

/** The record of a service whose one release serves, unless told otherwise. */
export function record(over: Partial<ServiceRecord> & { readonly releases: readonly Release[] }): ServiceRecord {
  const newest = over.releases.at(-1);
  return {
    service: newest?.service ?? "web",
    nextRelease: (newest?.number ?? 0) + 1,
    stable: newest?.number ?? null,
    rollout: null,
    held: null,
    protected: newest?.spec.protected ?? false,
    updatedAt: EPOCH,
    ...over,
  };
}

/** State of an environment that has these records. */
export function stateOf(records: readonly ServiceRecord[], over: Partial<State> = {}): State {
  const sorted = [...records].sort((a, b) => (a.service < b.service ? -1 : 1));
  return { ...emptyState("development"), services: new Map(sorted.map((one) => [one.service, one])), ...over };
}

/** The policy of a release, as plain forwarding. */
export function policy(of: Release): EdgePolicy {
  return {
    service: of.service,
    port: of.spec.networking?.port ?? null,
    hosts: of.spec.networking?.hosts ?? [],
    endpoints: of.spec.endpoints,
    maintenance: of.spec.status === "maintenance",
  };
}

/** A target that can do everything and raises no impact. */
export function profile(over: Partial<TargetProfile> = {}): TargetProfile {
  return {
    kind: "sim",
    can: new Set([
      "image",
      "command",
      "template",
      "schedule",
      "processes",
      "volumes",
      "preview",
      "instance-drain",
      "sticky",
      "rename",
    ]),
    weightStep: 1,
    impact: (_path, declared) => declared,
    project: (whole) => whole,
    needsCleanCommit: false,
    ...over,
  };
}

function merged(base: unknown, over: unknown): unknown {
  if (!isPlain(base) || !isPlain(over)) return over;
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    if (value === undefined) delete result[key];
    else result[key] = merged(result[key], value);
  }
  return result;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
