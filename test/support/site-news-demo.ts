import type { Incident, MaintenanceWindow } from "../../src/model/incident.ts";

const at = (text: string): number => Date.parse(`2026-${text}Z`);

/** What the demo site tells of its past and future: open and closed, automatic and written, with hostile and long words. */
export const DEMO_INCIDENTS: readonly Incident[] = [
  {
    id: "mailer-2026-11-24-1159",
    title: "Mail and notification sender with quite a long name is down",
    severity: "down",
    affected: ["mailer"],
    stretches: [{ from: at("11-24T11:59:50"), to: null, severity: "down" }],
    updates: [{ at: at("11-24T12:01:00"), status: "investigating", says: "3 checks in a row failed: answered 503." }],
    source: "automatic",
  },
  {
    id: "2026-11-19-certificates",
    title: "Certificates <b>expired</b> & were renewed",
    severity: "down",
    affected: ["orders-api", "search", "gone-service"],
    stretches: [
      { from: at("11-19T07:12:05"), to: at("11-19T08:01:17"), severity: "degraded" },
      { from: at("11-19T08:01:17"), to: at("11-19T08:40:00"), severity: "down" },
      { from: at("11-19T10:00:00"), to: at("11-19T10:02:30"), severity: "down" },
    ],
    updates: [
      { at: at("11-19T07:20:00"), status: "investigating", says: "Orders fail for **some** customers." },
      {
        at: at("11-19T07:55:00"),
        status: "identified",
        says: "A certificate has expired, see [the log](https://example.com/log).",
      },
      { at: at("11-19T08:41:00"), status: "monitoring", says: "Renewed.\n\n- checked by hand\n- alarms set" },
      { at: at("11-19T10:30:00"), status: "resolved", says: "Over. <script>alert(1)</script>" },
    ],
    text: "Customers could not order for a while.",
    postmortem:
      "## What happened\n\nNobody renewed `orders.example.com`.\n\n## What we do now\n\n1. Renewal by machine\n2. A check of the expiry",
    source: "written",
  },
  {
    id: "search-2026-09-30-2359",
    title: "Product search is degraded",
    severity: "degraded",
    affected: ["search"],
    stretches: [{ from: at("09-30T23:59:30"), to: at("10-01T00:04:45"), severity: "degraded" }],
    updates: [{ at: at("10-01T00:05:00"), status: "resolved", says: "It is well again." }],
    source: "automatic",
  },
];

export const DEMO_WINDOWS: readonly MaintenanceWindow[] = [
  {
    id: "database-move",
    title: "The database moves to faster disks",
    affected: [],
    from: at("10-11T02:00:00"),
    to: at("10-11T04:30:00"),
    text: "Orders are **read-only** meanwhile.",
  },
  {
    id: "images-rebuild",
    title: "Pictures are resized anew",
    affected: ["images"],
    from: at("11-24T11:00:00"),
    to: at("11-24T14:00:00"),
  },
  {
    id: "sunday-updates-2026-11-29",
    title: "Updates of the operating system, on all hosts one after the other",
    affected: ["cache", "orders-api"],
    from: at("11-29T03:00:00"),
    to: at("11-29T04:00:00"),
    text: "Short breaks are possible.",
    repeats: { rule: "FREQ=WEEKLY;BYDAY=SU", timeZone: "Europe/Berlin" },
  },
];
