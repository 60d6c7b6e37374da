import { Ajv2020 } from "ajv/dist/2020.js";
import ICAL from "ical.js";
import Parser from "rss-parser";
import { describe, expect, test } from "vitest";
import type { Incident, MaintenanceWindow } from "../../src/model/incident.ts";
import type { SiteData } from "../../src/model/site-data.ts";
import { filesBesidePages } from "../../src/site/files/files.ts";
import { siteIncidents, siteMaintenance } from "../../src/site/site-incidents.ts";
import { spec } from "../support/builders.ts";
import { DEMO_NOW, demoSite } from "../support/site-demo.ts";

/** What the site offers to programs, read by programs that are not ours. */

const HOUR = 3_600_000;
const specs = [spec({ id: "orders-api", name: "Orders <API> & Co" })];

const incidents: readonly Incident[] = [
  {
    id: "orders-api-2026-11-24-0931",
    title: "Orders & <b>invoices</b> fail",
    severity: "down",
    affected: ["orders-api"],
    stretches: [{ from: DEMO_NOW - 3 * HOUR, to: null, severity: "down" }],
    updates: [
      { at: DEMO_NOW - 3 * HOUR, status: "investigating", says: "We look <script>alert(1)</script> into it." },
      {
        at: DEMO_NOW - 2 * HOUR,
        status: "monitoring",
        says: "A **fix** is out. ![pic](https://elsewhere.example/x.png)",
      },
    ],
    source: "written",
  },
  {
    id: "orders-api-2026-11-20-0100",
    title: "Orders API was slow",
    severity: "degraded",
    affected: ["orders-api"],
    stretches: [
      { from: DEMO_NOW - 90 * HOUR, to: DEMO_NOW - 89 * HOUR, severity: "degraded" },
      { from: DEMO_NOW - 88.9 * HOUR, to: DEMO_NOW - 88.8 * HOUR, severity: "degraded" },
    ],
    updates: [
      {
        at: DEMO_NOW - 90 * HOUR,
        status: "investigating",
        says: "It answers, but not well: *Slow* & [slower](https://x.example).",
      },
      { at: DEMO_NOW - 80 * HOUR, status: "resolved", says: "The **index** was rebuilt." },
    ],
    source: "automatic",
  },
];

const windows: readonly MaintenanceWindow[] = [
  { id: "disks-1", title: "New disks", affected: [], from: DEMO_NOW - 50 * HOUR, to: DEMO_NOW - 48 * HOUR },
  { id: "disks-2", title: "New disks", affected: ["orders-api"], from: DEMO_NOW - HOUR, to: DEMO_NOW + HOUR },
  {
    id: "disks-3",
    title: "New disks, again",
    affected: ["orders-api"],
    from: DEMO_NOW + HOUR,
    to: DEMO_NOW + 2 * HOUR,
  },
];

function data(over: Partial<SiteData> = {}): SiteData {
  return {
    ...demoSite({ base: "/status/" }),
    url: "https://example.com",
    incidents: siteIncidents(incidents, specs, DEMO_NOW),
    maintenance: siteMaintenance(windows, specs, DEMO_NOW),
    ...over,
  };
}

const PAGES = ["", "404.html", "services/orders-api/"];
const files = filesBesidePages(data(), PAGES);
const file = (path: string): string => files.get(path) ?? expect.fail(`there is no ${path}`);
const json = (path: string) => JSON.parse(file(path));

describe("feeds", () => {
  test.each(["rss.xml", "atom.xml", "services/orders-api/rss.xml", "services/orders-api/atom.xml"])(
    "%s holds incidents and maintenance, the newest first, with lasting addresses",
    async (path) => {
      const feed = await new Parser().parseString(file(path));
      const root = path.startsWith("services") ? "services/orders-api/" : "";
      expect(feed.title).toBe(root ? "Orders API · Storefront" : "Storefront");
      expect(feed.items.map(({ link, title }) => [link, title])).toEqual([
        ["https://example.com/status/maintenance/#disks-2", "Maintenance: New disks"],
        ["https://example.com/status/incidents/orders-api-2026-11-24-0931/", "Orders & <b>invoices</b> fail"],
        ["https://example.com/status/maintenance/#disks-3", "Maintenance: New disks, again"],
        ["https://example.com/status/maintenance/#disks-1", "Maintenance: New disks"],
        ["https://example.com/status/incidents/orders-api-2026-11-20-0100/", "Resolved: Orders API was slow"],
      ]);
    },
  );

  test("a service's own holds nothing of another's", async () => {
    const feed = await new Parser().parseString(file("services/mailer/rss.xml"));
    expect(feed.items.map(({ link }) => link)).toEqual(["https://example.com/status/maintenance/#disks-1"]);
  });

  test("what people wrote is markup of ours alone: no script, no picture from elsewhere", async () => {
    const feed = await new Parser().parseString(file("rss.xml"));
    const content = feed.items[1]?.["content:encoded"] ?? feed.items[1]?.content ?? "";
    expect(content).toContain("&lt;script&gt;");
    expect(content).toContain("<strong>fix</strong>");
    expect(content).toContain('<a href="https://elsewhere.example/x.png">pic</a>');
    expect(content).not.toMatch(/<script|<img/);
    expect(content).toContain("Orders &#60;API&#62; &#38; Co");
    const automatic = feed.items[4]?.["content:encoded"] ?? feed.items[4]?.content ?? "";
    // What a probe met is no markup; what somebody added is.
    expect(automatic).toContain("<p>It answers, but not well: *Slow* &#38; [slower](https://x.example).</p>");
    expect(automatic).toContain("<p>The <strong>index</strong> was rebuilt.</p>");
  });

  test("need to know where the site is: without an address there are none, and no sitemap", () => {
    const { url: _, ...homeless } = data();
    const paths = [...filesBesidePages(homeless, PAGES).keys()];
    expect(paths.filter((path) => /rss|atom|sitemap|robots/.test(path))).toEqual([]);
    expect(paths).toContain("maintenance.ics");
  });
});

test("each window of a series has an address and a calendar's event of its own", () => {
  const weekly = { id: "weekly", title: "Updates", affected: [], repeats: { rule: "FREQ=WEEKLY", timeZone: "UTC" } };
  const series = [0, 1].map((week) => ({
    ...weekly,
    from: DEMO_NOW + week * 7 * 24 * HOUR,
    to: DEMO_NOW + (week * 7 * 24 + 1) * HOUR,
  }));
  const ids = siteMaintenance(series, specs, DEMO_NOW).map(({ id }) => id);
  expect(ids).toEqual(["weekly-20261124T1203", "weekly-20261201T1203"]);
});

test("the calendar's events are the windows, at their instants, with lasting ids", () => {
  const calendar = new ICAL.Component(ICAL.parse(file("maintenance.ics")));
  const events = calendar.getAllSubcomponents("vevent").map((event) => new ICAL.Event(event));
  expect(
    events.map((event) => [event.uid, event.summary, event.startDate.toJSDate(), event.endDate.toJSDate()]),
  ).toEqual(
    windows.map(({ id, title, affected, from, to }) => [
      `${id}@shop`,
      affected.length === 0 ? title : `${title}: Orders <API> & Co`,
      new Date(Math.floor(from / 1000) * 1000),
      new Date(Math.floor(to / 1000) * 1000),
    ]),
  );
});

describe("JSON in Statuspage's shape", () => {
  test("summary.json has what its readers look for", () => {
    const summary = json("api/v2/summary.json");
    const validate = new Ajv2020({ allErrors: true }).compile(SUMMARY);
    expect(validate(summary), JSON.stringify(validate.errors)).toBe(true);
    expect(summary.page).toMatchObject({ name: "Storefront", url: "https://example.com/status/" });
    expect(summary.incidents.map(({ id, status }: { id: string; status: string }) => [id, status])).toEqual([
      ["orders-api-2026-11-24-0931", "monitoring"],
    ]);
    expect(summary.scheduled_maintenances.map(({ id }: { id: string }) => id)).toEqual(["disks-2", "disks-3"]);
  });

  test("its siblings are parts of the same", () => {
    expect(json("api/v2/status.json").status).toEqual(json("api/v2/summary.json").status);
    expect(json("api/v2/components.json").components).toEqual(json("api/v2/summary.json").components);
    expect(json("api/v2/incidents.json").incidents).toHaveLength(2);
    expect(json("api/v2/incidents.json").incidents[1]).toMatchObject({ status: "resolved", impact: "minor" });
    expect(json("api/v2/incidents/unresolved.json").incidents).toHaveLength(1);
    expect(json("api/v2/scheduled-maintenances.json").scheduled_maintenances).toHaveLength(3);
    expect(json("api/v2/scheduled-maintenances/upcoming.json").scheduled_maintenances).toHaveLength(1);
    expect(json("api/v2/scheduled-maintenances/active.json").scheduled_maintenances).toHaveLength(1);
  });
});

test("every service has a badge, drawn and for shields.io, and so has the whole", () => {
  const { services } = data();
  for (const path of ["badge", ...services.map(({ id }) => `badges/${id}`)]) {
    const shield = json(`${path}.json`);
    expect(shield).toMatchObject({ schemaVersion: 1, message: expect.stringMatching(/^[a-z]+$/) });
    expect(file(`${path}.svg`)).toContain(`>${shield.message}<`);
  }
});

test("health.json is the whole as one health check", () => {
  const health = json("health.json");
  expect(health.status).toBe("fail");
  expect(health.checks["orders-api:uptime"]).toEqual([expect.objectContaining({ componentId: "orders-api" })]);
});

test("the sitemap lists the pages, and not the one that is not there", () => {
  expect(file("sitemap.xml").match(/<loc>[^<]*/g)).toEqual([
    "<loc>https://example.com/status/",
    "<loc>https://example.com/status/services/orders-api/",
  ]);
});

test("equal data is equal bytes", () => {
  expect(filesBesidePages(data(), PAGES)).toEqual(files);
});

/** What Statuspage's own documentation lists for `summary.json`. */
const named = (properties: object) => ({ type: "object", required: Object.keys(properties), properties });
const instant = { type: "string", pattern: "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$" };
const maybe = { type: ["string", "null"] };
const update = named({
  id: { type: "string" },
  status: { type: "string" },
  body: { type: "string" },
  created_at: instant,
});
const INCIDENT = {
  id: { type: "string" },
  name: { type: "string" },
  created_at: instant,
  updated_at: instant,
  monitoring_at: maybe,
  resolved_at: maybe,
  shortlink: { type: "string" },
  page_id: { type: "string" },
  incident_updates: { type: "array", items: update },
};
const SUMMARY = named({
  page: named({ id: { type: "string" }, name: { type: "string" }, url: { type: "string" }, updated_at: instant }),
  status: named({
    description: { type: "string" },
    indicator: { enum: ["none", "minor", "major", "critical", "maintenance"] },
  }),
  components: {
    type: "array",
    items: named({
      id: { type: "string" },
      name: { type: "string" },
      status: {
        enum: ["operational", "degraded_performance", "partial_outage", "major_outage", "under_maintenance"],
      },
      updated_at: instant,
      position: { type: "integer" },
      description: maybe,
    }),
  },
  incidents: {
    type: "array",
    items: named({
      ...INCIDENT,
      status: { enum: ["investigating", "identified", "monitoring", "resolved", "postmortem"] },
      impact: { enum: ["none", "minor", "major", "critical"] },
    }),
  },
  scheduled_maintenances: {
    type: "array",
    items: named({
      ...INCIDENT,
      status: { enum: ["scheduled", "in_progress", "verifying", "completed"] },
      scheduled_for: instant,
      scheduled_until: instant,
    }),
  },
});
