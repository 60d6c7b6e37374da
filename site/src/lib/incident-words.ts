import type { SiteIncident } from "../../../src/model/site-data.ts";
import type { IncidentView } from "../../../src/site/site-views.ts";
import { duration } from "./format.ts";
import { site } from "./site.ts";
import { texts } from "./texts.ts";

/** Below the site's root. */
export function addressOf(incident: SiteIncident): string {
  return viewOf(incident).address;
}

/** As somebody wrote it; in the site's language where nobody did. */
export function titleOf(incident: SiteIncident): string {
  const automatic = viewOf(incident).title;
  if (automatic === null) return incident.title;
  return texts().incidents.automaticTitle(automatic.name, automatic.severity, incident.to === null);
}

/** What an update says, as HTML: in the site's language where nobody wrote it. What a probe met stays as it was met. */
export function updateOf(incident: SiteIncident, update: SiteIncident["updates"][number]): string {
  const { at, html } = update;
  const automatic = viewOf(incident).updates[incident.updates.indexOf(update)] ?? null;
  if (automatic === null) return html;
  const { lang, incidents: words, counted } = texts();
  if (automatic.is === "recovered") {
    const { lastedMs, times } = troubleUntil(incident, Date.parse(at));
    return `<p>${words.recovered(duration(lastedMs, 2), times > 1 ? counted.stretches(times) : null)}</p>`;
  }
  const met = "reason" in automatic && automatic.reason !== undefined ? automatic.reason : null;
  const reason = met === null || lang === "en" ? met : `<q lang="en">${met}</q>`;
  return `<p>${words.sentence(words.says[automatic.is], reason)}</p>`;
}

function viewOf(incident: SiteIncident): IncidentView {
  const view = site().views.incidents.get(incident);
  if (view === undefined) throw new Error(`the incident ${incident.id} is not one of the site's`);
  return view;
}

/** How long it lasted in all, and how often it came back: what goes on without a break, better or worse, is one time. */
function troubleUntil(
  { stretches }: SiteIncident,
  until: number,
): { readonly lastedMs: number; readonly times: number } {
  let [lastedMs, times, end] = [0, 0, Number.NaN];
  for (const { from, to } of stretches) {
    const [begin, stop] = [Date.parse(from), Math.min(until, to === null ? until : Date.parse(to))];
    if (stop <= begin) continue;
    if (begin !== end) times++;
    lastedMs += stop - begin;
    end = stop;
  }
  return { lastedMs, times };
}
