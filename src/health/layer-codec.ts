import type { ServiceId } from "../model/basics.ts";
import type { Period, Standing, Tally } from "../model/health.ts";
import { stretchOf } from "./calendar.ts";
import { decodeSketch, encodeSketch } from "./latency-sketch.ts";
import type { KeptHour, KeptTally } from "./layers.ts";
import { isRecord, isServiceId, isText, isTime, isWatching, parseDocument } from "./segment-codec.ts";
import { VERDICTS } from "./tally.ts";
import { spansOf } from "./verdict-text.ts";

/*
 * The files of what is kept beside samples (`schemas/health.schema.json`): JSON with a line a service, so that Git's deltas and
 * people see what changed. A tally is written by its numbers alone: a repository holds a hundred thousand of them.
 */

const ASKINGS = ["expected", "actual", "passed", "warned", "failed", "unknown", "maintenance"] as const;

/** A day's hours. */
export function encodeHours(environment: string, hours: readonly KeptHour[]): Uint8Array {
  const parts = hours.map(({ at, segments, services }) => {
    const lines = Object.entries(services).map(([service, tally]) => {
      const { latency, verdicts } = tally;
      return line(service, { askings: askingsIn(tally), verdicts, latency: encodeSketch(latency) });
    });
    return `{"at":"${at}","segments":${JSON.stringify(segments)},"services":{${lines.join(",")}\n}}`;
  });
  return document(environment, "hours", parts);
}

/** A month's days or a year's months. */
export function encodePeriods(environment: string, periods: readonly Period[]): Uint8Array {
  const parts = periods.map(({ at, services }) => {
    const lines = Object.entries(services).map(([service, tally]) => {
      const seconds = VERDICTS.map((verdict) => tally.seconds[verdict]);
      return line(service, { askings: askingsIn(tally), seconds, latency: encodeSketch(tally.latency) });
    });
    return `{"at":"${at}","services":{${lines.join(",")}\n}}`;
  });
  return document(environment, "periods", parts);
}

export function encodeStandings(environment: string, standings: readonly Standing[]): Uint8Array {
  return document(
    environment,
    "standings",
    standings.map((standing) => JSON.stringify(standing)),
  );
}

function document(environment: string, key: string, parts: readonly string[]): Uint8Array {
  return Buffer.from(
    `{"version":1,"environment":${JSON.stringify(environment)},"${key}":[\n${parts.join(",\n")}\n]}\n`,
  );
}

function line(service: ServiceId, value: unknown): string {
  return `\n${JSON.stringify(service)}:${JSON.stringify(value)}`;
}

function askingsIn(tally: Pick<Tally, (typeof ASKINGS)[number]>): readonly number[] {
  return ASKINGS.map((key) => tally[key]);
}

/** The hours of a day's file, or a few words that say why it cannot be used. */
export function decodeHours(content: Uint8Array, environment: string, date: string): readonly KeptHour[] | string {
  const items = itemsOf(content, environment, "hours");
  if (typeof items === "string") return items;
  const hours: KeptHour[] = [];
  for (const item of items) {
    const { at, segments, services } = item;
    if (!isText(at) || !at.startsWith(`${date}T`) || stretchOf(at) === null) return "it holds an hour of another day";
    if (!Array.isArray(segments) || !segments.every(isDigest)) return `\`segments\` of ${at} are no digests`;
    if (!isRecord(services)) return `\`services\` of ${at} is no object`;
    const tallies: [ServiceId, KeptTally][] = [];
    for (const [service, value] of Object.entries(services)) {
      const counts = askingsOf(value);
      const verdicts = isRecord(value) ? value["verdicts"] : null;
      if (!isServiceId(service) || counts === null || typeof verdicts !== "string" || spansOf(verdicts, 0) === null)
        return `what ${at} says of ${JSON.stringify(service)} is malformed`;
      tallies.push([service, { ...counts, verdicts }]);
    }
    hours.push({ at, segments, services: Object.fromEntries(tallies) });
  }
  return isInOrder(hours) ? hours : "its hours are not in order";
}

/** The days of a month's file or the months of a year's: each lies in `of`. */
export function decodePeriods(content: Uint8Array, environment: string, of: string): readonly Period[] | string {
  const items = itemsOf(content, environment, "periods");
  if (typeof items === "string") return items;
  const periods: Period[] = [];
  for (const { at, services } of items) {
    if (!isText(at) || !at.startsWith(`${of}-`) || at.length !== of.length + 3)
      return `it holds a period outside ${of}`;
    const stretch = stretchOf(at);
    if (stretch === null || !isRecord(services)) return `${JSON.stringify(at)} is malformed`;
    const tallies: [ServiceId, Tally][] = [];
    for (const [service, value] of Object.entries(services)) {
      const counts = askingsOf(value);
      const seconds = isRecord(value) ? value["seconds"] : null;
      if (!isServiceId(service) || counts === null || !areSeconds(seconds, (stretch.to - stretch.from) / 1_000))
        return `what ${at} says of ${JSON.stringify(service)} is malformed`;
      const [operational = 0, degraded = 0, down = 0, maintenance = 0, unknown = 0] = seconds;
      const { latency, ...askings } = counts;
      tallies.push([service, { ...askings, seconds: { operational, degraded, down, maintenance, unknown }, latency }]);
    }
    periods.push({ at, services: Object.fromEntries(tallies) });
  }
  return isInOrder(periods) ? periods : "its periods are not in order";
}

export function decodeStandings(content: Uint8Array, environment: string): readonly Standing[] | string {
  const items = itemsOf(content, environment, "standings");
  if (typeof items === "string") return items;
  const standings: Standing[] = [];
  for (const item of items) {
    const { collector, region, service, at, outcome, during, verdict, judgedAt, watching } = item;
    if (!isText(collector) || !isText(region) || !isServiceId(service) || !isTime(at)) return "a standing is malformed";
    if (outcome !== "pass" && outcome !== "warn" && outcome !== "fail" && outcome !== "unknown")
      return "a standing has no outcome";
    if (verdict !== "operational" && verdict !== "degraded" && verdict !== "down" && verdict !== "unknown")
      return "a standing has no verdict";
    if ((during !== undefined && during !== "maintenance") || !isWatching(watching)) return "a standing is malformed";
    if (judgedAt !== undefined && !(isTime(judgedAt) && judgedAt <= at)) return "a standing was judged after it ends";
    standings.push({
      ...{ collector, region, service, at, outcome },
      ...(during === undefined ? {} : { during }),
      verdict,
      ...(judgedAt === undefined ? {} : { judgedAt }),
      watching,
    });
  }
  return standings;
}

function itemsOf(
  content: Uint8Array,
  environment: string,
  key: string,
): readonly Readonly<Record<string, unknown>>[] | string {
  const value = parseDocument(content);
  if (typeof value === "string") return value;
  if (value["environment"] !== environment) return "it is of another environment";
  const items = value[key];
  if (!Array.isArray(items) || !items.every(isRecord)) return `\`${key}\` is no list of objects`;
  return items;
}

function askingsOf(value: unknown): Omit<Tally, "seconds"> | null {
  if (!isRecord(value)) return null;
  const { askings, latency } = value;
  if (!Array.isArray(askings) || askings.length !== ASKINGS.length || !askings.every(isCount)) return null;
  const [expected = 0, actual = 0, passed = 0, warned = 0, failed = 0, unknown = 0, maintenance = 0] = askings;
  const sketch = typeof latency === "string" ? decodeSketch(latency) : null;
  return sketch === null ? null : { expected, actual, passed, warned, failed, unknown, maintenance, latency: sketch };
}

function areSeconds(value: unknown, length: number): value is readonly number[] {
  if (!Array.isArray(value) || value.length !== VERDICTS.length || !value.every(isCount)) return false;
  return value.reduce((sum: number, n: number) => sum + n, 0) <= length;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isDigest(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-f]{12}$/.test(value);
}

function isInOrder(items: readonly { readonly at: string }[]): boolean {
  return items.every(({ at }, index) => index === 0 || (items[index - 1]?.at ?? "") < at);
}
