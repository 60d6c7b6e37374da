import type { Incident, IncidentRecord, IncidentUpdate, Severity, Stretch } from "../model/incident.ts";

/** Larger files are not looked at. */
const BYTES_MAX = 1024 * 1024;
const ITEMS_MAX = 5_000;

/** A record as its file holds it (`schemas/incident-record.schema.json`). The same record gives the same bytes. */
export function encodeRecord(environment: string, { incident, issue, told }: IncidentRecord): Uint8Array {
  const sorted = Object.fromEntries(Object.entries(told).sort(([a], [b]) => (a < b ? -1 : 1)));
  const { id, title, severity, affected, stretches, updates, source } = incident;
  const kept = { id, title, severity, affected, stretches, updates, source };
  const file = { version: 1, environment, incident: kept, ...(issue === undefined ? {} : { issue }), told: sorted };
  return Buffer.from(`${JSON.stringify(file, null, 1)}\n`, "utf8");
}

/**
 * Reads a record's file, which anyone who can push may have written: returns the record with only the keys we know, or a few words
 * that say why it cannot be used. `id` and `environment`: what its path says.
 */
export function decodeRecord(
  content: Uint8Array,
  { id, environment }: { readonly id: string; readonly environment: string },
): IncidentRecord | string {
  if (content.byteLength > BYTES_MAX) return `it is larger than ${BYTES_MAX} bytes`;
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(content));
  } catch {
    return "it is no whole JSON document";
  }
  if (!isRecord(value)) return "it is no JSON object";
  if (value["version"] !== 1) return `it has version ${JSON.stringify(value["version"])}, and this Fairlead reads 1`;
  if (value["environment"] !== environment) return "it is of another environment";
  const { issue, told } = value;
  const incident = readIncident(value["incident"]);
  if (incident === null) return "`incident` is malformed";
  if (incident.id !== id) return "its id is not the file's name";
  if (issue !== undefined && !(Number.isInteger(issue) && (issue as number) > 0)) return "`issue` is no number of one";
  const isTold = (at: unknown): boolean => at === null || isTime(at);
  if (!isRecord(told) || Object.keys(told).length > ITEMS_MAX || !Object.values(told).every(isTold))
    return "`told` holds something else";
  return {
    incident,
    ...(issue === undefined ? {} : { issue: issue as number }),
    told: Object.fromEntries(Object.entries(told)) as IncidentRecord["told"],
  };
}

function readIncident(value: unknown): Incident | null {
  if (!isRecord(value)) return null;
  const { id, title, severity, affected, source } = value;
  if (typeof id !== "string" || !/^[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?$/.test(id)) return null;
  if (!isText(title, 400) || !isSeverity(severity) || source !== "automatic") return null;
  if (!Array.isArray(affected) || affected.length !== 1 || !isText(affected[0], 63)) return null;
  const stretches = listOf(value["stretches"], readStretch);
  const updates = listOf(value["updates"], readUpdate);
  if (stretches === null || updates === null || stretches.length === 0) return null;
  for (const [at, { from, to }] of stretches.entries()) {
    const next = stretches[at + 1];
    // Only the last one may be open, and time goes forward.
    if (next !== undefined && (to === null || next.from < to)) return null;
    if (to !== null && to < from) return null;
  }
  return { id, title, severity, affected: [affected[0] as string], stretches, updates, source };
}

function readStretch(value: unknown): Stretch | null {
  if (!isRecord(value)) return null;
  const { from, to, severity } = value;
  if (!isTime(from) || !(to === null || isTime(to)) || !isSeverity(severity)) return null;
  return { from, to, severity };
}

function readUpdate(value: unknown): IncidentUpdate | null {
  if (!isRecord(value)) return null;
  const { at, status, says } = value;
  if (!isTime(at) || !isText(says, 4_096)) return null;
  if (status !== "investigating" && status !== "identified" && status !== "monitoring" && status !== "resolved")
    return null;
  return { at, status, says };
}

function listOf<T>(value: unknown, read: (item: unknown) => T | null): T[] | null {
  if (!Array.isArray(value) || value.length > ITEMS_MAX) return null;
  const items = value.map(read);
  return items.some((item) => item === null) ? null : (items as T[]);
}

function isSeverity(value: unknown): value is Severity {
  return value === "down" || value === "degraded" || value === "notice";
}

function isText(value: unknown, max: number): value is string {
  return typeof value === "string" && value.length <= max;
}

function isTime(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 8.64e15;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
