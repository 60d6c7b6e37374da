/**
 * `site/files/` is what the site has beside its pages, for readers that are programs: feeds, a calendar, JSON, badges. Each is
 * a pure function of the site's data, and equal data is equal bytes.
 */
import type { SiteData } from "../../model/site-data.ts";
import { publish } from "../publish.ts";
import { healthJson } from "./health-json.ts";
import { maintenanceCalendar } from "./maintenance-calendar.ts";
import { newsFeeds } from "./news-feeds.ts";
import { sitemap } from "./sitemap.ts";
import { statusBadges } from "./status-badges.ts";
import { statuspageApi } from "./statuspage-api.ts";

/** Every file beside the pages, by its path. `pages` are the addresses of the pages, below the site's root. */
export function filesBesidePages(data: SiteData, pages: readonly string[]): ReadonlyMap<string, string> {
  return new Map([
    ["data.json", publish(data)],
    ["health.json", healthJson(data)],
    ["maintenance.ics", maintenanceCalendar(data)],
    ...newsFeeds(data),
    ...statuspageApi(data),
    ...statusBadges(data),
    ...sitemap(data, pages),
  ]);
}
