import type { Verdict } from "../../model/health.ts";
import type { ServicePage, SiteData, SiteIncident, SiteMaintenance } from "../../model/site-data.ts";
import { incidentAddress } from "../incident-addresses.ts";
import { addressesOf } from "./addresses.ts";

/**
 * `api/v2/*.json` in the shape of Statuspage's public status API (v2: `summary.json`, `status.json`, `components.json`,
 * `incidents.json`, `incidents/unresolved.json`, `scheduled-maintenances.json` with its `upcoming` and `active`), so that what reads
 * theirs reads ours. Statuspage has no word for not knowing: such a service is `degraded_performance`, and `fairlead_verdict`
 * beside it says what is meant. Figures that it has nowhere are left to `data.json`.
 */
export function statuspageApi(data: SiteData): ReadonlyMap<string, string> {
  const page = {
    id: data.project,
    name: data.title,
    url: addressesOf(data)(),
    time_zone: "Etc/UTC",
    updated_at: data.dataFrom ?? data.generatedAt,
  };
  const status = { indicator: INDICATORS[data.verdict], description: data.says };
  const components = data.services.map((service, index) => component(service, index, page.id, page.updated_at));
  const incidents = data.incidents.map((one) => incident(one, data));
  const unresolved = incidents.filter(({ resolved_at }) => resolved_at === null);
  const maintenances = data.maintenance.map((one) => maintenance(one, data));
  const upcoming = maintenances.filter((one) => one.status === "scheduled");
  const active = maintenances.filter((one) => one.status === "in_progress");
  const documents: Readonly<Record<string, object>> = {
    "summary.json": {
      page,
      components,
      incidents: unresolved,
      scheduled_maintenances: [...active, ...upcoming],
      status,
    },
    "status.json": { page, status },
    "components.json": { page, components },
    "incidents.json": { page, incidents: incidents.slice(0, INCIDENTS_MAX) },
    "incidents/unresolved.json": { page, incidents: unresolved },
    "scheduled-maintenances.json": { page, scheduled_maintenances: maintenances.toReversed().slice(0, INCIDENTS_MAX) },
    "scheduled-maintenances/upcoming.json": { page, scheduled_maintenances: upcoming },
    "scheduled-maintenances/active.json": { page, scheduled_maintenances: active },
  };
  return new Map(Object.entries(documents).map(([name, value]) => [`api/v2/${name}`, `${JSON.stringify(value)}\n`]));
}

/** As many as Statuspage's own answer holds. */
const INCIDENTS_MAX = 50;

const INDICATORS: Readonly<Record<Verdict, string>> = {
  operational: "none",
  degraded: "minor",
  unknown: "minor",
  down: "major",
  maintenance: "maintenance",
};

const COMPONENT_STATUSES: Readonly<Record<Verdict, string>> = {
  operational: "operational",
  degraded: "degraded_performance",
  unknown: "degraded_performance",
  down: "major_outage",
  maintenance: "under_maintenance",
};

const IMPACTS: Readonly<Record<SiteIncident["severity"], string>> = {
  notice: "none",
  degraded: "minor",
  down: "major",
};

function component(service: ServicePage, index: number, page: string, updatedAt: string) {
  return {
    id: service.id,
    name: service.name,
    status: COMPONENT_STATUSES[service.verdict],
    fairlead_verdict: service.verdict,
    created_at: null,
    updated_at: service.lastSampleAt ?? updatedAt,
    position: index + 1,
    description: service.description ?? null,
    showcase: true,
    start_date: null,
    group_id: null,
    page_id: page,
    group: false,
    only_show_if_degraded: false,
  };
}

function incident(one: SiteIncident, data: SiteData) {
  return {
    id: one.id,
    name: one.title,
    status: one.to !== null ? "resolved" : (one.updates.at(-1)?.status ?? "investigating"),
    created_at: one.from,
    updated_at: one.updates.at(-1)?.at ?? one.from,
    monitoring_at: one.updates.findLast(({ status }) => status === "monitoring")?.at ?? null,
    resolved_at: one.to,
    impact: IMPACTS[one.severity],
    shortlink: addressesOf(data)(incidentAddress(one.id)),
    started_at: one.from,
    page_id: data.project,
    incident_updates: one.updates.toReversed().map(({ at, status, html }, index) => ({
      id: `${one.id}-${one.updates.length - index}`,
      status,
      body: html,
      incident_id: one.id,
      created_at: at,
      updated_at: at,
      display_at: at,
    })),
    components: one.affected,
  };
}

function maintenance(one: SiteMaintenance, data: SiteData) {
  return {
    id: one.id,
    name: one.title,
    status: one.phase,
    created_at: one.from,
    updated_at: one.from,
    monitoring_at: null,
    resolved_at: one.phase === "completed" ? one.to : null,
    impact: "maintenance",
    shortlink: addressesOf(data)(`maintenance/#${one.id}`),
    started_at: one.from,
    page_id: data.project,
    incident_updates: [],
    components: one.affected,
    scheduled_for: one.from,
    scheduled_until: one.to,
  };
}
