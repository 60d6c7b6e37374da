import type { SiteData } from "../model/site-data.ts";

/** Ten years: as many months have pages. */
const MONTHS_MAX = 120;

/**
 * Months that have a page of incidents, `2026-11`, the newest first: each since the first incident, those without any too,
 * so that nothing seems left out. A month's address never changes.
 */
export function incidentMonths({
  incidents,
  generatedAt,
}: Pick<SiteData, "incidents" | "generatedAt">): readonly string[] {
  const instants = [generatedAt, ...incidents.map(({ from }) => from)].sort();
  const [oldest = generatedAt, newest = generatedAt] = [instants[0], instants.at(-1)];
  const months: string[] = [];
  let [year = 0, month = 1] = newest.slice(0, 7).split("-").map(Number);
  for (let written = monthOf(year, month); months.length < MONTHS_MAX && written >= oldest.slice(0, 7); ) {
    months.push(written);
    month--;
    if (month === 0) {
      month = 12;
      year--;
    }
    written = monthOf(year, month);
  }
  return months;
}

function monthOf(year: number, month: number): string {
  return `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}`;
}
