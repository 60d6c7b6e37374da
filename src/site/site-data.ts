import { sloFigures, sloOf } from "../health/slo.ts";
import { type Track, tracksOf } from "../health/tracks.ts";
import { byPeriod, daysOf, latenciesOf, sumOf } from "../health/uptime.ts";
import { type Judgement, verdictOf } from "../health/verdict.ts";
import type { Instant, Ms, ServiceId } from "../model/basics.ts";
import type { History, Period, Sample, Verdict } from "../model/health.ts";
import type { Incident, MaintenanceWindow } from "../model/incident.ts";
import type { Project } from "../model/project.ts";
import type { Spec } from "../model/service.ts";
import type { ServicePage, SiteData } from "../model/site-data.ts";
import type { State } from "../model/state.ts";
import { DEFAULT_HEALTH } from "../probes/probe.ts";
import { configurationLines } from "./configuration-lines.ts";
import { releasesOf } from "./releases.ts";
import { siteIncidents, siteMaintenance } from "./site-incidents.ts";

export interface SiteInput {
  readonly project: Project;
  readonly environment: string;
  readonly specs: readonly Spec[];
  /** The environment's (`health/history.ts`). */
  readonly history: History;
  /** For the releases, where they are published. */
  readonly state?: State;
  /** Blocks that are declared and that nothing enforces yet, by service. */
  readonly notEnforced?: ReadonlyMap<ServiceId, readonly string[]>;
  /** Where people reach a service: `http://localhost:3000`. */
  readonly addresses?: ReadonlyMap<ServiceId, string>;
  /** Automatic and written ones. */
  readonly incidents?: readonly Incident[];
  readonly windows?: readonly MaintenanceWindow[];
  readonly now: Ms;
}

/** Newest samples shown on a service's page. */
const SAMPLES_SHOWN = 120;

/** Everything the status site shows, computed once: the site's components only show it. Pure; the same input, the same data. */
export function siteData(input: SiteInput): SiteData {
  const { project, environment, now } = input;
  const specs = input.specs.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const { history } = input;
  const samples = newestSamples(history);
  const [hours, days] = [byPeriod(history.hours), byPeriod(history.days)];
  const tracks = tracksOf(history);
  const judgements = new Map(specs.map(({ id, status }) => [id, verdictOf(tracks.get(id), { status, now })]));
  const services = specs.map((spec) =>
    servicePage(spec, {
      input,
      specs,
      judgements,
      samples: samples.get(spec.id) ?? [],
      tracks: tracks.get(spec.id),
      hours,
      days,
    }),
  );
  const counts = countVerdicts(services);
  const verdict = GRAVEST_FIRST.find((candidate) => counts[candidate] > 0) ?? "unknown";
  return {
    title: project.site.title,
    ...(project.site.description !== undefined ? { description: project.site.description } : {}),
    project: project.project,
    environment,
    base: project.site.base,
    generatedAt: instant(now),
    verdict,
    says: banner(verdict, counts),
    counts,
    dataFrom: services.reduce<Instant | null>(
      (newest, { lastSampleAt: at }) => (at && at > (newest ?? "") ? at : newest),
      null,
    ),
    intervalMs: Math.min(...services.map((service) => service.intervalMs), DEFAULT_HEALTH.interval),
    groups: groupsOf(specs),
    services,
    ...(project.site.url !== undefined ? { url: project.site.url.replace(/\/$/, "") } : {}),
    language: project.site.language,
    links: project.site.links,
    ...(project.site.accent !== undefined ? { accent: project.site.accent } : {}),
    ...(project.site.logo !== undefined ? { logo: project.site.logo } : {}),
    incidents: siteIncidents(input.incidents ?? [], specs, now),
    maintenance: siteMaintenance(input.windows ?? [], specs, now),
  };
}

const GRAVEST_FIRST: readonly Verdict[] = ["down", "degraded", "unknown", "maintenance", "operational"];

/** A service that is switched off on purpose counts for nothing. */
function countVerdicts(services: readonly ServicePage[]): Record<Verdict, number> {
  const counts = { operational: 0, degraded: 0, down: 0, maintenance: 0, unknown: 0 };
  for (const { status, verdict } of services) if (status !== "inactive") counts[verdict]++;
  return counts;
}

function banner(verdict: Verdict, counts: Readonly<Record<Verdict, number>>): string {
  const total = Object.values(counts).reduce((sum, n) => sum + n, 0);
  const n = counts[verdict];
  if (total === 0) return "Nothing is watched yet";
  const share = n === total ? (n === 1 ? "The service" : `All ${n} services`) : `${n} of ${total} services`;
  const verb = n === 1 ? "is" : "are";
  switch (verdict) {
    case "operational":
      return total === 1 ? "The service is operational" : "All systems operational";
    case "down":
      return `${share} ${verb} down`;
    case "degraded":
      return `${share} ${verb} degraded`;
    case "maintenance":
      return `${share} ${verb} in maintenance`;
    case "unknown":
      return n === total ? "Waiting for results" : `${share} ${n === 1 ? "has" : "have"} no recent results`;
  }
}

interface PageContext {
  readonly input: SiteInput;
  readonly specs: readonly Spec[];
  readonly judgements: ReadonlyMap<ServiceId, Judgement>;
  /** By time. */
  readonly samples: readonly Sample[];
  readonly tracks: readonly Track[] | undefined;
  readonly hours: ReadonlyMap<string, Period>;
  readonly days: ReadonlyMap<string, Period>;
}

function servicePage(spec: Spec, { input, specs, judgements, samples, ...context }: PageContext): ServicePage {
  const { project, now } = input;
  const include = new Set(project.site.include);
  const last = samples.at(-1);
  const days = daysOf(context.days, spec.id, now);
  const slo = sloOf(spec);
  const percentiles = latenciesOf(context, spec.id, now);
  const address = input.addresses?.get(spec.id);
  const notEnforced = input.notEnforced?.get(spec.id) ?? [];
  const linkTo = (id: ServiceId) => ({
    id,
    name: specs.find((other) => other.id === id)?.name ?? id,
    verdict: judgements.get(id)?.verdict ?? ("unknown" as const),
  });
  return {
    id: spec.id,
    name: spec.name,
    ...(spec.description !== undefined ? { description: spec.description } : {}),
    ...(spec.icon !== undefined ? { icon: spec.icon } : {}),
    type: spec.type,
    ...(spec.kind !== undefined ? { kind: spec.kind } : {}),
    ...(spec.owner !== undefined ? { owner: spec.owner } : {}),
    status: spec.status,
    ...(judgements.get(spec.id) ?? verdictOf(undefined, { status: spec.status, now })),
    endpoints: spec.endpoints,
    ...(address !== undefined ? { address } : {}),
    lastSampleAt: last ? instant(last.at) : null,
    intervalMs: (spec.health ?? DEFAULT_HEALTH).interval,
    samples: samples.map(shownSample),
    days,
    uptime: sumOf(days),
    latency: percentiles["24h"],
    percentiles,
    ...(slo === null
      ? {}
      : { slo: sloFigures(slo, { service: spec.id, history: input.history, tracks: context.tracks, now }) }),
    checks: (spec.health?.checks ?? []).map((name) => ({ name, status: checkOf(last, name) })),
    conditions: conditionsOf(spec, last),
    ...(include.has("dependencies")
      ? {
          dependencies: spec.dependencies.map(linkTo),
          dependents: specs.filter((other) => other.dependencies.includes(spec.id)).map((other) => linkTo(other.id)),
        }
      : {}),
    ...(include.has("releases") && input.state ? { releases: releasesOf(spec.id, input.state) } : {}),
    ...(include.has("configuration") ? { configuration: configurationLines(spec) } : {}),
    ...(include.has("configuration") && notEnforced.length > 0 ? { notEnforced } : {}),
  };
}

/** By service, by time, at most as many as are shown. */
function newestSamples({ segments }: History): ReadonlyMap<ServiceId, readonly Sample[]> {
  const found = new Map<ServiceId, Sample[]>();
  for (const segment of segments) {
    for (const sample of segment.samples) {
      const samples = found.get(sample.service);
      if (samples === undefined) found.set(sample.service, [sample]);
      else samples.push(sample);
    }
  }
  for (const [service, samples] of found) found.set(service, samples.sort((a, b) => a.at - b.at).slice(-SAMPLES_SHOWN));
  return found;
}

function shownSample({ at, outcome, latencyMs, status, error, ...sample }: Sample): ServicePage["samples"][number] {
  const says = error ?? sample.conditions?.find((condition) => !condition.held)?.condition;
  return {
    at: instant(at),
    outcome,
    ...(latencyMs !== undefined ? { latencyMs } : {}),
    ...(status !== undefined ? { status } : {}),
    ...(says !== undefined ? { error: says } : {}),
  };
}

function checkOf(sample: Sample | undefined, name: string): "pass" | "warn" | "fail" | "missing" {
  const checks = sample?.checks ?? {};
  return Object.hasOwn(checks, name) ? (checks[name] ?? "missing") : "missing";
}

/** As the newest sample met them; as declared, and not held, while nobody has asked. */
function conditionsOf(spec: Spec, last: Sample | undefined): ServicePage["conditions"] {
  return last?.conditions ?? (spec.health?.conditions ?? []).map((condition) => ({ condition, held: false }));
}

const TYPE_NAMES: readonly (readonly [Spec["type"], string])[] = [
  ["api", "APIs"],
  ["data", "Data"],
  ["integration", "Integrations"],
  ["utility", "Utilities"],
];

/** By project where there are several, else by type. */
function groupsOf(specs: readonly Spec[]): SiteData["groups"] {
  const projects = [...new Set(specs.map((spec) => spec.project))].sort();
  const groups =
    projects.length > 1
      ? projects.map((name) => ({ name, of: specs.filter((spec) => spec.project === name) }))
      : TYPE_NAMES.map(([type, name]) => ({ name, type, of: specs.filter((spec) => spec.type === type) }));
  return groups
    .filter((group) => group.of.length > 0)
    .map(({ of, ...group }) => ({ ...group, services: of.map((spec) => spec.id) }));
}

function instant(at: Ms): Instant {
  return new Date(at).toISOString();
}
