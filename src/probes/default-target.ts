import { ownPath } from "../model/own-path.ts";
import type { AskedHow, Spec } from "../model/service.ts";

/** What a service is asked where its file names no address. */
export interface DefaultTarget extends AskedHow {
  readonly scheme: string;
  readonly path: string;
  readonly conditions: readonly string[];
}

/** Any answer shows that it is there; only a server's own error shows that it is not well. */
const ANY_ANSWER = ["[STATUS] < 500"];

/**
 * What suits a service by its kind, its `databases` and its port: a health path where it has a `health` block and speaks HTTP,
 * Redis for a cache, and so on; the port alone where nothing is known. Nothing here needs credentials.
 */
export function defaultTarget(spec: Spec): DefaultTarget {
  const port = spec.networking?.port;
  const path = ownPath(spec);
  if (path !== null) return { scheme: "http", path, conditions: [] };
  const key = spec.kind ?? "";
  const byKind = Object.hasOwn(BY_KIND, key) ? BY_KIND[key] : undefined;
  if (spec.template !== undefined) return http();
  return byKind?.(spec, port ?? 0) ?? tcp();
}

const BY_KIND: Readonly<Record<string, (spec: Spec, port: number) => DefaultTarget>> = {
  rest: http,
  auth: http,
  // A query that every schema answers: https://graphql.github.io/graphql-over-http/draft/.
  graphql: ({ endpoints }) => ({
    ...http(),
    path: endpoints[0] ?? "/graphql",
    graphql: "{ __typename }",
    conditions: [],
  }),
  websocket: ({ endpoints }) => ({ scheme: "ws", path: endpoints[0] ?? "/", conditions: ANY_ANSWER }),
  database: (spec, port) => plain(databaseScheme(spec, port)),
  cache: (_, port) => plain(port === 11_211 ? "tcp" : "redis"),
  storage: (_, port) => (STORAGE_OVER_HTTP.has(port) ? http() : tcp()),
  search: http,
  connector: http,
  webhook: http,
  events: (_, port) => plain(BY_PORT[port] ?? (EVENTS_OVER_TCP.has(port) ? "tcp" : "http")),
  notification: http,
  image: http,
  pdf: http,
  email: (_, port) => plain(BY_PORT[port] ?? "http"),
  analytics: http,
};

function http(): DefaultTarget {
  return { scheme: "http", path: "/", conditions: ANY_ANSWER };
}

function tcp(): DefaultTarget {
  return plain("tcp");
}

function plain(scheme: string): DefaultTarget {
  return scheme === "http" ? http() : { scheme, path: "", conditions: [] };
}

/** Of the one kind of database that the service declares, else of its port. */
function databaseScheme({ databases }: Spec, port: number): string {
  const declared = Object.values((databases ?? {}) as Readonly<Record<string, { readonly type?: string }>>);
  const types = new Set(declared.map(({ type = "" }) => type));
  const [type = ""] = types.size === 1 ? types : [];
  return BY_TYPE[type] ?? BY_PORT[port] ?? "tcp";
}

const BY_TYPE: Readonly<Record<string, string>> = {
  postgresql: "postgres",
  mysql: "mysql",
  mariadb: "mysql",
  mongodb: "mongodb",
  redis: "redis",
};

/** Ports that say which protocol is spoken. */
const BY_PORT: Readonly<Record<number, string>> = {
  25: "smtp",
  465: "smtps",
  587: "smtp",
  1025: "smtp",
  2525: "smtp",
  3306: "mysql",
  5432: "postgres",
  6379: "redis",
  27017: "mongodb",
};

/** S3 and its like: MinIO, SeaweedFS, Garage. */
const STORAGE_OVER_HTTP: ReadonlySet<number> = new Set([80, 8000, 8080, 8333, 3900, 9000]);

/** AMQP, MQTT, NATS, Kafka. */
const EVENTS_OVER_TCP: ReadonlySet<number> = new Set([5672, 1883, 4222, 9092]);
