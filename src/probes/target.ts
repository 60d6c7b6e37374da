import type { AskedHow, HealthTarget, SecretRef, Spec } from "../model/service.ts";
import { type DefaultTarget, defaultTarget } from "./default-target.ts";

/** One address that is asked for a service. */
export interface Target {
  /** Among the checks, where a service has several; fit to be published. */
  readonly name: string;
  /** What is asked, for people at the terminal: `GET /health`. Never a credential. */
  readonly says: string;
  readonly url: string | SecretRef;
  readonly how: AskedHow;
  readonly conditions: readonly string[];
}

/** Where a service's own port is reached. */
export interface Place {
  readonly host: string;
  readonly port: number | undefined;
}

/**
 * Everything that is asked for a service, its own endpoint first; empty where there is nothing to ask: it has neither a port
 * nor an address of its own.
 */
export function targetsOf(spec: Spec, host: string): readonly Target[] {
  const { health } = spec;
  const place: Place = { host, port: spec.external === true ? undefined : spec.networking?.port };
  const further = (health?.targets ?? []).map((target) => (typeof target === "string" ? { url: target } : target));
  const own = health?.endpoint !== undefined ? declared(spec, health.endpoint, place) : suggested(spec, place);
  const targets = [
    ...(own === null || (health?.endpoint === undefined && further.length > 0) ? [] : [own]),
    ...further.flatMap((target) => furtherTarget(target, place) ?? []),
  ];
  return withOwnNames(targets);
}

function declared({ health }: Spec, endpoint: string, place: Place): Target | null {
  const how = health ?? {};
  const conditions = health?.conditions ?? [];
  if (!endpoint.startsWith("/")) return targetAt(endpoint, how, conditions);
  if (place.port === undefined) return null;
  return { ...targetAt(addressOf("http", place, endpoint), how, conditions), says: `${verbOf(how)} ${endpoint}` };
}

function suggested(spec: Spec, place: Place): Target | null {
  if (place.port === undefined) return null;
  const { scheme, path, conditions, ...how }: DefaultTarget = defaultTarget(spec);
  const own = spec.health?.conditions ?? [];
  const asked = { ...how, ...spec.health };
  const target = targetAt(addressOf(scheme, place, path), asked, own.length > 0 ? own : conditions);
  const says =
    scheme === "http" ? `${verbOf(asked)} ${path}` : `${titleOf(scheme)} ${place.port}${path === "/" ? "" : path}`;
  return { ...target, says };
}

function furtherTarget(target: HealthTarget, place: Place): Target | null {
  const { url, conditions = [], name } = target;
  const named = name === undefined ? {} : { name };
  if (typeof url !== "string")
    return { name: "target", url, how: target, conditions, says: `the address in ${url.secret}`, ...named };
  if (!url.startsWith("/")) return { ...targetAt(url, target, conditions), ...named };
  if (place.port === undefined) return null;
  const own = targetAt(addressOf("http", place, url), target, conditions);
  return { ...own, name: url, says: `${verbOf(target)} ${url}`, ...named };
}

/** An address as it stands. */
export function targetAt(url: string, how: AskedHow, conditions: readonly string[]): Target {
  const scheme = schemeOf(url);
  const shown = url.replace(/^([a-z0-9+.-]+:\/\/)[^/?#]*@/i, "$1").replace(/[?#].*$/s, "");
  const says = /^https?$/.test(scheme)
    ? `${verbOf(how)} ${shown}`
    : `${titleOf(scheme)} ${shown.replace(/^[^:]+:(\/\/)?/, "")}`;
  // Host names and addresses are nobody's business on a status page, so a name says the protocol alone.
  return { name: titleOf(scheme), says, url, how, conditions };
}

function verbOf({ method, body, graphql }: AskedHow): string {
  if (graphql !== undefined) return "GraphQL";
  return method ?? (body === undefined ? "GET" : "POST");
}

function addressOf(scheme: string, { host, port }: Place, path: string): string {
  return `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}${path}`;
}

/** In small letters; empty where there is none. */
export function schemeOf(url: string): string {
  return /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase() ?? "";
}

const TITLES: Readonly<Record<string, string>> = {
  ws: "WebSocket",
  wss: "WebSocket",
  postgres: "PostgreSQL",
  postgresql: "PostgreSQL",
  mysql: "MySQL",
  mariadb: "MariaDB",
  redis: "Redis",
  rediss: "Redis",
  mongodb: "MongoDB",
  "mongodb+srv": "MongoDB",
  starttls: "SMTP",
  grpc: "gRPC",
  grpcs: "gRPC",
};

function titleOf(scheme: string): string {
  return TITLES[scheme] ?? scheme.toUpperCase();
}

/** Two targets of one name would hide each other among the checks. */
function withOwnNames(targets: readonly Target[]): readonly Target[] {
  const seen = new Map<string, number>();
  return targets.map((target) => {
    const times = (seen.get(target.name) ?? 0) + 1;
    seen.set(target.name, times);
    return times === 1 ? target : { ...target, name: `${target.name} ${times}` };
  });
}
