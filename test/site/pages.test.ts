import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pageAddresses } from "../../src/site/site-views.ts";
import { startBrowser } from "../support/browser.ts";
import { servedSite } from "../support/demo-site-server.ts";
import { demoSite } from "../support/site-demo.ts";

/** The status site as a visitor meets it: built from the demo, served under `/status/`, opened in a real browser. */

const ADDRESS = "https://status.example.com";
const data = demoSite({
  base: "/status/",
  site: { url: ADDRESS, accent: "#ffd400", links: [{ text: "Support", url: "https://example.com/support" }] },
});
/** Of the browser, where functions that are handed to it run. */
declare const getComputedStyle: (element: unknown) => Readonly<Record<string, string>>;

const PAGE_BYTES_MAX = 60 * 1024;

let site: Awaited<ReturnType<typeof servedSite>>;
let browser: Browser;
let context: BrowserContext;
let contextWithoutScripts: BrowserContext;

beforeAll(async () => {
  [site, browser] = await Promise.all([servedSite(data), startBrowser()]);
  const viewport = { width: 1280, height: 900 };
  context = await browser.newContext({ viewport });
  contextWithoutScripts = await browser.newContext({ viewport, javaScriptEnabled: false });
}, 300_000);

afterAll(async () => {
  await browser?.close();
  await site?.close();
});

/** Opens a page of the site, and closes it again. */
async function on<T>(path: string, visit: (page: Page) => Promise<T>, { scripts = true } = {}): Promise<T> {
  const page = await (scripts ? context : contextWithoutScripts).newPage();
  try {
    await page.goto(`${site.url}${path}`);
    return await visit(page);
  } finally {
    await page.close();
  }
}

/** The text as it is laid out: what is not displayed is not in it. */
function seen(page: Page, selector: string): Promise<string> {
  // biome-ignore lint/performance/useDomNodeTextContent: the point is what a visitor sees.
  return page.locator(selector).innerText();
}

/** One of each kind, and one with nothing to show. */
const PAGES = {
  overview: "",
  "service page": "services/orders-api/",
  "page of a service without samples": "services/reports/",
  "list of incidents": "incidents/",
  "page of an incident": "incidents/2026-11-19-certificates/",
  "page of an open incident": "incidents/mailer-2026-11-24-1159/",
  "page of a month": "incidents/2026-10/",
  "maintenance page": "maintenance/",
  "dependency map": "dependencies/",
  "deployments page": "deployments/",
  "page about the figures": "about/",
  "page that is not there": "services/no-such-service/",
} as const;

/** Between them they show every colour that there is: in the dark these are looked at again. */
const WITH_ALL_COLOURS: ReadonlySet<string> = new Set([
  PAGES.overview,
  PAGES["service page"],
  PAGES["page of an open incident"],
  PAGES["dependency map"],
]);

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

describe.each(Object.entries(PAGES))("the %s", (_, path) => {
  test("breaks no rule of WCAG 2.2 AA that axe knows", async () => {
    const found: string[] = [];
    await on(path, async (page) => {
      for (const colorScheme of WITH_ALL_COLOURS.has(path) ? (["light", "dark"] as const) : (["light"] as const)) {
        await page.emulateMedia({ colorScheme });
        const axe = new AxeBuilder({ page }).setLegacyMode();
        // Colours are all that the dark scheme changes.
        const { violations } = await (colorScheme === "light"
          ? axe.withTags(RULES)
          : axe.withRules("color-contrast")
        ).analyze();
        for (const { id, nodes } of violations)
          found.push(`${colorScheme}, ${id}: ${nodes.map(({ html }) => html).join(" ")}`);
      }
    });
    expect(found).toEqual([]);
  });

  test("fits screens of 320 and of 1440 px without scrolling sideways", async () => {
    await on(path, async (page) => {
      for (const width of [320, 1440]) {
        await page.setViewportSize({ width, height: 640 });
        const widths = await page.evaluate(`({
          page: document.documentElement.scrollWidth,
          tooWide: [...document.querySelectorAll("body *")]
            .filter((element) => element.getBoundingClientRect().right > ${width} + 0.5)
            .map((element) => element.outerHTML.slice(0, 80)),
        })`);
        expect(widths).toEqual({ page: width, tooWide: [] });
      }
    });
  });

  test("has no script, asks nothing of another origin, and loads one stylesheet, its mark and a badge alone", async () => {
    const asked: string[] = [];
    await on("404.html", async (page) => {
      page.on("request", (request) => asked.push(request.url()));
      await page.goto(`${site.url}${path}`, { waitUntil: "load" });
      expect(await page.locator("script, iframe, link[rel=preload], [onclick], [onload], [onerror]").count()).toBe(0);
    });
    expect(asked.length).toBeGreaterThan(0);
    const { origin } = new URL(site.url);
    expect(asked.filter((url) => new URL(url).origin !== origin)).toEqual([]);
    const loaded = asked.map((url) => new URL(url).pathname).filter((asset) => /\.\w+$/.test(asset));
    expect(
      loaded.filter(
        (asset) => !/^\/status\/(_astro\/style\.[\w-]+\.css|favicon-\w+\.svg|badges\/[\w-]+\.svg)$/.test(asset),
      ),
    ).toEqual([]);
  });

  test("says everything, and how fresh it is, with scripts switched off", async () => {
    const text = (page: Page) => seen(page, "body");
    const without = await on(path, text, { scripts: false });
    expect(without).toBe(await on(path, text));
    expect(without).toMatch(
      /Data from \d\d:\d\d:\d\d UTC, checked every 30 secs|No data yet: nothing has been checked\./,
    );
    expect(without).toContain("Built 24 Nov 2026, 12:03:35 UTC");
  });

  test("can be walked with the keyboard: each link is met once, skipping comes first, and the focus is always to be seen", async () => {
    await on(path, async (page) => {
      const links = await page.locator("a[href]:not([tabindex='-1']):visible").count();
      const walked: { text: string; link: boolean; seen: boolean }[] = [];
      for (let step = 0; step < links + 60; step++) {
        await page.keyboard.press("Tab");
        const at = await page.evaluate<(typeof walked)[number] | null>(`(() => {
          const it = document.activeElement;
          if (it === null || it === document.body) return null;
          // A radio button is shown by the day that it belongs to.
          const shown = it.matches("input") ? it.nextElementSibling : it;
          const style = getComputedStyle(shown);
          const box = shown.getBoundingClientRect();
          const outlined = parseFloat(style.outlineWidth) >= 2 && style.outlineStyle !== "none";
          const top = document.elementFromPoint(Math.max(0, box.left) + Math.min(box.width, 8) / 2, box.top + box.height / 2);
          const obscured = top !== null && !shown.contains(top) && !top.contains(shown) && !top.closest("a, label, summary");
          return { text: it.textContent.trim(), link: it.matches("a"), seen: outlined && !obscured };
        })()`);
        if (at === null) break;
        walked.push(at);
      }
      expect(walked[0]?.text).toBe("Skip to content");
      expect(walked.filter(({ link }) => link)).toHaveLength(
        links + (await page.locator("a.skip:not(:visible)").count()),
      );
      expect(walked.filter(({ seen }) => !seen)).toEqual([]);
    });
  });
});

test("the keyboard skips to the content, opens what is wrong, unfolds its configuration and comes back", async () => {
  await on("", async (page) => {
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/#content");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    // What is open stands first.
    await page.waitForURL("**/incidents/mailer-2026-11-24-1159/");
    await page.goto(`${site.url}services/orders-api/`);
    const folded = page.locator("details:not([open]) > summary").first();
    await folded.focus();
    const value = folded.locator("xpath=..").locator("dd").first();
    expect(await value.isVisible()).toBe(false);
    await page.keyboard.press("Enter");
    expect(await page.locator("summary:focus").locator("xpath=..").locator("dd").first().isVisible()).toBe(true);
    await page.getByRole("link", { name: "All services" }).press("Enter");
    await page.waitForURL(site.url);
  });
});

test("a verdict is a word and a shape of its own, never a colour alone", async () => {
  const shown = await on("", (page) =>
    page.locator(".row").evaluateAll((rows) =>
      rows.map((row) => ({
        word: row.querySelector(".verdict")?.textContent?.trim(),
        shape: row.querySelector(".mark use")?.getAttribute("href"),
      })),
    ),
  );
  const shapes = new Map(shown.map(({ word, shape }) => [word, shape]));
  expect(Object.fromEntries(shapes)).toEqual({
    Operational: "#mark-operational",
    Degraded: "#mark-degraded",
    Down: "#mark-down",
    Maintenance: "#mark-maintenance",
    "Switched off": "#mark-unknown",
    Unknown: "#mark-unknown",
  });
});

test("a day of the calendar is told apart without colours, and tells its figures to mouse, finger and keyboard", async () => {
  await on("services/mailer/", async (page) => {
    const looks = await page.locator(".cell").evaluateAll((cells) =>
      cells.map((cell) => {
        const { borderStyle, borderBottomWidth, textDecorationLine } = getComputedStyle(cell);
        return [cell.className, [borderStyle, borderBottomWidth, textDecorationLine].join(" ")] as const;
      }),
    );
    const byClass = new Map(looks);
    expect(byClass.size).toBeGreaterThanOrEqual(3);
    expect(new Set(byClass.values()).size).toBe(byClass.size);

    /** The days whose figures are to be seen. */
    const told = () =>
      page
        .locator(".day-says")
        .evaluateAll((all) => all.filter((one) => getComputedStyle(one).opacity === "1").map((one) => one.textContent));
    expect(await told()).toEqual([expect.stringMatching(/^24 Nov 2026: /)]);
    await page.locator("input[name=day]:checked").focus();
    await page.keyboard.press("ArrowLeft");
    expect(await told()).toEqual([
      expect.stringMatching(/^23 Nov 2026: Operational · 100% up · 96 of 96 checks passed/),
    ]);
    await page.locator(".cell", { hasText: /^1$/ }).last().hover();
    expect(await told()).toEqual([expect.stringMatching(/^1 Nov 2026: Down · .* up · Down \d+ hrs? \d+ mins/)]);
    await page.mouse.move(0, 0);
    await page.locator(".cell", { hasText: /^2$/ }).last().click();
    await page.mouse.move(0, 0);
    expect(await told()).toEqual([expect.stringMatching(/^2 Nov 2026: /)]);
  });
});

test("every service is on the overview, with its verdict, its uptime and its bars", async () => {
  const rows = await on("", (page) => page.locator(".row").allInnerTexts());
  expect(rows.map((row) => row.replace(/\s+/g, " ").trim())).toMatchInlineSnapshot(`
    [
      "Orders API Operational Uptime 99.71% 45% known Median response time 14 ms",
      "Session cache Degraded Uptime 99.40% 45% known Median response time 14 ms",
      "Product search Operational Uptime 99.27% 45% known Median response time 14 ms",
      "Mail and notification sender with quite a long name Down Uptime 98.92% 45% known Median response time 14 ms",
      "Image resizer Maintenance Uptime 99.73% 45% known Median response time 15 ms",
      "Old importer Switched off Uptime 99.40% 45% known Median response time 14 ms",
      "Monthly reports Unknown Uptime – Median response time –",
    ]
  `);
});

test("every service's page shows its newest samples, one by one", async () => {
  await on("", async (page) => {
    for (const service of data.services) {
      await page.goto(`${site.url}services/${service.id}/`);
      const rows = await page.locator("table:has(th:text-is('Time (UTC)')) tbody tr").allInnerTexts();
      const newest = service.samples.toReversed().slice(0, 15);
      expect(rows.map((row) => row.slice(0, 8))).toEqual(newest.map(({ at }) => at.slice(11, 19)));
      expect(rows.map((row) => /Passed|Warned|Failed|Unknown/.exec(row)?.[0])).toEqual(
        newest.map(({ outcome }) => ({ pass: "Passed", warn: "Warned", fail: "Failed", unknown: "Unknown" })[outcome]),
      );
    }
  });
});

test("a service's page reads as what is known of it", async () => {
  const text = await on("services/orders-api/", (page) => seen(page, "main"));
  expect(text).toMatchInlineSnapshot(`
    "All services
    Orders API

    Takes orders and hands them to fulfilment.

    api, rest · kept by team-orders

    Operational

    Answering in 13 ms.

    Data from 12:03:20 UTC, checked every 30 secs

    Last 90 days

    99.71% up

    Known
    40 days
    Down
    2 hrs 45 mins
    Unknown
    49 days 12 hrs

    3,920 of 3,960 checks passed. 4,121 were due, 161 did not run. About the figures

    Day by day
    Choose a day to see its figures; arrow keys go from day to day.

    October 2026

    M
    T
    W
    T
    F
    S
    S
    1
    1 Oct 2026: Unknown · no results
    2
    2 Oct 2026: Unknown · no results
    3
    3 Oct 2026: Unknown · no results
    4
    4 Oct 2026: Unknown · no results
    5
    5 Oct 2026: Unknown · no results
    6
    6 Oct 2026: Unknown · no results
    7
    7 Oct 2026: Unknown · no results
    8
    8 Oct 2026: Unknown · no results
    9
    9 Oct 2026: Unknown · no results
    10
    10 Oct 2026: Unknown · no results
    11
    11 Oct 2026: Unknown · no results
    12
    12 Oct 2026: Unknown · no results
    13
    13 Oct 2026: Unknown · no results
    14
    14 Oct 2026: Unknown · no results
    15
    15 Oct 2026: Operational · 100% up · Unknown 12 hrs 3 mins · 48 of 48 checks passed · 50 were due, 2 did not run
    16
    16 Oct 2026: Operational · 100% up · 96 of 96 checks passed · 100 were due, 4 did not run
    17
    17 Oct 2026: Operational · 100% up · 96 of 96 checks passed · 100 were due, 4 did not run
    18
    18 Oct 2026: Operational · 100% up · 96 of 96 checks passed · 100 were due, 4 did not run
    19
    19 Oct 2026: Operational · 100% up · 95 of 96 checks passed · 100 were due, 4 did not run
    20
    20 Oct 2026: Operational · 100% up · 95 of 96 checks passed · 100 were due, 4 did not run
    21
    21 Oct 2026: Operational · 100% up · 96 of 96 checks passed · 100 were due, 4 did not run
    22
    22 Oct 2026: Operational · 100% up · 96 of 96 checks passed · 100 were due, 4 did not run
    23
    23 Oct 2026: Operational · 100% up · 96 of 96 checks passed · 100 were due, 4 did not run
    24
    24 Oct 2026: Operational · 100% up · 96 of 96 checks passed · 100 were due, 4 did not run
    25
    25 Oct 2026: Operational · 100% up · 96 of 96 checks passed · 100 were due, 4 did not run
    26
    26 Oct 2026: Operational · 100% up · 96 of 96 checks passed · 100 were due, 4 did not run
    27
    27 Oct 2026: Operational · 100% up · 96 of 96 checks passed · 100 were due, 4 did not run
    28
    28 Oct 2026: Operational · 100% up · 96 of 96 checks passed · 100 were due, 4 did not run
    29
    29 Oct 2026: Operational · 100% up · 96 of 96 checks passed · 100 were due, 4 did not run
    30
    30 Oct 2026: Operational · 100% up · 95 of 96 checks passed · 100 were due, 4 did not run
    31
    31 Oct 2026: Operational · 100% up · 93 of 96 checks passed · 100 were due, 4 did not run

    November 2026

    M
    T
    W
    T
    F
    S
    S
    1
    1 Nov 2026: Down · 88.54% up · Down 2 hrs 45 mins · 79 of 96 checks passed · 100 were due, 4 did not run
    2
    2 Nov 2026: Degraded · 100% up · 85 of 96 checks passed · 100 were due, 4 did not run
    3
    3 Nov 2026: Operational · 100% up · 96 of 96 checks passed · 100 were due, 4 did not run
    4
    4 Nov 2026: Operational · 100% up · 96 of 96 checks passed · 100 were due, 4 did not run
    5
    5 Nov 2026: Operational · 100% up · 96 of 96 checks passed · 100 were due, 4 did not run
    6
    6 Nov 2026: Operational · 100% up · 96 of 96 checks passed · 100 were due, 4 did not run
    7
    7 Nov 2026: Operational · 100% up · 96 of 96 checks passed · 100 were due, 4 did not run
    8
    8 Nov 2026: Operational · 100% up · 96 of 96 checks passed · 100 were due, 4 did not run
    9
    9 Nov 2026: Operational · 100% up · 96 of 96 checks passed · 100 were due, 4 did not run
    10
    10 Nov 2026: Operational · 100% up · 95 of 96 checks passed · 100 were due, 4 did not run
    11
    11 Nov 2026: Operational · 100% up · 95 of 96 checks passed · 100 were due, 4 did not run
    12
    12 Nov 2026: Operational · 100% up · 96 of 96 checks passed · 100 were due, 4 did not run
    13
    13 Nov 2026: Operational · 100% up · 96 of 96 checks passed · 100 were due, 4 did not run
    14
    14 Nov 2026: Operational · 100% up · 96 of 96 checks passed · 100 were due, 4 did not run
    15
    15 Nov 2026: Operational · 100% up · 96 of 96 checks passed · 100 were due, 4 did not run
    16
    16 Nov 2026: Operational · 100% up · 96 of 96 checks passed · 100 were due, 4 did not run
    17
    17 Nov 2026: Operational · 100% up · 96 of 96 checks passed · 100 were due, 4 did not run
    18
    18 Nov 2026: Operational · 100% up · 96 of 96 checks passed · 100 were due, 4 did not run
    19
    19 Nov 2026: Operational · 100% up · 96 of 96 checks passed · 100 were due, 4 did not run
    20
    20 Nov 2026: Operational · 100% up · 96 of 96 checks passed · 100 were due, 4 did not run
    21
    21 Nov 2026: Operational · 100% up · 93 of 96 checks passed · 100 were due, 4 did not run
    22
    22 Nov 2026: Operational · 100% up · 96 of 96 checks passed · 100 were due, 4 did not run
    23
    23 Nov 2026: Operational · 100% up · 96 of 96 checks passed · 100 were due, 4 did not run
    24
    24 Nov 2026: Operational · 100% up · 167 of 168 checks passed · 171 were due, 3 did not run
    Operational
    nothing amiss
    Degraded
    slow, or failing at times
    Down
    failing
    Maintenance
    announced work
    Unknown
    no results
    Response time
    Period	Median 	95th percentile 	99th percentile 	Answers
    Last 24 hrs	14 ms	20 ms	51 ms	212
    Last 7 days	14 ms	20 ms	51 ms	742
    Last 30 days	14 ms	20 ms	60 ms	2,930
    Last 90 days	14 ms	20 ms	63 ms	3,936
    20 ms
    40 ms
    60 ms
    80 ms

    11:05:20
    120 checks, oldest to newest
    12:03:20 UTC

    A stroke rising from the ground is a failed check.

    Named checks
    database_connection
    Passed
    external_apis
    Not reported
    memory_usage
    Passed
    response_time
    Passed
    Conditions
    [STATUS] == 200
    Held
    [RESPONSE_TIME] < 300
    Held
    [BODY].status == any("pass", "ok", up)
    Held
    Incidents
    Certificates <b>expired</b> & were renewed
    Outage · 19 Nov 2026, 07:12:05 UTC · 1 hr 30 mins
    Latest checks
    Time (UTC)	Outcome	Status	Response
    12:03:20	Passed	200	13 ms
    12:02:50	Passed	200	8.5 ms
    12:02:20	Passed	200	17 ms
    12:01:50	Passed	200	20 ms
    12:01:20	Passed	200	8.4 ms
    12:00:50	Passed	200	16 ms
    12:00:20	Passed	200	14 ms
    11:59:50	Passed	200	19 ms
    11:59:20	Passed	200	19 ms
    11:58:50	Passed	200	8.1 ms
    11:58:20	Passed	200	17 ms
    11:57:50	Passed	200	17 ms
    11:57:20	Passed	200	16 ms
    11:56:50	Passed	200	13 ms
    11:56:20	Passed	200	19 ms

    The newest 15 of 120 kept here; of the others, 1 check did not pass.

    Endpoints
    http://localhost:3000
    /api/orders
    /api/orders/:id
    Dependencies
    Needs
    Session cache
    Degraded
    Mail and notification sender with quite a long name
    Down
    Needed by

    No other service.

    Map

    Releases
    r5 24 Nov 2026, 11:58:02 UTC working folder
    Not serving
    r4 21 Nov 2026, 08:12:44 UTC ccccccc
     Serving

    Deployments

    Configuration

    Declared, but not enforced yet: metrics · security.jwt

    General
    command
    node, server.js
    source
    services/orders-api
    protected
    no
    deployment
    strategy
    rolling
    max_surge
    1
    max_unavailable
    0
    min_healthy_time
    2s
    healthy_deadline
    1m
    progress_deadline
    5m
    drain_time
    10s
    environment
    NODE_ENV
    production
    DATABASE_URL
    hidden
    API_TOKEN
    hidden
    health
    endpoint
    /health
    interval
    30s
    timeout
    5s
    start_period
    0s
    failure_threshold
    3
    success_threshold
    1
    checks
    database_connection, external_apis, memory_usage, response_time
    conditions
    [STATUS] == 200, [RESPONSE_TIME] < 300, [BODY].status == any("pass", "ok", up)
    logging
    level
    info
    format
    json
    outputs
    file
    retention
    7d
    structured
    yes
    metrics not enforced yet
    networking
    port
    3000
    cors_origins
    https://app.example.com
    runtime
    replicas
    2
    node_version
    24.x
    memory_limit
    512MB
    timeout
    30s
    security not enforced yet
    Follow this service
    RSS
    Atom
    Badge

    Markdown for a README
    [![Orders API](https://status.example.com/status/badges/orders-api.svg)](https://status.example.com/status/services/orders-api/)"
  `);
});

test("an incident's page tells each stretch to the second, their sum, and what was written, the newest first", async () => {
  const text = await on("incidents/2026-11-19-certificates/", (page) => seen(page, "main"));
  expect(text).toMatchInlineSnapshot(`
    "All incidents
    Certificates <b>expired</b> & were renewed

    Written by people.

    Outage · Resolved

    Lasted 1 hr 30 mins 25 secs

    Began: 19 Nov 2026, 07:12:05 UTC · Ended: 19 Nov 2026, 10:02:30 UTC

    Data from 12:03:20 UTC, checked every 30 secs

    Customers could not order for a while.

    Affected
    Orders API
    Operational
    Product search
    Operational
    gone-service
    Updates

    Resolved 19 Nov 2026, 10:30:00 UTC

    Over. <script>alert(1)</script>

    Monitoring 19 Nov 2026, 08:41:00 UTC

    Renewed.

    checked by hand
    alarms set

    Identified 19 Nov 2026, 07:55:00 UTC

    A certificate has expired, see the log.

    Investigating 19 Nov 2026, 07:20:00 UTC

    Orders fail for some customers.

    How long, exactly
    Began	Ended	Duration
    19 Nov 2026, 07:12:05 UTC	19 Nov 2026, 08:01:17 UTC	49 mins 12 secs
    19 Nov 2026, 08:01:17 UTC	19 Nov 2026, 08:40:00 UTC	38 mins 43 secs
    19 Nov 2026, 10:00:00 UTC	19 Nov 2026, 10:02:30 UTC	2 mins 30 secs
    Together	1 hr 30 mins 25 secs
    Afterwards: what happened and what was learnt
    What happened

    Nobody renewed orders.example.com.

    What we do now
    Renewal by machine
    A check of the expiry"
  `);
});

test("open incidents, and maintenance that runs or comes, stand right under the banner", async () => {
  const headings = await on("", (page) => page.locator("h1, h2").allInnerTexts());
  expect(headings.slice(0, 4)).toEqual(["1 of 6 services is down", "Open incidents", "Maintenance", "APIs"]);
  expect(await on("", (page) => page.locator(".news-title").allInnerTexts())).toEqual([
    "Mail and notification sender with quite a long name is down",
    "Pictures are resized anew",
    "Updates of the operating system, on all hosts one after the other",
    "Certificates <b>expired</b> & were renewed",
  ]);
});

test("the dependency map shows every line, and the list the same both ways", async () => {
  await on("dependencies/", async (page) => {
    expect(await page.locator(".map-line").count()).toBe(3);
    expect(await page.locator(".map-line.bar-down").count()).toBe(1);
    expect(
      (await page.locator(".need").allInnerTexts()).map((text) => text.replace(/\s+/g, " ")),
    ).toMatchInlineSnapshot(`
      [
        "Session cache Degraded Needed by: Mail and notification sender with quite a long name Down Orders API",
        "Mail and notification sender with quite a long name Down Needs: Session cache Degraded Needed by: Orders API",
        "Orders API Operational Needs: Session cache Degraded Mail and notification sender with quite a long name Down",
      ]
    `);
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await page.locator(".map").isVisible()).toBe(false);
  });
});

test("a deployment that was rolled back says why", async () => {
  const rows = await on("deployments/", (page) => page.locator("li:has(.verdict.down)").allInnerTexts());
  expect(rows.map((row) => row.replace(/\s+/g, " "))).toEqual([
    "11:58:02 Product search r5 working folder Rolled back because it was not healthy within 1m",
  ]);
});

test("a link to the site carries a picture of its state, a title and a canonical address", async () => {
  await on("services/mailer/", async (page) => {
    const content = (name: string) => page.locator(`meta[property="${name}"]`).getAttribute("content");
    expect(await content("og:image")).toBe(`${ADDRESS}/status/preview.png`);
    expect(await content("og:title")).toBe("Mail and notification sender with quite a long name: Down · Storefront");
    expect(await page.locator("link[rel=canonical]").getAttribute("href")).toBe(`${ADDRESS}/status/services/mailer/`);
  });
  const picture = Buffer.from(await (await fetch(`${site.url}preview.png`)).arrayBuffer());
  expect([picture.toString("latin1", 1, 4), picture.readUInt32BE(16), picture.readUInt32BE(20)]).toEqual([
    "PNG",
    1200,
    630,
  ]);
});

test("nothing moves, whatever a reader prefers", async () => {
  const files = await readdir(join(site.folder, "_astro"));
  for (const file of files)
    expect(await readFile(join(site.folder, "_astro", file), "utf8")).not.toMatch(
      /animation|transition|scroll-behavior/,
    );
});

test("with the reader's own colours every verdict keeps its shape and every bar its height", async () => {
  await on("", async (page) => {
    await page.emulateMedia({ forcedColors: "active" });
    expect(await page.locator(".banner").evaluate((banner) => getComputedStyle(banner).borderTopStyle)).toBe("solid");
    expect(await page.locator(".row .mark").first().isVisible()).toBe(true);
  });
});

test("words from service files are shown as they are, never as markup", async () => {
  const description = await on("services/mailer/", (page) => seen(page, ".head-description"));
  expect(description).toBe('<b>Sends</b> & "tells" customers; retries for a day.');
});

test("every link within the site leads to a page that is there, from every page", async () => {
  const files = (await readdir(site.folder, { recursive: true })).filter((file) => file.endsWith(".html"));
  expect(files).toHaveLength(pageAddresses(data).length);
  const broken: string[] = [];
  const checked = new Set<string>();
  for (const file of files) {
    const html = await readFile(join(site.folder, file), "utf8");
    for (const [, target = ""] of html.matchAll(/\s(?:href|src)="([^"#][^"]*)"/g)) {
      const url = new URL(target, `${site.url}${file}`);
      if (url.origin !== new URL(site.url).origin || checked.has(url.href)) continue;
      checked.add(url.href);
      expect(url.pathname).toMatch(/^\/status\//);
      const answer = await fetch(url, { redirect: "manual" });
      const text = await answer.text();
      if (answer.status !== 200) broken.push(`${file}: ${target} (${answer.status})`);
      if (url.hash !== "" && !text.includes(` id="${url.hash.slice(1)}"`))
        broken.push(`${file}: ${target} (no anchor)`);
    }
  }
  expect(broken).toEqual([]);
});

test("a page is at most 60 KB", async () => {
  const files = (await readdir(site.folder, { recursive: true })).filter((file) => file.endsWith(".html"));
  const sizes = await Promise.all(files.map(async (file) => [file, (await readFile(join(site.folder, file))).length]));
  expect(sizes.filter(([, bytes]) => Number(bytes) > PAGE_BYTES_MAX)).toEqual([]);
});

test("what is not there is answered 404, with a page that leads back", async () => {
  const answer = await fetch(`${site.url}services/no-such-service/`);
  expect(answer.status).toBe(404);
  await on("services/no-such-service/", async (page) => {
    expect(await seen(page, "h1")).toBe("There is no such page");
    await page.getByRole("link", { name: "See all services" }).click();
    await page.waitForURL(site.url);
  });
});

test("what is published beside the pages is the data that they were made of", async () => {
  const published = await (await fetch(`${site.url}data.json`)).json();
  expect(published).toEqual(JSON.parse(JSON.stringify(data)));
});

test("a printed page hides nothing that the screen shows", async () => {
  const text = await on("services/orders-api/", async (page) => {
    await page.emulateMedia({ media: "print" });
    return {
      text: await seen(page, "main"),
      bars: (await page.locator(".bars").first().boundingBox())?.height,
    };
  });
  expect(text.text).toContain("Latest checks");
  expect(text.bars).toBeGreaterThan(20);
});
