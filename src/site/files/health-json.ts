import type { Verdict } from "../../model/health.ts";
import type { SiteData } from "../../model/site-data.ts";

/**
 * `health.json`: the whole as `application/health+json` (draft-inadarei-api-health-check-06), one check a service, so that a
 * monitor, or another Fairlead, can ask for all of it at once.
 */
export function healthJson(data: SiteData): string {
  const checks = Object.fromEntries(
    data.services
      .filter(({ status }) => status !== "inactive")
      .map((service) => [
        `${service.id}:uptime`,
        [
          {
            componentId: service.id,
            componentType: "component",
            status: STATUSES[service.verdict],
            output: service.says,
            ...(service.lastSampleAt === null ? {} : { time: service.lastSampleAt }),
          },
        ],
      ]),
  );
  const value = { status: STATUSES[data.verdict], description: data.title, notes: [data.says], checks };
  return `${JSON.stringify(value)}\n`;
}

/** What is not known is worth a look, and no failure. */
const STATUSES: Readonly<Record<Verdict, "pass" | "warn" | "fail">> = {
  operational: "pass",
  maintenance: "pass",
  degraded: "warn",
  unknown: "warn",
  down: "fail",
};
