import type { SiteData, SiteIncident } from "../model/site-data.ts";
import { accentColours } from "./accent.ts";
import { type AutomaticUpdate, automaticTitle, automaticUpdate } from "./automatic-updates.ts";
import { type DependencyMap, dependencyMap } from "./dependency-map.ts";
import { type Deployment, deploymentsOf } from "./deployments.ts";
import { incidentAddress, monthAddress } from "./incident-addresses.ts";
import { incidentMonths } from "./incident-months.ts";

/** What pages show that is worked out of the data for them alone. */
export interface SiteViews {
  /** `2026-11`, the newest first. */
  readonly months: readonly string[];
  readonly incidents: ReadonlyMap<SiteIncident, IncidentView>;
  /** Null where `site.include` does not publish it; then there is no such page. */
  readonly map: DependencyMap | null;
  readonly deployments: readonly Deployment[] | null;
  /** The declared accent, made readable in either scheme. */
  readonly accent: { readonly light: string; readonly dark: string } | null;
}

export interface IncidentView {
  /** Below the site's root. */
  readonly address: string;
  /** What its title and each of its updates say where nobody wrote them, for pages in other languages; null where somebody did. */
  readonly title: ReturnType<typeof automaticTitle>;
  readonly updates: readonly (AutomaticUpdate | null)[];
}

/** Pure; the same data, the same views. */
export function siteViews(data: SiteData): SiteViews {
  return {
    months: incidentMonths(data),
    incidents: new Map(data.incidents.map((incident) => [incident, incidentView(incident)])),
    map: dependencyMap(data),
    deployments: deploymentsOf(data),
    accent: data.accent === undefined ? null : accentColours(data.accent),
  };
}

function incidentView(incident: SiteIncident): IncidentView {
  const isAutomatic = incident.source === "automatic";
  return {
    address: incidentAddress(incident.id),
    title: automaticTitle(incident),
    updates: incident.updates.map(({ html }) => (isAutomatic ? automaticUpdate(html) : null)),
  };
}

/**
 * Addresses of all pages, below the site's root and in the order of drawing. A builder that has drawn others must start
 * afresh.
 */
export function pageAddresses(data: SiteData): readonly string[] {
  const { months, map, deployments } = siteViews(data);
  return [
    "",
    "404.html",
    "about/",
    ...(map === null ? [] : ["dependencies/"]),
    ...(deployments === null ? [] : ["deployments/"]),
    "incidents/",
    ...new Set([...data.incidents.map(({ id }) => incidentAddress(id)), ...months.map(monthAddress)]),
    "maintenance/",
    ...data.services.map(({ id }) => `services/${id}/`),
  ];
}
