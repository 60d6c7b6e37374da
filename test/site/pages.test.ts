import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startBrowser } from "../support/browser.ts";
import { servedSite } from "../support/demo-site-server.ts";
import { demoSite } from "../support/site-demo.ts";

/** The status site as a visitor meets it: built from the demo, served under `/status/`, opened in a real browser. */

const data = demoSite({ base: "/status/" });
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
  "page that is not there": "services/no-such-service/",
} as const;

describe.each(Object.entries(PAGES))("the %s", (_, path) => {
  test("breaks no rule of WCAG 2.2 AA that axe knows, in light and in dark", async () => {
    const found: string[] = [];
    await on(path, async (page) => {
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        const { violations } = await new AxeBuilder({ page })
          .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
          .setLegacyMode()
          .analyze();
        for (const { id, nodes } of violations)
          found.push(`${colorScheme}, ${id}: ${nodes.map(({ html }) => html).join(" ")}`);
      }
    });
    expect(found).toEqual([]);
  });

  test("fits a screen of 320 px without scrolling sideways", async () => {
    const widths = await on(path, async (page) => {
      await page.setViewportSize({ width: 320, height: 640 });
      return page.evaluate(`({
        page: document.documentElement.scrollWidth,
        tooWide: [...document.querySelectorAll("main *")]
          .filter((element) => element.getBoundingClientRect().right > 320.5)
          .map((element) => element.outerHTML.slice(0, 80)),
      })`);
    });
    expect(widths).toEqual({ page: 320, tooWide: [] });
  });

  test("has no script, asks nothing of another origin, and loads one stylesheet and its mark alone", async () => {
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
    expect(loaded.filter((asset) => !/^\/status\/(_astro\/style\.[\w-]+\.css|favicon-\w+\.svg)$/.test(asset))).toEqual(
      [],
    );
  });

  test("says everything, and how fresh it is, with scripts switched off", async () => {
    const text = (page: Page) => seen(page, "body");
    const without = await on(path, text, { scripts: false });
    expect(without).toBe(await on(path, text));
    expect(without).toMatch(/Data from \d\d:\d\d:\d\d UTC, checked every 30 s|No data yet: nothing has been checked\./);
    expect(without).toContain("Built 24 Nov 2026, 12:03:35 UTC");
  });
});

test("the whole overview can be walked with the keyboard, in order, and the focus is always to be seen", async () => {
  const walked = await on("", async (page) => {
    const stops: { text: string | undefined; outlined: boolean }[] = [];
    for (let step = 0; step < data.services.length + 2; step++) {
      await page.keyboard.press("Tab");
      stops.push(
        await page.evaluate(`({
          text: document.activeElement.textContent.trim(),
          outlined: parseFloat(getComputedStyle(document.activeElement).outlineWidth) >= 2
            && getComputedStyle(document.activeElement).outlineStyle !== "none",
        })`),
      );
    }
    return stops;
  });
  const inGroups = data.groups.flatMap(({ services }) => services);
  expect(walked.map(({ text }) => text)).toEqual([
    "Skip to content",
    "Storefront",
    ...inGroups.map((id) => data.services.find((service) => service.id === id)?.name),
  ]);
  expect(walked.filter(({ outlined }) => !outlined)).toEqual([]);
});

test("the keyboard skips to the content, opens a service, unfolds its configuration and comes back", async () => {
  await on("", async (page) => {
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/#content");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/services/orders-api/");
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
  // Bars have heights by verdict, so that they can be told apart in grey.
  const heights = await on("services/mailer/", (page) =>
    page
      .locator(".bars-large line")
      .evaluateAll((lines) =>
        lines.map((line) => [line.getAttribute("class"), line.getBoundingClientRect().height] as const),
      ),
  );
  const byClass = new Map(heights.map(([name, height]) => [name, Math.round(height)]));
  expect(new Set(byClass.values()).size).toBe(byClass.size);
  expect(byClass.size).toBe(4);
});

test("every service is on the overview, with its verdict, its uptime and its bars", async () => {
  const rows = await on("", (page) => page.locator(".row").allInnerTexts());
  expect(rows.map((row) => row.replace(/\s+/g, " ").trim())).toMatchInlineSnapshot(`
    [
      "Orders API Operational Uptime 98.98 % 41 of 90 days Median response time 14 ms",
      "Session cache Degraded Uptime 98.48 % 41 of 90 days Median response time 15 ms",
      "Product search Operational Uptime 98.51 % 41 of 90 days Median response time 14 ms",
      "Mail and notification sender with quite a long name Down Uptime 98.38 % 41 of 90 days Median response time 14 ms",
      "Image resizer Maintenance Uptime 98.73 % 41 of 90 days Median response time 15 ms",
      "Old importer Switched off Uptime 98.61 % 41 of 90 days Median response time 14 ms",
      "Monthly reports Unknown Uptime – Median response time –",
    ]
  `);
});

test("every service's page shows its newest samples, one by one", async () => {
  await on("", async (page) => {
    for (const service of data.services) {
      await page.goto(`${site.url}services/${service.id}/`);
      const rows = await page.locator("table:has(th:text-is('Outcome')) tbody tr").allInnerTexts();
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

    Data from 12:03:20 UTC, checked every 30 s

    Last 90 days

    98.98 % up

    90 days ago
    Today

    3,920 of 3,960 checks passed. 4,121 were due, 161 did not run.

    Operational
    every check passed
    Degraded
    slow, or some failed
    Down
    5 % or more failed
    Unknown
    no results
    Response time
    Median 
    14 ms
    95th percentile 
    20 ms
    99th percentile 
    51 ms
    20 ms
    40 ms
    60 ms
    80 ms

    11:05:20
    120 newest checks
    12:03:20 UTC

    Figures over 215 answers of the last 24 hours. A stroke rising from the ground is a failed check.

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

    Releases
    Release	Made	Commit	Serving
    r5	24 Nov 2026, 11:58:02	working folder	No
    r4	21 Nov 2026, 08:12:44	ccccccc	Yes
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
    security not enforced yet"
  `);
});

test("words from service files are shown as they are, never as markup", async () => {
  const description = await on("services/mailer/", (page) => seen(page, ".head-description"));
  expect(description).toBe('<b>Sends</b> & "tells" customers; retries for a day.');
});

test("every link within the site leads to a page that is there, from every page", async () => {
  const files = (await readdir(site.folder, { recursive: true })).filter((file) => file.endsWith(".html"));
  expect(files).toHaveLength(data.services.length + 2);
  const broken: string[] = [];
  for (const file of files) {
    const html = await readFile(join(site.folder, file), "utf8");
    for (const [, target = ""] of html.matchAll(/\s(?:href|src)="([^"#][^"]*)"/g)) {
      const url = new URL(target, `${site.url}${file}`);
      if (url.origin !== new URL(site.url).origin) continue;
      expect(url.pathname).toMatch(/^\/status\//);
      const answer = await fetch(url, { redirect: "manual" });
      await answer.arrayBuffer();
      if (answer.status !== 200) broken.push(`${file}: ${target} (${answer.status})`);
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
      bars: (await page.locator(".bars-large").boundingBox())?.height,
    };
  });
  expect(text.text).toContain("Latest checks");
  expect(text.bars).toBeGreaterThan(30);
});
