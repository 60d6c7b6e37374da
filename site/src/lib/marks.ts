import type { SiteData, SiteIncident, SiteMaintenance } from "../../../src/model/site-data.ts";
import type { Outcome } from "../texts/texts.ts";

/** What a mark is drawn for: a verdict, or a notice. */
export type MarkName = SiteData["verdict"] | "notice";

/** Which verdict's colour and shape an outcome borrows. */
export const OUTCOME_MARKS: Readonly<Record<Outcome, MarkName>> = {
  pass: "operational",
  warn: "degraded",
  fail: "down",
  unknown: "unknown",
  missing: "unknown",
};

/** How an incident is marked: by its severity, or as done with. */
export function incidentMark({ severity, to }: Pick<SiteIncident, "severity" | "to">): MarkName {
  return to === null ? severity : "operational";
}

export const PHASE_MARKS: Readonly<Record<SiteMaintenance["phase"], MarkName>> = {
  scheduled: "notice",
  in_progress: "maintenance",
  completed: "operational",
};
