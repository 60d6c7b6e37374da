import { formatDuration } from "../../model/duration.ts";
import type { ServiceRule } from "../rule.ts";

const DAY_MS = 86_400_000;
const DAYS_MAX = 90;

/** A promise is counted by days, and as many days are published; a pattern cannot say so of all the forms of a duration. */
export const sloWindowsArePublished: ServiceRule = {
  code: "value-range",
  fact: "sloWindowsArePublished",
  *find({ slo }) {
    if (slo === undefined || (slo.window >= DAY_MS && slo.window <= DAYS_MAX * DAY_MS)) return;
    yield {
      keys: ["slo", "window"],
      at: "value",
      problem: {
        code: "value-range",
        severity: "error",
        summary: `\`slo.window\` is ${formatDuration(slo.window)}; it must be from 1d to ${DAYS_MAX}d`,
        detail: "A promise is counted by whole days, and 90 are published: nobody could count a longer one anew.",
      },
    };
  },
};
