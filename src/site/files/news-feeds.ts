import { Feed } from "feed";
import type { Instant, ServiceId } from "../../model/basics.ts";
import type { SiteData, SiteIncident, SiteMaintenance } from "../../model/site-data.ts";
import { incidentAddress } from "../incident-addresses.ts";
import { escapeHtml } from "../markdown.ts";
import { addressesOf } from "./addresses.ts";

/** A reader looks back this far; older incidents keep their pages. */
const ITEMS_MAX = 50;

/**
 * `rss.xml` (RSS 2.0) and `atom.xml` (RFC 4287): one pair for the whole site and one below each service's page. Entries are
 * incidents and announced maintenance; an entry changes when an update is added, and keeps its id. Feeds need absolute
 * addresses: without `site.url` there are none.
 */
export function newsFeeds(data: SiteData): ReadonlyMap<string, string> {
  if (data.url === undefined) return new Map();
  const files = new Map(pair(data, "", data.title, data.incidents, data.maintenance));
  for (const { id, name } of data.services) {
    const incidents = data.incidents.filter(({ affected }) => affected.some((one) => one.id === id));
    const windows = data.maintenance.filter((window) => touches(window, id));
    for (const [path, text] of pair(data, `services/${id}/`, `${name} · ${data.title}`, incidents, windows))
      files.set(path, text);
  }
  return files;
}

/** A window without services is everybody's. */
function touches({ affected }: SiteMaintenance, id: ServiceId): boolean {
  return affected.length === 0 || affected.some((one) => one.id === id);
}

function pair(
  data: SiteData,
  folder: string,
  title: string,
  incidents: readonly SiteIncident[],
  windows: readonly SiteMaintenance[],
): readonly (readonly [string, string])[] {
  const address = addressesOf(data);
  const items = [
    ...incidents.map((incident) => incidentItem(incident, address)),
    ...windows.map((window) => windowItem(window, data.generatedAt, address)),
  ]
    .toSorted((a, b) => b.date.getTime() - a.date.getTime() || (a.link < b.link ? -1 : 1))
    .slice(0, ITEMS_MAX);
  const feed = new Feed({
    title,
    description: data.description ?? data.says,
    id: address(folder),
    link: address(folder),
    language: data.language,
    // The newest entry's, not the build's: a feed that says nothing new is the same bytes.
    updated: items[0]?.date ?? new Date(0),
    generator: "Fairlead",
    feedLinks: { rss: address(`${folder}rss.xml`), atom: address(`${folder}atom.xml`) },
  });
  for (const item of items) feed.addItem(item);
  return [
    [`${folder}rss.xml`, feed.rss2()],
    [`${folder}atom.xml`, feed.atom1()],
  ];
}

function incidentItem(incident: SiteIncident, address: (path: string) => string) {
  const link = address(incidentAddress(incident.id));
  const updates = incident.updates
    .toReversed()
    .map(({ at, status, html }) => `<p><b>${status}</b>, <time>${at}</time></p>${html}`)
    .join("");
  const newest = incident.updates.at(-1)?.at ?? incident.from;
  return {
    id: link,
    link,
    title: incident.to === null ? incident.title : `Resolved: ${incident.title}`,
    date: new Date(incident.to !== null && incident.to > newest ? incident.to : newest),
    published: new Date(incident.from),
    content: `<p>${incident.affected.map(({ name }) => escapeHtml(name)).join(", ")}</p>${incident.html ?? ""}${updates}`,
  };
}

/** What is still to come bears the day of the site: no entry is of the future, and it is the same all day long. */
function windowItem(window: SiteMaintenance, now: Instant, address: (path: string) => string) {
  const link = address(`maintenance/#${window.id}`);
  return {
    id: link,
    link,
    title: `Maintenance: ${window.title}`,
    date: new Date(window.from <= now ? window.from : now.slice(0, 10)),
    content: `<p>${window.from} to ${window.to}</p>${window.html ?? ""}`,
  };
}
