import { makeBadge } from "badge-maker";
import type { Verdict } from "../../model/health.ts";
import type { SiteData } from "../../model/site-data.ts";

/**
 * `badge.svg` of the whole and `badges/<id>.svg` of each service, and the same for shields.io to draw
 * (`badge.json`, `badges/<id>.json`: its endpoint schema, version 1). A badge that cannot be kept fresh says less than none: readers should
 * link to it, not copy it.
 */
export function statusBadges(data: SiteData): ReadonlyMap<string, string> {
  const badges = [
    { path: "badge", label: data.title, verdict: data.verdict },
    ...data.services.map(({ id, name, verdict }) => ({ path: `badges/${id}`, label: name, verdict })),
  ];
  const files = new Map<string, string>();
  for (const { path, label, verdict } of badges) {
    const color = COLORS[verdict];
    files.set(`${path}.json`, `${JSON.stringify({ schemaVersion: 1, label, message: verdict, color })}\n`);
    files.set(`${path}.svg`, `${makeBadge({ label, message: verdict, color, idSuffix: path.replace("/", "-") })}\n`);
  }
  return files;
}

/** Dark enough for the white text on them. */
const COLORS: Readonly<Record<Verdict, string>> = {
  operational: "#1a7a48",
  degraded: "#8f5a00",
  down: "#b3261e",
  maintenance: "#3659a8",
  unknown: "#65625c",
};
