import type { ServicePage, SiteData } from "../../../src/model/site-data.ts";

type Verdict = SiteData["verdict"];
type Outcome = ServicePage["samples"][number]["outcome"] | "missing";

/** One word for each verdict, the same everywhere. */
export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  operational: "Operational",
  degraded: "Degraded",
  down: "Down",
  maintenance: "Maintenance",
  unknown: "Unknown",
};

export const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  pass: "Passed",
  warn: "Warned",
  fail: "Failed",
  unknown: "Unknown",
  missing: "Not reported",
};

/** Which verdict's colour and shape an outcome borrows. */
export const OUTCOME_VERDICTS: Readonly<Record<Outcome, Verdict>> = {
  pass: "operational",
  warn: "degraded",
  fail: "down",
  unknown: "unknown",
  missing: "unknown",
};
