import type { Instant, Ms, ServiceId } from "../model/basics.ts";
import type { Incident, MaintenanceWindow } from "../model/incident.ts";
import type { Spec } from "../model/service.ts";
import type { Html, SiteIncident, SiteMaintenance } from "../model/site-data.ts";
import { automaticUpdate } from "./automatic-updates.ts";
import { markdownToHtml, textToHtml } from "./markdown.ts";

/** Incidents as pages show them, the newest first. What is open lasts until now. */
export function siteIncidents(
  incidents: readonly Incident[],
  specs: readonly Spec[],
  now: Ms,
): readonly SiteIncident[] {
  return incidents
    .filter(({ stretches }) => stretches.length > 0)
    .map((incident): SiteIncident => {
      const { stretches, updates, affected, text, postmortem, ...rest } = incident;
      const last = stretches.at(-1)?.to ?? null;
      return {
        ...rest,
        affected: named(affected, specs),
        from: instant(stretches[0]?.from ?? now),
        to: last === null ? null : instant(last),
        durationMs: stretches.reduce((sum, { from, to }) => sum + Math.max(0, (to ?? now) - from), 0),
        stretches: stretches.map(({ from, to }) => ({ from: instant(from), to: to === null ? null : instant(to) })),
        updates: updates.map(({ at, status, says }) => ({ at: instant(at), status, html: htmlOf(says, incident) })),
        ...(text !== undefined ? { html: markdownToHtml(text) } : {}),
        ...(postmortem !== undefined ? { postmortem: markdownToHtml(postmortem) } : {}),
      };
    })
    .toSorted((a, b) => (a.from === b.from ? (a.id < b.id ? -1 : 1) : a.from < b.from ? 1 : -1));
}

/**
 * An update of an automatic incident is text where it is a sentence of our own, with what a probe met in it, and Markdown where
 * somebody added it by hand.
 */
function htmlOf(says: string, { source }: Incident): Html {
  const html = textToHtml(says);
  return source === "automatic" && automaticUpdate(html) !== null ? html : markdownToHtml(says);
}

/** Windows as pages show them, by their start. */
export function siteMaintenance(
  windows: readonly MaintenanceWindow[],
  specs: readonly Spec[],
  now: Ms,
): readonly SiteMaintenance[] {
  return windows
    .toSorted((a, b) => a.from - b.from || (a.id < b.id ? -1 : 1))
    .map(({ from, to, affected, text, ...rest }) => ({
      ...rest,
      // Each window of a series has an address of its own.
      id: rest.repeats === undefined ? rest.id : `${rest.id}-${instant(from).slice(0, 16).replace(/[-:]/g, "")}`,
      ...(text !== undefined ? { html: markdownToHtml(text) } : {}),
      affected: named(affected, specs),
      from: instant(from),
      to: instant(to),
      phase: now < from ? "scheduled" : now < to ? "in_progress" : "completed",
    }));
}

function named(ids: readonly ServiceId[], specs: readonly Spec[]): readonly { id: ServiceId; name: string }[] {
  return ids.map((id) => ({ id, name: specs.find((spec) => spec.id === id)?.name ?? id }));
}

function instant(at: Ms): Instant {
  return new Date(at).toISOString();
}
