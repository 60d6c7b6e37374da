import type { Sample, Segment, Watching } from "../model/health.ts";

/** Larger files are not looked at: a segment is minutes of samples. */
const BYTES_MAX = 8 * 1024 * 1024;
const TEXT_MAX = 4_096;

/** A segment as its file holds it: one JSON document, keys in the order of the type (`schemas/health.schema.json`). */
export function encodeSegment(segment: Segment): Uint8Array {
  return Buffer.from(`${JSON.stringify(segment)}\n`, "utf8");
}

/**
 * Reads a segment's file, which anyone who can push may have written: returns the segment with only the keys we know, or
 * a few words that say why it cannot be used.
 */
export function decodeSegment(content: Uint8Array): Segment | string {
  const value = parseDocument(content);
  if (typeof value === "string") return value;
  const { collector, region = "default", environment, from, to, after, once, watching = {}, expected, samples } = value;
  if (!isText(collector) || !isText(region) || !isText(environment))
    return "`collector`, `region` or `environment` is no text";
  if (!isTime(from) || !isTime(to) || to < from) return "`from` and `to` are no stretch of time";
  if (after !== undefined && !(isTime(after) && after <= from)) return "`after` is no time before `from`";
  if (once !== undefined && once !== true) return "`once` is not true";
  if (!isRecord(watching) || !Object.keys(watching).every(isServiceId) || !Object.values(watching).every(isWatching))
    return "`watching` holds something else";
  if (!isRecord(expected) || !Object.keys(expected).every(isServiceId) || !Object.values(expected).every(isCount))
    return "`expected` holds something that is no count";
  if (!Array.isArray(samples)) return "`samples` is no list";
  const read: Sample[] = [];
  for (const [index, item] of samples.entries()) {
    const sample = readSample(item);
    if (sample === null) return `sample ${index} is malformed`;
    if (sample.at < from || sample.at > to) return `sample ${index} lies outside the segment`;
    read.push(sample);
  }
  return {
    version: 1,
    collector,
    region,
    environment,
    from,
    to,
    ...(after !== undefined ? { after } : {}),
    ...(once ? { once } : {}),
    watching: Object.fromEntries(
      Object.entries(watching as Record<string, Watching>).map(
        ([service, { cadenceMs, timeoutMs, failure_threshold, success_threshold }]) => [
          service,
          { cadenceMs, timeoutMs, failure_threshold, success_threshold },
        ],
      ),
    ),
    expected: expected as Record<string, number>,
    samples: read,
  };
}

/** One JSON object of the version that we know, or a few words that say why it is none. */
export function parseDocument(content: Uint8Array): Readonly<Record<string, unknown>> | string {
  if (content.byteLength > BYTES_MAX) return `it is larger than ${BYTES_MAX} bytes`;
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(content));
  } catch {
    return "it is no whole JSON document";
  }
  if (!isRecord(value)) return "it is no JSON object";
  if (value["version"] !== 1) return `it has version ${JSON.stringify(value["version"])}, and this Fairlead reads 1`;
  return value;
}

function readSample(item: unknown): Sample | null {
  if (!isRecord(item)) return null;
  const { service, at, outcome, latencyMs, status, conditions, checks, error, attempts, during } = item;
  if (!isServiceId(service) || !isTime(at)) return null;
  if (outcome !== "pass" && outcome !== "warn" && outcome !== "fail" && outcome !== "unknown") return null;
  if (attempts !== undefined && !isCount(attempts)) return null;
  if (during !== undefined && during !== "maintenance") return null;
  if (latencyMs !== undefined && !(typeof latencyMs === "number" && latencyMs >= 0)) return null;
  if (status !== undefined && !isCount(status)) return null;
  if (error !== undefined && !isText(error)) return null;
  if (conditions !== undefined && !(Array.isArray(conditions) && conditions.every(isCondition))) return null;
  if (checks !== undefined && !(isRecord(checks) && Object.values(checks).every(isCheckStatus))) return null;
  return {
    service,
    at,
    outcome,
    ...(latencyMs !== undefined ? { latencyMs } : {}),
    ...(status !== undefined ? { status } : {}),
    ...(conditions !== undefined ? { conditions: conditions.map(({ condition, held }) => ({ condition, held })) } : {}),
    ...(checks !== undefined ? { checks: checks as NonNullable<Sample["checks"]> } : {}),
    ...(error !== undefined ? { error } : {}),
    ...(attempts !== undefined ? { attempts: attempts as number } : {}),
    ...(during !== undefined ? { during } : {}),
  };
}

function isCondition(value: unknown): value is { readonly condition: string; readonly held: boolean } {
  return isRecord(value) && isText(value["condition"]) && typeof value["held"] === "boolean";
}

export function isWatching(value: unknown): value is Watching {
  return (
    isRecord(value) &&
    isTime(value["cadenceMs"]) &&
    isTime(value["timeoutMs"]) &&
    isCount(value["failure_threshold"]) &&
    isCount(value["success_threshold"])
  );
}

function isCheckStatus(value: unknown): boolean {
  return value === "pass" || value === "warn" || value === "fail" || value === "missing";
}

export function isText(value: unknown): value is string {
  return typeof value === "string" && value.length <= TEXT_MAX;
}

/** Milliseconds since the Unix epoch that a Date can hold. */
export function isTime(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= 8.64e15;
}

/** An RFC 1123 label: nothing else names a service, and no name can mean something to an object. */
export function isServiceId(value: unknown): value is string {
  return typeof value === "string" && /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(value);
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
