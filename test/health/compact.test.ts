import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { memoryRefStore } from "../../src/git/memory-ref-store.ts";
import { HEALTH_REF, healthStore } from "../../src/health/history.ts";
import { rawPath } from "../../src/health/history-files.ts";
import { historyOfSegments, liveHistory } from "../../src/health/live-history.ts";
import { DEFAULT_RETENTION } from "../../src/health/retention.ts";
import { encodeSegment } from "../../src/health/segment-codec.ts";
import { mergeCounts, NOTHING } from "../../src/health/tally.ts";
import type { HealthStore, History, Period, Segment } from "../../src/model/health.ts";
import type { RefStore } from "../../src/model/ref-store.ts";
import { filesOf } from "../contracts/ref-store.ts";
import { problemsAgainst } from "../support/schemas.ts";
import { seen } from "./segments.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 1, 26, 22, 0, 0);
const random = () => randomBytes(16).toString("hex");

/** A store whose clock a test moves. */
function world(refs: RefStore = memoryRefStore(), retention = {}) {
  const time = { now: START };
  const clock = { now: () => time.now, sleep: () => Promise.resolve() };
  return { refs, time, store: healthStore({ refs, random, clock, retention }) };
}

async function kept(refs: RefStore): Promise<Record<string, string>> {
  return filesOf((await refs.read(HEALTH_REF)).tree);
}

async function paths(refs: RefStore, under: string): Promise<string[]> {
  return Object.keys(await kept(refs)).filter((path) => path.startsWith(under));
}

async function read(store: HealthStore): Promise<History> {
  const { value, diagnostics } = await store.read("production");
  expect(diagnostics).toEqual([]);
  return value;
}

const web = (period: Period | undefined) => period?.services["web"];
const CADENCE = { cadenceMs: 300_000 };
/** An hour's run of twelve askings. */
const hour = (from: number, outcomes = "pppppppppppp", over: Parameters<typeof seen>[2] = {}) =>
  seen(outcomes, from, { watched: CADENCE, ...over });

test("samples are raw for 48 hours; then they are counted into their hour in the commit that takes them away", async () => {
  const { refs, time, store } = world();
  for (let n = 0; n < 60; n++) {
    time.now = START + (n + 1) * HOUR;
    expect(await store.append(hour(START + n * HOUR))).toEqual([]);
    const raw = (await paths(refs, "raw/")).length;
    const hours = Object.entries(await kept(refs)).filter(([path]) => path.startsWith("hours/"));
    const counted = hours.flatMap(([, text]) =>
      JSON.parse(text).hours.flatMap((one: { segments: string[] }) => one.segments),
    );
    expect(raw + counted.length).toBe(n + 1);
    expect(raw).toBeLessThanOrEqual(49);
  }
  const history = await read(store);
  expect(history.days.reduce((sum, day) => sum + (web(day)?.actual ?? 0), 0)).toBe(60 * 12);
});

test("figures are the same before and after: whatever was seen, however it was kept, each asking counts once", async () => {
  const outcomes = fc.stringMatching(/^[pwfFum ]{1,12}$/);
  const runs = fc.array(fc.tuple(outcomes, fc.constantFrom("one", "two"), fc.nat(299), fc.constantFrom(1, 1, 1, 7)), {
    minLength: 50,
    maxLength: 90,
    size: "max",
  });
  await fc.assert(
    fc.asyncProperty(runs, fc.boolean(), async (drawn, again) => {
      const { time, store } = world();
      const all: Segment[] = [];
      let from = START;
      const ends = new Map<string, number>();
      for (const [text, collector, seconds, step] of drawn) {
        const at = from + seconds * 1_000;
        const after = ends.get(collector);
        const segment = hour(at, text, { collector, ...(after !== undefined && after <= at ? { after } : {}) });
        ends.set(collector, segment.to);
        all.push(segment);
        from += step * HOUR;
        time.now = from + HOUR;
        expect(await store.append(segment)).toEqual([]);
        // An answer that was lost: sent again, now or long after.
        const other = all[Math.max(0, all.length - 55)];
        if (again && other !== undefined) await store.append(other);
      }
      await store.compact("production");
      const history = await read(store);
      const expected = historyOfSegments("production", all, time.now);
      expect(history.days).toEqual(expected.days);
      expect(history.months).toEqual(expected.months);
      expect(history.hours).toEqual(expected.hours);
    }),
    { numRuns: 25 },
  );
});

test.each([
  [7, 3],
  [6, 4],
  [1, 14],
])(
  "an outage that is confirmed late is not lost: asked every %i h, %i failures in a row",
  async (hours, failures) => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), async (passes) => {
        const { time, store } = world();
        const all: Segment[] = [];
        const outcomes = `${"p".repeat(passes)}${"f".repeat(failures)}${"p".repeat(Math.ceil(90 / hours))}`;
        const watched = { cadenceMs: hours * HOUR, failure_threshold: failures };
        for (const [n, outcome] of [...outcomes].entries()) {
          const from = START + n * hours * HOUR;
          time.now = from + HOUR;
          const segment = seen(outcome, from, { watched, to: from + 60_000 });
          all.push(segment);
          expect(await store.append(segment)).toEqual([]);
        }
        const down = (days: readonly Period[]) => days.reduce((sum, day) => sum + (web(day)?.seconds.down ?? 0), 0);
        expect(down((await read(store)).days)).toBe(hours * failures * 3_600);
        expect((await read(store)).days).toEqual(historyOfSegments("production", all, time.now).days);
      }),
      { numRuns: 4 },
    );
  },
  60_000,
);

test("what the last asking before a gap vouches for is counted, in the next hour too", async () => {
  const { time, store } = world();
  const watched = { cadenceMs: HOUR };
  const last = START + 50 * 60_000;
  const all = [0, 1, 2, 3].map((n) => seen("f", last + n * HOUR, { watched, to: last + n * HOUR + 60_000 }));
  for (const segment of all) {
    time.now = segment.to;
    await store.append(segment);
  }
  time.now = START + 52 * HOUR;
  const before = historyOfSegments("production", all, time.now);
  await store.compact("production");
  const down = ({ days }: History) => days.reduce((sum, day) => sum + (web(day)?.seconds.down ?? 0), 0);
  expect([down(before), down(await read(store))]).toEqual([14_400, 14_400]);
});

test("while watching, history that memory lets go is counted as the store would count it", () => {
  const layers = { hours: new Map(), days: new Map(), months: new Map(), before: [] };
  const live = liveHistory({
    environment: "production",
    retention: DEFAULT_RETENTION,
    layers,
    raw: [],
    dates: [],
    closed: new Set<string>(),
  });
  const all: Segment[] = [];
  for (let n = 0; n < 24 * 6; n++) {
    const segment = hour(START + n * HOUR, n % 7 === 3 ? "ppFppwwwwppp" : "pppppppppppp");
    all.push(segment);
    live.add(segment);
    if (n % 5 === 0) live.at(segment.to);
  }
  const now = START + 24 * 6 * HOUR;
  const [mine, theirs] = [live.at(now), historyOfSegments("production", all, now)];
  expect(mine.segments.length).toBeLessThan(60);
  expect([mine.days, mine.months, mine.hours]).toEqual([theirs.days, theirs.months, theirs.hours]);
});

test("a day is kept of its hours and a month of its days, over the ends of months", async () => {
  const { refs, time, store } = world();
  for (let n = 0; n < 5 * 24; n++) {
    time.now = START + (n + 1) * HOUR;
    await store.append(hour(START + n * HOUR));
  }
  time.now += 3 * DAY;
  await store.compact("production");
  expect((await paths(refs, "")).sort()).toEqual([
    "days/production/2026-02.json",
    "days/production/2026-03.json",
    ...["2026-02-26", "2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02", "2026-03-03"].map(
      (date) => `hours/production/${date}.json`,
    ),
    "months/production/2026.json",
    "since.json",
    "standings/production.json",
  ]);
  const { days, months } = await read(store);
  expect(days.map((day) => [day.at, web(day)?.actual])).toEqual([
    ["2026-02-26", 24],
    ["2026-02-27", 288],
    ["2026-02-28", 288],
    ["2026-03-01", 288],
    ["2026-03-02", 288],
    ["2026-03-03", 264],
  ]);
  expect(months.map((month) => [month.at, web(month)?.actual])).toEqual([
    ["2026-02", 600],
    ["2026-03", 840],
  ]);
});

test("a leap day is a day, and a day on which clocks are changed has 24 hours", async () => {
  for (const date of [Date.UTC(2028, 1, 29), Date.UTC(2026, 2, 29), Date.UTC(2026, 9, 25)]) {
    const { time, store } = world();
    time.now = date + DAY;
    for (let n = 0; n < 24; n++) await store.append(hour(date + n * HOUR));
    const { days } = await read(store);
    const day = web(days.find(({ at }) => at === new Date(date).toISOString().slice(0, 10)));
    expect(day).toMatchObject({ expected: 288, actual: 288, seconds: { operational: 86_400, unknown: 0 } });
  }
});

test("a week without a collector is unknown, and its askings are missing", async () => {
  const { time, store } = world();
  const from = Date.UTC(2026, 2, 2);
  time.now = from + HOUR;
  await store.append(hour(from));
  time.now = from + 8 * DAY;
  await store.append(hour(time.now - HOUR, "pppppppppppp", { after: from + HOUR }));
  const { days } = await read(store);
  expect(days.map((day) => [day.at, web(day)?.expected, web(day)?.actual, web(day)?.seconds.unknown])).toEqual([
    ["2026-03-02", 287, 12, 82_800],
    ["2026-03-03", 288, 0, 86_400],
    ["2026-03-04", 288, 0, 86_400],
    ["2026-03-05", 288, 0, 86_400],
    ["2026-03-06", 288, 0, 86_400],
    ["2026-03-07", 288, 0, 86_400],
    ["2026-03-08", 288, 0, 86_400],
    ["2026-03-09", 288, 12, 82_800],
  ]);
});

describe("a segment that comes late", () => {
  async function sealed() {
    const here = world();
    for (const n of [0, 1, 3, 4]) {
      here.time.now = START + (n + 1) * HOUR;
      await here.store.append(hour(START + n * HOUR));
    }
    here.time.now = START + 60 * HOUR;
    await here.store.append(hour(here.time.now - HOUR));
    expect(await paths(here.refs, "raw/")).toHaveLength(1);
    return here;
  }

  test("is merged into its hour by the next compaction, and read in its place before", async () => {
    const { refs, time, store } = await sealed();
    const late = hour(START + 2 * HOUR, "ppFpppppppFF");
    const unlate = await read(store);
    expect(await store.append(late)).toEqual([]);
    const counted = (history: History) => mergeCounts(NOTHING, ...history.days.map((day) => web(day) ?? NOTHING));
    expect(counted(await read(store)).actual - counted(unlate).actual).toBe(12);
    expect(counted(await read(store)).seconds.down).toBe(300 + 600);
    await store.compact("production");
    expect(await paths(refs, "raw/")).toHaveLength(1);
    expect(counted(await read(store))).toEqual(counted(await read(store)));
    expect(counted(await read(store)).seconds.down).toBe(300 + 600);
    // Sent once more, since its answer was lost.
    expect(await store.append(late)).toEqual([]);
    expect(await paths(refs, "raw/")).toHaveLength(1);
    expect(time.now).toBe(START + 60 * HOUR);
  });

  test("and was put there again by hand counts once", async () => {
    const { refs, store } = await sealed();
    const before = await read(store);
    const again = hour(START);
    const content = encodeSegment(again);
    const put = new Map([[rawPath(again, content), content]]);
    const { oid } = await refs.read(HEALTH_REF);
    await refs.swap({ ref: HEALTH_REF, expected: oid, put, parent: "expected", nonce: random(), message: "by hand" });
    expect((await read(store)).days).toEqual(before.days);
    await store.compact("production");
    expect(await paths(refs, "raw/")).toHaveLength(1);
    expect((await read(store)).days).toEqual(before.days);
  });

  test("from another region is laid over to the second: the gravest that knows counts", async () => {
    const { store } = await sealed();
    await store.append(hour(START + 30_000, "FFFFpppppppp", { collector: "two", region: "ap" }));
    await store.compact("production");
    const { days } = await read(store);
    expect(web(days[0])?.seconds).toMatchObject({ down: 1_200, operational: 6_000 });
  });

  test("is refused with a reason once its hours are not kept any more", async () => {
    const { refs, time, store } = await sealed();
    time.now = START + 100 * DAY;
    await store.append(hour(START + 97 * DAY));
    await store.compact("production");
    const problems = await store.append(hour(START + 5 * HOUR));
    expect(problems).toMatchInlineSnapshot(`
      [
        {
          "code": "health-too-old",
          "detail": "Hours are kept for 90 days; what lies before is counted by day, and closed.",
          "environment": "production",
          "hint": "Look at the clock of the machine that watches.",
          "severity": "warning",
          "summary": "health history: what one saw on 2026-02-27 is too old to be counted",
        },
      ]
    `);
    expect(await paths(refs, "raw/production/2026-02")).toEqual([]);
  });
});

test("hours go after 90 days and days after 400, months never", async () => {
  const { refs, time, store } = world();
  for (let day = 0; day < 480; day += 1) {
    time.now = START + day * DAY + HOUR;
    await store.append(hour(time.now - HOUR));
  }
  const [hours, days] = [await paths(refs, "hours/"), await paths(refs, "days/")];
  expect([hours.length, days.length]).toEqual([89, 14]);
  expect(await paths(refs, "months/")).toEqual(["months/production/2026.json", "months/production/2027.json"]);
  const months = (await read(store)).months;
  expect(months[0]?.at).toBe("2026-02");
  expect(months.reduce((sum, month) => sum + (web(month)?.actual ?? 0), 0)).toBe(480 * 12);
}, 120_000);

test("the files are what schemas/health.schema.json describes", async () => {
  const { refs, time, store } = world();
  for (let n = 0; n < 24 * 5; n++) {
    time.now = START + (n + 1) * HOUR;
    await store.append(hour(START + n * HOUR, "ppFmppwwwwpu"));
  }
  const files = await kept(refs);
  const documents = { hours: "Hours", days: "Periods", months: "Periods", standings: "Standings" };
  for (const [layer, definition] of Object.entries(documents)) {
    const problems = problemsAgainst("health", `#/$defs/${definition}`);
    const own = Object.entries(files).filter(([path]) => path.startsWith(`${layer}/`));
    expect(own.length).toBeGreaterThan(0);
    for (const [path, text] of own) expect(problems(JSON.parse(text)), path).toEqual([]);
  }
  const odd = files["hours/production/2026-02-26.json"]?.replace(/"verdicts":"o/, '"verdicts":"y') ?? "";
  expect(problemsAgainst("health", "#/$defs/Hours")(JSON.parse(odd))).not.toEqual([]);
});

test("how long each layer is kept can be set", async () => {
  const { refs, time, store } = world(memoryRefStore(), { rawMs: 2 * HOUR, hoursMs: 3 * DAY });
  for (let n = 0; n < 24 * 8; n += 6) {
    time.now = START + (n + 1) * HOUR;
    await store.append(hour(START + n * HOUR));
  }
  expect(await paths(refs, "raw/")).toHaveLength(1);
  expect((await paths(refs, "hours/")).length).toBeLessThanOrEqual(4);
});

test("a clock that is years ahead for an hour takes nothing away that is kept", async () => {
  const { refs, time, store } = world();
  for (let n = 0; n < 24 * 10; n += 6) {
    time.now = START + (n + 1) * HOUR;
    await store.append(hour(START + n * HOUR));
  }
  const real = time.now;
  const [before, files] = [await read(store), await paths(refs, "")];
  const wrong = real + 1_000 * DAY;
  for (let n = 0; n < 12; n++) {
    time.now = wrong + n * 300_000;
    await store.append(seen("p", time.now - 60_000, { watched: CADENCE, to: time.now, collector: "two" }));
  }
  time.now = real;
  const { value, diagnostics } = await store.read("production");
  expect(diagnostics).toHaveLength(12);
  expect(diagnostics[0]?.summary).toMatch(/cannot be used: it lies in the future$/);
  expect(value.days).toEqual(before.days);
  expect(files.filter((path) => !path.startsWith("raw/"))).toEqual(
    (await paths(refs, "")).filter((path) => files.includes(path) && !path.startsWith("raw/")),
  );
});

test("days of a file that was removed, since nobody could read it, are made anew of their hours", async () => {
  const { refs, time, store } = world();
  for (let n = 0; n < 24 * 8; n++) {
    time.now = START + (n + 1) * HOUR;
    await store.append(hour(START + n * HOUR));
  }
  const before = await read(store);
  const put = new Map([["days/production/2026-02.json", null]]);
  const { oid } = await refs.read(HEALTH_REF);
  await refs.swap({ ref: HEALTH_REF, expected: oid, put, parent: "expected", nonce: random(), message: "by hand" });
  time.now += HOUR;
  await store.append(hour(time.now - HOUR));
  expect((await read(store)).days.slice(0, 3)).toEqual(before.days.slice(0, 3));
});

test("a compaction that loses the race is worked out anew on the new tip", async () => {
  const refs = memoryRefStore();
  const { time, store } = world(refs);
  await store.append(hour(START - HOUR));
  const late = hour(START - HOUR, "FFFFpppppppp", { collector: "two" });
  time.now = START + 60 * HOUR;
  const rival = healthStore({ refs, random, clock: { now: () => START, sleep: () => Promise.resolve() } });
  let overtaken = false;
  const raced: RefStore = {
    read: (ref) => refs.read(ref),
    async swap(request) {
      if (!overtaken) {
        overtaken = true;
        expect(await rival.append(late)).toEqual([]);
      }
      return refs.swap(request);
    },
  };
  const { value } = await world(raced).store.compact("production");
  expect(value).toBe(0);
  const racing = healthStore({ refs: raced, random, clock: { now: () => time.now, sleep: () => Promise.resolve() } });
  overtaken = false;
  expect((await racing.compact("production")).value).toBe(2);
  expect(web((await read(store)).days[0])?.actual).toBe(24);
});

describe("a file that cannot be used", () => {
  async function withFile(path: string, content: string) {
    const here = world();
    await here.store.append(hour(START - HOUR));
    const { oid } = await here.refs.read(HEALTH_REF);
    const put = new Map([[path, Buffer.from(content)]]);
    await here.refs.swap({ ref: HEALTH_REF, expected: oid, put, parent: "expected", nonce: random(), message: "odd" });
    here.time.now = START + 60 * HOUR;
    return here;
  }

  test("among hours is named and never written over; its segments wait", async () => {
    const { refs, store } = await withFile("hours/production/2026-02-26.json", '{"version":1,"hou');
    const { value, diagnostics } = await store.compact("production");
    expect([value, diagnostics.map(({ summary }) => summary)]).toEqual([
      0,
      ["health history: `hours/production/2026-02-26.json` cannot be used: it is no whole JSON document"],
    ]);
    expect(await paths(refs, "raw/")).toHaveLength(1);
    expect((await kept(refs))["hours/production/2026-02-26.json"]).toBe('{"version":1,"hou');
  });

  test("among segments does not hold up the others", async () => {
    const { refs, store } = await withFile("raw/production/2026-01-01/00/odd.json", "{}");
    expect((await store.compact("production")).value).toBe(1);
    expect(await paths(refs, "raw/")).toEqual(["raw/production/2026-01-01/00/odd.json"]);
  });

  const empty = '"askings":[0,0,0,0,0,0,0],"latency":""';
  test.each([
    [
      "hours/production/2026-02-26.json",
      `{"version":1,"environment":"staging","hours":[]}`,
      "it is of another environment",
    ],
    [
      "hours/production/2026-02-26.json",
      `{"version":1,"environment":"production","hours":[{"at":"2026-02-25T00","segments":[],"services":{}}]}`,
      "it holds an hour of another day",
    ],
    [
      "hours/production/2026-02-26.json",
      `{"version":1,"environment":"production","hours":[{"at":"2026-02-26T00","segments":[],"services":{"web":{${empty},"verdicts":"o3601"}}}]}`,
      'what 2026-02-26T00 says of "web" is malformed',
    ],
    [
      "days/production/2026-02.json",
      `{"version":1,"environment":"production","periods":[{"at":"2026-02-30","services":{}}]}`,
      '"2026-02-30" is malformed',
    ],
    [
      "days/production/2026-02.json",
      `{"version":1,"environment":"production","periods":[{"at":"2026-02-20","services":{"web":{${empty},"seconds":[86400,1,0,0,0]}}}]}`,
      'what 2026-02-20 says of "web" is malformed',
    ],
    [
      "standings/production.json",
      `{"version":1,"environment":"production","standings":[{}]}`,
      "a standing is malformed",
    ],
  ])("%s that says %s is left out and named", async (path, content, why) => {
    const { store } = await withFile(path, content);
    const { value, diagnostics } = await store.read("production");
    expect(diagnostics.map(({ summary }) => summary)).toEqual([`health history: \`${path}\` cannot be used: ${why}`]);
    expect(value.segments).toHaveLength(1);
  });
});

test("the same samples are the same bytes, whoever came first", async () => {
  const segments = Array.from({ length: 8 }, (_, n) =>
    hour(START + n * 1_800_000, "ppwfFppum pp", { collector: `c${n % 2}` }),
  );
  const made = async (order: readonly Segment[]) => {
    const { refs, time, store } = world();
    for (const segment of order) await store.append(segment);
    time.now = START + 80 * HOUR;
    await store.compact("production");
    return kept(refs);
  };
  expect(await made(segments.toReversed())).toEqual(await made(segments));
  expect(Object.keys(await made(segments))).toContain("hours/production/2026-02-26.json");
});
