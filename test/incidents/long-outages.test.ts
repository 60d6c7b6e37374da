import { expect, test } from "vitest";
import { historyOfSegments, liveHistory } from "../../src/health/live-history.ts";
import { retentionOf } from "../../src/health/retention.ts";
import { whatHeld } from "../../src/health/what-held.ts";
import { advanceIncidents } from "../../src/incidents/automatic-incidents.ts";
import type { History } from "../../src/model/health.ts";
import type { Incident, IncidentEvent } from "../../src/model/incident.ts";
import { seen, WATCHING } from "../health/segments.ts";
import { catalogOf, entry, project } from "../support/builders.ts";

const NOON = Date.UTC(2026, 10, 24, 12);
const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
/** An hour of one answer, asked each half minute. */
const hour = (letter: string): string => letter.repeat(120);

const watching = (watchers: readonly string[]) => ({
  project: { ...project, health: { ...project.health, watchers } },
});

/** Incidents of `web`, as they are worked out again and again of what is kept then. */
function incidentsOf(watchers: readonly string[] = []) {
  const catalog = catalogOf([entry({ id: "web", name: "Web" })], watching(watchers));
  let known: readonly Incident[] = [];
  const told: IncidentEvent[] = [];
  const look = (history: History): readonly Incident[] => {
    const now = history.at;
    const { spans, names, reasonAt } = whatHeld(catalog, history, now);
    const rules = { flappingMs: HOUR / 4 };
    const advanced = advanceIncidents({
      known,
      spans,
      names,
      reasonAt,
      rules,
      now,
      windows: [],
      dependencies: new Map(),
    });
    known = advanced.incidents;
    told.push(...advanced.events);
    return known;
  };
  return { look, told };
}

/** As a watcher has it in memory that holds samples for an hour. */
const shortMemory = () =>
  liveHistory({
    environment: "production",
    retention: retentionOf({ rawMs: HOUR }),
    layers: { hours: new Map(), days: new Map(), months: new Map(), before: [] },
    raw: [],
    dates: [],
    closed: new Set(),
  });

test("an outage begins where it began and is told once, however much sooner than it ends its samples are let go", () => {
  const live = shortMemory();
  // Another collector was there once, and never came back.
  live.add(seen(hour("p"), NOON - 6 * HOUR, { collector: "other" }));
  const { look, told } = incidentsOf();
  for (let n = 0; n < 9; n++) {
    live.add(seen(hour(n === 0 ? "p" : n < 8 ? "f" : "p"), NOON + n * HOUR));
    const incidents = look(live.at(NOON + (n + 1) * HOUR));
    if (n > 0) expect(incidents.map(({ stretches }) => stretches[0]?.from)).toEqual([NOON + HOUR]);
  }
  expect(told.map(({ is, at, says }) => [is, at, says])).toEqual([
    ["down", NOON + HOUR, "It is down: connection refused."],
    ["recovered", NOON + 8 * HOUR, "It works again, after 7 hours."],
  ]);
});

test.each([
  { back: ["one"], looks: "at once", afterHours: 1 },
  { back: ["one", "other"], looks: "at once", afterHours: 1 },
  { back: ["one", "other"], looks: "after it could not be written down for hours", afterHours: 20 },
])(
  "time in which nobody watched is no part of an outage: $back.length back, looked at $looks",
  ({ back, afterHours }) => {
    const { look, told } = incidentsOf();
    const all = ["one", "other"].map((collector) => seen(`p${hour("f").slice(1)}`, NOON, { collector }));
    look(historyOfSegments("production", all, NOON + HOUR));
    const returned = NOON + 73 * HOUR;
    for (let n = 0; n < afterHours; n++)
      all.push(...back.map((collector) => seen(hour("p"), returned + n * HOUR, { collector })));
    look(historyOfSegments("production", all, returned + afterHours * HOUR));
    expect(told.at(-1)).toMatchObject({
      is: "recovered",
      at: returned,
      says: "It works again, after 59 minutes 30 seconds.",
    });
  },
);

test("time in which nobody watched is no part of an outage where samples of before it are let go", () => {
  const { look, told } = incidentsOf();
  const live = shortMemory();
  live.add(seen(`p${hour("f").slice(1)}`, NOON));
  look(live.at(NOON + HOUR));
  live.add(seen(hour("p"), NOON + 73 * HOUR));
  look(live.at(NOON + 74 * HOUR));
  expect(told.at(-1)?.says).toBe("It works again, after 59 minutes 30 seconds.");
});

test("a watcher that is silent for so long that nothing is known of it any more has an open incident, until it is heard again", () => {
  const { look, told } = incidentsOf(["one"]);
  const live = shortMemory();
  live.add(seen(hour("p"), NOON - HOUR, { service: "gone" }));
  look(live.at(NOON + HOUR));
  for (let day = 1; day <= 12; day++) {
    live.add(seen("p", NOON + 24 * day * HOUR, { collector: "other" }));
    const incidents = look(live.at(NOON + (24 * day + 1) * HOUR));
    expect(incidents).toMatchObject([{ title: "Watcher one is down", stretches: [{ to: null }] }]);
  }
  expect(live.at(NOON + 289 * HOUR).before.map(({ collector }) => collector)).toEqual(["other"]);
  const again = NOON + 300 * HOUR;
  live.add(seen(hour("p"), again, { service: "gone" }));
  expect(look(live.at(again + HOUR))).toMatchObject([{ title: "Watcher one was down" }]);
  expect(told.map(({ is, at }) => [is, at])).toEqual([
    ["down", NOON],
    ["recovered", again],
  ]);
});

test("a watcher is not silent for what it said last of a service that is gone, nor of what is told already", () => {
  const catalog = catalogOf([], watching(["one"]));
  const now = NOON + 72 * HOUR;
  const silentOnce = [seen(hour("p"), NOON), seen("p".repeat(69 * 120), NOON + 3 * HOUR)];
  const kept = { before: [], hours: [], days: [], months: [] };
  const standing = {
    collector: "one",
    region: "default",
    outcome: "pass",
    verdict: "operational",
    watching: WATCHING,
  } as const;
  const before = [
    { ...standing, service: "web", at: NOON + 66 * HOUR },
    { ...standing, service: "gone", at: NOON - 48 * HOUR },
  ];
  const verdicts = (history: Partial<History>) => {
    const { spans } = whatHeld(catalog, { environment: "production", at: now, segments: [], ...kept, ...history }, now);
    return spans.get("fairlead-watcher-one")?.map(({ verdict }) => verdict);
  };
  expect(verdicts({ segments: silentOnce })).toEqual(["operational"]);
  expect(verdicts({ before, segments: [seen("p".repeat(6 * 120), NOON + 66 * HOUR)] })).toEqual(["operational"]);
});

test("samples are gone through once for however many reasons", () => {
  const segment = seen("pfpwfp", NOON);
  let reads = 0;
  const counted = Object.defineProperty({ ...segment }, "samples", {
    get() {
      reads++;
      return segment.samples;
    },
  });
  const history = { ...historyOfSegments("production", [], NOON + HOUR), segments: [counted] };
  const { reasonAt } = whatHeld(catalogOf([entry({ id: "web", name: "Web" })]), history, NOON + HOUR);
  const before = reads;
  const reasons = Array.from({ length: 8 }, (_, n) => reasonAt("web", NOON + n * 30 * SECOND));
  const refused = "connection refused";
  expect(reasons).toEqual([refused, refused, null, null, refused, null, null, null]);
  expect(reasonAt("db", NOON)).toBeNull();
  expect(reads - before).toBe(1);
});
