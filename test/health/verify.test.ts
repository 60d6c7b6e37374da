import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { memoryRefStore } from "../../src/git/memory-ref-store.ts";
import { HEALTH_REF, healthStore } from "../../src/health/history.ts";
import type { SiteData } from "../../src/model/site-data.ts";
import { publish } from "../../src/site/publish.ts";
import { siteData } from "../../src/site/site-data.ts";
import { filesOf } from "../contracts/ref-store.ts";
import { project, spec } from "../support/builders.ts";
import { seen } from "./segments.ts";

const START = Date.UTC(2026, 9, 30, 0, 0, 0);
const HOUR = 3_600_000;
const random = () => randomBytes(16).toString("hex");
const SLO = { availability: "99.9%", latency: { p95: 300 }, window: 30 * 24 * HOUR };

type Watched = Awaited<ReturnType<typeof world>>;

/** A site built from Git at this moment, which names the commit; `commits` finds it again. */
async function builtFromGit({ refs, time, store }: Watched) {
  const { oid, tree } = await refs.read(HEALTH_REF);
  const { value: history } = await store.read("production");
  const specs = [spec({ id: "web", slo: SLO }), spec({ id: "new" })];
  const data = siteData({ project, environment: "production", specs, history, now: history.at });
  const published = JSON.parse(publish(data)) as SiteData;
  const commits = (commit: string) => Promise.resolve(commit === oid ? tree : null);
  return {
    store: healthStore({ refs, random, clock: { now: () => time.now, sleep: () => Promise.resolve() }, commits }),
    site: {
      generatedAt: Date.parse(published.generatedAt),
      services: published.services,
      ...(history.commit === undefined ? {} : { history: history.commit }),
    },
  };
}

/** Five days over a month's end, two of them compacted, with trouble now and then. */
async function world() {
  const refs = memoryRefStore();
  const time = { now: START };
  const store = healthStore({ refs, random, clock: { now: () => time.now, sleep: () => Promise.resolve() } });
  let after: number | undefined;
  for (let n = 0; n < 5 * 24; n++) {
    const segment = seen(n % 9 === 4 ? "ppFpppwwwwpp" : "pppppppppp  ", START + n * HOUR, {
      watched: { cadenceMs: 300_000 },
      ...(after === undefined ? {} : { after }),
    });
    after = segment.to;
    time.now = segment.to + 1_234;
    await store.append(segment);
  }
  const { value: history } = await store.read("production");
  const specs = [spec({ id: "web", slo: SLO }), spec({ id: "new" })];
  const data = siteData({ project, environment: "production", specs, history, now: history.at });
  const published = JSON.parse(publish(data)) as SiteData;
  return { refs, time, store, site: { generatedAt: Date.parse(published.generatedAt), services: published.services } };
}

test("everything that is kept and published can be counted again", async () => {
  const { store, site } = await world();
  expect(await store.verify("production", site)).toEqual([]);
});

test("it still can when a day has passed and more was compacted", async () => {
  const { store, site, time } = await world();
  time.now += 26 * HOUR;
  await store.append(seen("pp", time.now - HOUR, { watched: { cadenceMs: 300_000 } }));
  await store.compact("production");
  expect(await store.verify("production", site)).toEqual([]);
});

test("a figure that a site makes better than it was is named with its place and both figures", async () => {
  const { store, site } = await world();
  const [page, ...others] = site.services.toSorted((a, b) => (a.id < b.id ? 1 : -1));
  if (page === undefined) throw new Error("there should be a page");
  const days = page.days.map((day, index) =>
    index === page.days.length - 2 ? { ...day, seconds: { ...day.seconds, down: 0 } } : day,
  );
  const nicer = { ...page, days, percentiles: { ...page.percentiles, "7d": null } };
  const problems = await store.verify("production", { ...site, services: [nicer, ...others] });
  expect(problems.map(({ code, severity, summary }) => `${severity} ${code} ${summary}`)).toMatchInlineSnapshot(`
    [
      "error health-figure-differs web days 2026-11-03 seconds down: 0 is kept or published, and 600 is what it is made of",
      "error health-figure-differs web percentiles 7d: null is kept or published, and {"p50":12.2,"p95":12.2,"p99":395.7,"samples":1213} is what it is made of",
    ]
  `);
});

test.each([
  ["days/production/2026-10.json", '"askings":[288', '"askings":[289', "day 2026-10-30 web expected"],
  ["months/production/2026.json", '"askings":[', '"askings":[9', "month 2026-10 web expected"],
  ["hours/production/2026-10-30.json", '"askings":[12,10,10', '"askings":[12,11,11', "day 2026-10-30 web actual"],
])("a change in %s by hand is found", async (path, from, to, where) => {
  const { refs, store } = await world();
  const { oid, tree } = await refs.read(HEALTH_REF);
  const text = (await filesOf(tree))[path] ?? "";
  expect(text).toContain(from);
  const put = new Map([[path, Buffer.from(text.replace(from, to))]]);
  await refs.swap({ ref: HEALTH_REF, expected: oid, put, parent: "expected", nonce: random(), message: "by hand" });
  const problems = await store.verify("production");
  expect(problems.map(({ summary }) => summary).join("\n")).toContain(`${where}:`);
});

test("samples that are pushed after a site was built from Git, and were taken before, change nothing of what it said", async () => {
  const made = await world();
  made.time.now += 1_800_000;
  const { store, site } = await builtFromGit(made);
  await made.store.append(
    seen("ffffff", made.time.now - 1_500_000, { collector: "late", watched: { cadenceMs: 300_000 } }),
  );
  expect(await store.verify("production", site)).toEqual([]);
});

test("a site built from Git is verified by its commit long after its day was counted into hours", async () => {
  const made = await world();
  made.time.now += 1_800_000;
  const { store, site } = await builtFromGit(made);
  for (let day = 0; day < 5; day++) {
    made.time.now += 24 * HOUR;
    await made.store.append(seen("pp", made.time.now - HOUR, { watched: { cadenceMs: 300_000 } }));
    await made.store.compact("production");
  }
  expect(await store.verify("production", site)).toEqual([]);
});

test("where the commit is not at hand any more, that is said, and nothing is called different", async () => {
  const made = await world();
  const { site } = await builtFromGit(made);
  const problems = await made.store.verify("production", site);
  expect(problems.map(({ code, severity }) => `${severity} ${code}`)).toEqual(["error site-history-gone"]);
});

test("a collector that stopped leaves nothing that differs: its last day is closed by whoever comes next", async () => {
  const { store, time } = await world();
  time.now += 36 * HOUR;
  await store.compact("production");
  time.now += 3 * 24 * HOUR;
  expect(await store.verify("production")).toEqual([]);
});

test("a banner, an incident's time and a service that is left out are held against what they are made of", async () => {
  const made = await world();
  const { store, site } = await builtFromGit(made);
  const at = (minutes: number) => new Date(site.generatedAt - minutes * 60_000).toISOString();
  const incidents = [
    {
      id: "long",
      durationMs: 1,
      stretches: [
        { from: at(9), to: at(7) },
        { from: at(5), to: null },
      ],
    },
    { id: "right", durationMs: 60_000, stretches: [{ from: at(9), to: at(8) }] },
  ];
  const counts = { operational: 2, degraded: 0, down: 0, maintenance: 0, unknown: 0 };
  const services = site.services.filter(({ id }) => id !== "web");
  const problems = await store.verify("production", { ...site, services, verdict: "operational", counts, incidents });
  expect(problems.map(({ severity, summary }) => `${severity} ${summary}`)).toEqual([
    "error banner counts operational: 2 is kept or published, and 0 is what it is made of",
    "error banner counts unknown: 0 is kept or published, and 1 is what it is made of",
    'error banner verdict: "operational" is kept or published, and "unknown" is what it is made of',
    "error incident long durationMs: 1 is kept or published, and 420000 is what it is made of",
    "warning web has counts in the history, and the site says nothing of it",
  ]);
});

test("samples changed under their name are found, and so are hours that are gone before their time", async () => {
  const { refs, store } = await world();
  const { oid, tree } = await refs.read(HEALTH_REF);
  const files = await filesOf(tree);
  const path = Object.keys(files).findLast((one) => one.startsWith("raw/")) ?? "";
  const nicer = Buffer.from((files[path] ?? "").replace("pass", "warn"));
  const put = new Map<string, Uint8Array | null>([
    [path, nicer],
    ["hours/production/2026-10-31.json", null],
  ]);
  await refs.swap({ ref: HEALTH_REF, expected: oid, put, parent: "expected", nonce: random(), message: "by hand" });
  const problems = await store.verify("production");
  expect(problems.map(({ code, severity }) => `${severity} ${code}`)).toEqual([
    "warning health-hours-lost",
    "error health-file-changed",
  ]);
});
