import type { Ms } from "../model/basics.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Counts, History, Period, SloFigures, SloSpec, Tally } from "../model/health.ts";
import type { ServicePage } from "../model/site-data.ts";
import { DAY_MS, startOfHour, stretchOf } from "./calendar.ts";
import type { Layers } from "./compact.ts";
import { sketchSize } from "./latency-sketch.ts";
import { dayOfHours, monthOfDays } from "./layers.ts";
import { sloFigures } from "./slo.ts";
import { VERDICTS } from "./tally.ts";
import { tracksOf } from "./tracks.ts";
import { byPeriod, daysOf, latenciesOf, sumOf } from "./uptime.ts";

/** Figures as a site publishes them in `data.json`: anybody may have written it. */
export type PublishedFigures = Pick<ServicePage, "id" | "days" | "uptime" | "latency" | "percentiles" | "slo"> &
  Partial<Pick<ServicePage, "status" | "verdict">>;

/** What `data.json` says of all services together, and of incidents: whatever somebody wrote there. */
export interface PublishedSummary {
  readonly services: readonly PublishedFigures[];
  readonly generatedAt: Ms;
  readonly verdict?: unknown;
  readonly counts?: unknown;
  readonly incidents?: unknown;
}

/** Checks what a site publishes against itself: the banner against its services, how long incidents took against their stretches. Pure. */
export function verifySummary({ services, generatedAt, ...site }: PublishedSummary): readonly Diagnostic[] {
  const problems: Diagnostic[] = [];
  const counts = { operational: 0, degraded: 0, down: 0, maintenance: 0, unknown: 0 };
  // A service that is switched off on purpose counts for nothing.
  for (const { status, verdict } of services)
    if (status !== "inactive" && verdict !== undefined && Object.hasOwn(counts, verdict)) counts[verdict]++;
  if (site.counts !== undefined) compare(problems, ["banner", "counts"], site.counts, counts);
  const gravest = GRAVEST_FIRST.find((verdict) => counts[verdict] > 0) ?? "unknown";
  if (site.verdict !== undefined) compare(problems, ["banner", "verdict"], site.verdict, gravest);
  for (const incident of Array.isArray(site.incidents) ? (site.incidents as readonly unknown[]) : []) {
    if (!isObject(incident)) continue;
    const stretches = ownValue(incident, "stretches");
    if (!Array.isArray(stretches)) continue;
    const place = `incident ${String(ownValue(incident, "id"))}`;
    const durationMs = stretches.reduce<number>((sum, stretch) => sum + lengthOf(stretch, generatedAt), 0);
    compare(problems, [place, "durationMs"], ownValue(incident, "durationMs"), durationMs);
  }
  return problems;
}

const GRAVEST_FIRST = ["down", "degraded", "unknown", "maintenance", "operational"] as const;

/** Of a stretch as it is published; what goes on lasts until the site was made. */
function lengthOf(stretch: unknown, now: Ms): Ms {
  if (!isObject(stretch)) return 0;
  const [from, to] = [ownValue(stretch, "from"), ownValue(stretch, "to")];
  return Math.max(0, (to === null ? now : Date.parse(String(to))) - Date.parse(String(from)));
}

/**
 * Checks what is kept against itself: each day is its hours, each month its days, outcomes add up to askings, seconds to the
 * stretch, and no more latencies are counted than answers. A difference is a diagnostic with its place and both figures. Pure.
 */
export function verifyLayers(
  layers: Layers,
  { until, oldest = Number.POSITIVE_INFINITY }: { readonly until: Ms; readonly oldest?: Ms },
): readonly Diagnostic[] {
  const problems: Diagnostic[] = [];
  const dates = new Set([...layers.hours.keys()].map((hour) => hour.slice(0, 10)));
  const newest = [...dates].sort().at(-1);
  for (const date of [...dates].sort()) {
    // Counted by day once its last hour is in.
    if ((stretchOf(date)?.to ?? until) > startOfHour(until)) continue;
    // Where the collectors stopped, nothing came after it that would have closed it: the next append does.
    if (date === newest && !layers.days.has(date)) continue;
    compare(problems, [`day ${date}`], layers.days.get(date)?.services ?? {}, dayOfHours(date, layers.hours).services);
  }
  const days = [...layers.days.values()].sort((a, b) => (a.at < b.at ? -1 : 1));
  for (const month of [...new Set(days.map(({ at }) => at.slice(0, 7)))].sort())
    compare(problems, [`month ${month}`], layers.months.get(month)?.services ?? {}, monthOfDays(month, days).services);
  for (const period of [...days, ...layers.months.values()]) problems.push(...addsUp(period));
  problems.push(...lostHours(layers, { dates, oldest, newest }));
  return problems;
}

/** Works out every figure that a site publishes of its services once more, of what is kept. Pure. */
export function verifyFigures(
  published: readonly PublishedFigures[],
  { history, now }: { readonly history: History; readonly now: Ms },
): readonly Diagnostic[] {
  const problems: Diagnostic[] = [];
  const [hours, days] = [byPeriod(history.hours), byPeriod(history.days)];
  const tracks = tracksOf(history);
  for (const { id, slo, ...page } of published) {
    const own = daysOf(days, id, now);
    const percentiles = latenciesOf({ hours, days }, id, now);
    compare(problems, [id, "days"], page.days, own);
    compare(problems, [id, "uptime"], page.uptime, sumOf(own));
    compare(problems, [id, "latency"], page.latency, percentiles["24h"]);
    compare(problems, [id, "percentiles"], page.percentiles, percentiles);
    const spec: SloSpec | undefined = slo?.slo;
    if (spec === undefined) continue;
    const figures: SloFigures = sloFigures(spec, { service: id, history, tracks: tracks.get(id), now });
    compare(problems, [id, "slo"], slo, figures);
  }
  const shown = new Set(published.map(({ id }) => id));
  const [first] = published[0]?.days ?? [];
  const counted = history.days.filter(({ at }) => first === undefined || at >= first.day);
  const missing = new Set(
    counted.flatMap(({ services }) =>
      Object.entries(services).flatMap(([id, { actual }]) => (actual > 0 && !shown.has(id) ? [id] : [])),
    ),
  );
  return [...problems, ...[...missing].sort().slice(0, PROBLEMS_MAX).map(notShown)];
}

/** Days of which hours should be there and are not: their sums may be right, and nobody can tell any more. */
function lostHours(
  { days }: Layers,
  of: { readonly dates: ReadonlySet<string>; readonly oldest: Ms; readonly newest: string | undefined },
): readonly Diagnostic[] {
  const lost = [...days.values()].filter(
    ({ at, services }) =>
      !of.dates.has(at) &&
      (stretchOf(at)?.from ?? 0) >= of.oldest &&
      Object.values(services).some(({ actual }) => actual > 0),
  );
  return lost.slice(0, PROBLEMS_MAX).map(({ at }) => ({
    code: "health-hours-lost",
    severity: "warning",
    summary: `day ${at} cannot be counted again: it has counts, and its hours are not there`,
    detail: "Hours of that day are to be kept still. Imported days never had any.",
  }));
}

function addsUp({ at, services }: Period): readonly Diagnostic[] {
  const problems: Diagnostic[] = [];
  const place = at.length === 10 ? `day ${at}` : `month ${at}`;
  for (const [service, tally] of Object.entries(services)) {
    const outcomes = tally.passed + tally.warned + tally.failed + tally.unknown + tally.maintenance;
    compare(problems, [place, service, "actual"], tally.actual, outcomes);
    const answers = tally.passed + tally.warned + tally.failed;
    const counted = sketchSize(tally.latency);
    if (counted > answers) problems.push(differs([place, service, "latencies"], counted, answers));
    if (at.length === 10) compare(problems, [place, service, "seconds"], sumOfSeconds(tally), DAY_MS / 1_000);
  }
  return problems;
}

function sumOfSeconds({ seconds }: Counts | Tally): number {
  return VERDICTS.reduce((sum, verdict) => sum + seconds[verdict], 0);
}

/** At most so many differences are told: whoever has more has one cause. */
const PROBLEMS_MAX = 100;

function compare(problems: Diagnostic[], place: readonly string[], found: unknown, expected: unknown): void {
  if (problems.length >= PROBLEMS_MAX || Object.is(found, expected)) return;
  if (!isObject(found) || !isObject(expected)) {
    if (found !== expected) problems.push(differs(place, found, expected));
    return;
  }
  for (const key of new Set([...Object.keys(found), ...Object.keys(expected)])) {
    const [one, other] = [ownValue(found, key), ownValue(expected, key)];
    compare(problems, [...place, nameOf(one ?? other, key)], one, other);
  }
}

/** Days of a list are named by their day. */
function nameOf(value: unknown, key: string): string {
  if (!isObject(value)) return key;
  const name = ownValue(value, "day") ?? ownValue(value, "month") ?? ownValue(value, "percentile");
  return typeof name === "string" ? name : key;
}

function ownValue(value: object, key: string): unknown {
  return Object.hasOwn(value, key) ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** A warning: services are retired, and what is kept of them stays. */
function notShown(service: string): Diagnostic {
  return {
    code: "site-service-missing",
    severity: "warning",
    summary: `${service} has counts in the history, and the site says nothing of it`,
    detail: "That is right where it is declared no more.",
  };
}

function differs(place: readonly string[], found: unknown, expected: unknown): Diagnostic {
  return {
    code: "health-figure-differs",
    severity: "error",
    summary: `${place.join(" ")}: ${shown(found)} is kept or published, and ${shown(expected)} is what it is made of`,
    detail: "A figure must be what can be counted again from what is kept.",
  };
}

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  return (JSON.stringify(value) ?? String(value)).slice(0, 60);
}
