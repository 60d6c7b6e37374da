import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { GitError } from "../../src/git/git-error.ts";
import { localRefStore } from "../../src/git/local-ref-store.ts";
import { memoryRefStore } from "../../src/git/memory-ref-store.ts";
import { openRepository } from "../../src/git/repository.ts";
import { collect } from "../../src/health/collector.ts";
import { HEALTH_REF, healthStore } from "../../src/health/history.ts";
import { decodeSegment, encodeSegment } from "../../src/health/segment-codec.ts";
import type { Segment } from "../../src/model/health.ts";
import type { RefStore } from "../../src/model/ref-store.ts";
import { BARE_ENVIRONMENT, git, gitFolder } from "../support/git-folder.ts";
import { problemsAgainst } from "../support/schemas.ts";
import { virtualClock } from "../support/virtual-clock.ts";

const NOON = Date.UTC(2026, 10, 24, 12, 0, 0);
const MINUTE = 60_000;
const random = () => randomBytes(16).toString("hex");
/** An hour after noon, unless a test says otherwise. */
const promptly = { sleep: () => Promise.resolve(), now: () => NOON + 60 * MINUTE };

function segment(over: Partial<Segment> = {}): Segment {
  return {
    version: 1,
    collector: "one",
    region: "default",
    watching: {},
    environment: "production",
    from: NOON,
    to: NOON + MINUTE,
    expected: { web: 2 },
    samples: [
      { service: "web", at: NOON + 1_000, outcome: "pass", latencyMs: 8.4, status: 200 },
      { service: "web", at: NOON + 31_000, outcome: "fail", error: "connection refused" },
    ],
    ...over,
  };
}

async function everything(refs: RefStore) {
  const { value, diagnostics } = await healthStore({ refs, random, clock: promptly }).read("production");
  return { value: value.segments, diagnostics };
}

async function pathsIn(refs: RefStore): Promise<string[]> {
  const { tree } = await refs.read(HEALTH_REF);
  const paths: string[] = [];
  for await (const { path } of tree.list("raw")) paths.push(path);
  return paths;
}

const STORES: Readonly<Record<string, () => Promise<RefStore>>> = {
  memory: async () => memoryRefStore(),
  "a local Git ref": async () => localRefStore(await openRepository(gitFolder({ "a.txt": "a" }), BARE_ENVIRONMENT)),
};

describe.each(Object.entries(STORES))("health history over %s", (_, make) => {
  test("gives back what was kept, oldest first", async () => {
    const store = healthStore({ refs: await make(), random, clock: promptly });
    const later = segment({ from: NOON + 5 * MINUTE, to: NOON + 6 * MINUTE, samples: [] });
    expect(await store.append(later)).toEqual([]);
    expect(await store.append(segment())).toEqual([]);
    const { value, diagnostics } = await store.read("production");
    expect([value.segments, diagnostics]).toEqual([[segment(), later], []]);
  });

  test("tells environments apart", async () => {
    const store = healthStore({ refs: await make(), random, clock: promptly });
    await store.append(segment({ environment: "staging" }));
    expect((await store.read("production")).value.segments).toEqual([]);
    expect((await store.read("staging")).value.segments).toHaveLength(1);
  });

  test("never touches a segment again: each append adds one file", async () => {
    const refs = await make();
    const store = healthStore({ refs, random, clock: promptly });
    await store.append(segment());
    const [first = ""] = await pathsIn(refs);
    const before = await (await refs.read(HEALTH_REF)).tree.idAt(first);
    await store.append({ ...segment(), to: segment().to + 1 });
    expect(await pathsIn(refs)).toHaveLength(2);
    expect(await (await refs.read(HEALTH_REF)).tree.idAt(first)).toBe(before);
    expect(first).toMatch(/^raw\/production\/2026-11-24\/12\/one-\d+-\d+-[0-9a-f]{16}\.json$/);
  });

  test("two collectors that append at once lose nothing", async () => {
    const refs = await make();
    const wall = { ...promptly, sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms / 10)) };
    const appends = ["one", "two"].flatMap((collector) => {
      const store = healthStore({ refs, random, clock: wall });
      return Array.from({ length: 4 }, (_, index) => ({
        store,
        segment: segment({ collector, from: NOON + index, samples: [] }),
      }));
    });
    const byCollector = (name: string) => async () => {
      for (const one of appends)
        if (one.segment.collector === name) expect(await one.store.append(one.segment)).toEqual([]);
    };
    await Promise.all([byCollector("one")(), byCollector("two")()]);
    const { value } = await everything(refs);
    expect(value.map(({ collector, from }) => `${collector} ${from - NOON}`).sort()).toEqual([
      "one 0",
      "one 1",
      "one 2",
      "one 3",
      "two 0",
      "two 1",
      "two 2",
      "two 3",
    ]);
  });

  test("a file that cannot be used is skipped and named, and every other one counts", async () => {
    const refs = await make();
    const store = healthStore({ refs, random, clock: promptly });
    await store.append(segment());
    const { oid } = await refs.read(HEALTH_REF);
    const text = Buffer.from(encodeSegment(segment())).toString();
    const bad: Record<string, string> = {
      "raw/production/2026-11-24/12/cut-short.json": text.slice(0, 60),
      "raw/production/2026-11-24/12/future.json": text.replace('"version":1', '"version":9'),
      "raw/production/2026-11-24/12/odd-sample.json": text.replace('"outcome":"fail"', '"outcome":"maybe"'),
      "raw/production/2026-11-24/12/other-time.json": text.replaceAll(`"at":${NOON + 1_000}`, '"at":5'),
      "raw/production/2026-11-24/12/prototype.json": text.replaceAll('"web"', '"__proto__"'),
      "raw/production/2026-11-24/12/staging.json": text.replace('"production"', '"staging"'),
      "raw/production/2026-11-24/13/late.json": text,
      "raw/production/2026-11-24/12/tomorrow.json": text.replace(`"to":${NOON + MINUTE}`, `"to":${NOON + 1e10}`),
    };
    const put = new Map(Object.entries(bad).map(([path, content]) => [path, Buffer.from(content)]));
    const swap = { ref: HEALTH_REF, expected: oid, put, parent: "expected", nonce: random(), message: "bad" } as const;
    expect((await refs.swap(swap)).is).toBe("won");
    const { value, diagnostics } = await everything(refs);
    expect(value).toEqual([segment()]);
    expect(diagnostics.map(({ code, severity, summary }) => `${code} ${severity} ${summary}`)).toMatchInlineSnapshot(`
      [
        "health-segment-unreadable warning health history: \`raw/production/2026-11-24/12/cut-short.json\` cannot be used: it is no whole JSON document",
        "health-segment-unreadable warning health history: \`raw/production/2026-11-24/12/future.json\` cannot be used: it has version 9, and this Fairlead reads 1",
        "health-segment-unreadable warning health history: \`raw/production/2026-11-24/12/odd-sample.json\` cannot be used: sample 1 is malformed",
        "health-segment-unreadable warning health history: \`raw/production/2026-11-24/12/other-time.json\` cannot be used: sample 0 lies outside the segment",
        "health-segment-unreadable warning health history: \`raw/production/2026-11-24/12/prototype.json\` cannot be used: \`expected\` holds something that is no count",
        "health-segment-unreadable warning health history: \`raw/production/2026-11-24/12/staging.json\` cannot be used: it is of another environment",
        "health-segment-unreadable warning health history: \`raw/production/2026-11-24/12/tomorrow.json\` cannot be used: it lies in the future",
        "health-segment-unreadable warning health history: \`raw/production/2026-11-24/13/late.json\` cannot be used: it lies in another hour than it began in",
      ]
    `);
  });
});

test("what Git keeps is valid against schemas/health.schema.json", async () => {
  const folder = gitFolder({ "a.txt": "a" });
  const refs = localRefStore(await openRepository(folder, BARE_ENVIRONMENT));
  await healthStore({ refs, random, clock: promptly }).append(
    segment({
      samples: [
        {
          service: "web",
          at: NOON,
          outcome: "warn",
          latencyMs: 8.4,
          status: 200,
          conditions: [{ condition: "[STATUS] == 200", held: true }],
          checks: { database: "pass", memory: "missing" },
          error: "slow",
        },
      ],
    }),
  );
  const [path = ""] = await pathsIn(refs);
  const kept = JSON.parse(git(folder, "show", `${HEALTH_REF}:${path}`));
  const problems = problemsAgainst("health");
  expect(problems(kept)).toEqual([]);
  expect(problems({ ...kept, samples: [{ ...kept.samples[0], outcome: "maybe" }] })).not.toEqual([]);
});

test("a swap whose answer was lost is not repeated: the segment is looked for first", async () => {
  const refs = memoryRefStore();
  let swaps = 0;
  const broken: RefStore = {
    read: (ref) => refs.read(ref),
    async swap(request) {
      swaps++;
      await refs.swap(request);
      return { is: "unknown" };
    },
  };
  expect(await healthStore({ refs: broken, random, clock: promptly }).append(segment())).toEqual([]);
  expect(swaps).toBe(1);
  expect(await pathsIn(refs)).toHaveLength(1);
});

test("an append that is always overtaken gives up after a bound, and says that the samples are still held", async () => {
  const refs = memoryRefStore();
  let swaps = 0;
  const busy: RefStore = {
    read: (ref) => refs.read(ref),
    swap: async () => {
      swaps++;
      return { is: "conflict", oid: null };
    },
  };
  const [problem, ...others] = await healthStore({ refs: busy, random, clock: promptly }).append(segment());
  expect({ swaps, others, code: problem?.code }).toEqual({ swaps: 8, others: [], code: "health-not-stored" });
  expect(problem?.summary).toBe(
    "health history: 2 samples could not be stored yet: 8 attempts were overtaken by other collectors",
  );
});

test("a segment that arrived although nobody said so is not kept twice when it is appended again", async () => {
  const refs = memoryRefStore();
  let isOut = false;
  const flaky: RefStore = {
    read: (ref) => (isOut ? Promise.reject(new GitError("unreachable", "the remote does not answer")) : refs.read(ref)),
    async swap(request) {
      await refs.swap(request);
      isOut = true;
      return { is: "unknown" };
    },
  };
  const store = healthStore({ refs: flaky, random, clock: promptly });
  expect((await store.append(segment())).map(({ code }) => code)).toEqual(["health-not-stored"]);
  isOut = false;
  expect(await store.append(segment())).toEqual([]);
  expect(await pathsIn(refs)).toHaveLength(1);
});

test("an append to a ref that Git cannot write is a problem that is said, and a bug of ours is not hidden", async () => {
  const failing = (error: Error): RefStore => ({
    read: (ref) => memoryRefStore().read(ref),
    swap: () => Promise.reject(error),
  });
  const full = new GitError("failed", "git fast-import failed", "No space left on device");
  expect(await healthStore({ refs: failing(full), random, clock: promptly }).append(segment())).toMatchObject([
    { code: "health-not-stored", severity: "warning", summary: expect.stringContaining("No space left on device") },
  ]);
  const bug = healthStore({ refs: failing(new TypeError("ours")), random, clock: promptly });
  await expect(bug.append(segment())).rejects.toThrow("ours");
});

test("a collector seals what it saw, each sample and beat once, and nothing when it saw nothing", async () => {
  const clock = virtualClock(NOON);
  const collector = collect({ collector: "one", environment: "production", clock });
  expect(collector.seal()).toBeNull();
  await clock.advance(1_000);
  collector.beat("web", 1);
  collector.beat("web", 2);
  collector.sample({ service: "web", at: NOON + 900, outcome: "pass" });
  collector.sample({ service: "api", at: NOON + 500, outcome: "fail" });
  await clock.advance(1_000);
  expect(collector.seal()).toEqual({
    version: 1,
    collector: "one",
    region: "default",
    watching: {},
    environment: "production",
    from: NOON,
    to: NOON + 2_000,
    expected: { web: 3 },
    samples: [
      { service: "api", at: NOON + 500, outcome: "fail" },
      { service: "web", at: NOON + 900, outcome: "pass" },
    ],
  });
  // An asking that began before the seal and ended after it: the stretch reaches back to it.
  await clock.advance(100);
  collector.sample({ service: "web", at: NOON + 1_900, outcome: "pass" });
  expect(collector.seal()).toMatchObject({ from: NOON + 1_900, to: NOON + 2_100 });
  expect(collector.seal()).toBeNull();
});

test("a collector whose clock is set back or forward seals segments that hold what they say", async () => {
  let now = NOON;
  const collector = collect({
    collector: "one",
    environment: "production",
    after: () => NOON + 30 * MINUTE,
    clock: { ...virtualClock(), now: () => now },
  });
  const saw = (at: number) => {
    now = at;
    collector.beat("web", 1);
    collector.sample({ service: "web", at, outcome: "pass" });
  };
  saw(NOON + MINUTE);
  saw(NOON + 90 * MINUTE);
  saw(NOON - 60 * MINUTE);
  const jumped = collector.seal();
  saw(NOON - 59 * MINUTE);
  const next = collector.seal();
  expect([jumped?.from, jumped?.to, next?.from]).toEqual([NOON - 60 * MINUTE, NOON + 90 * MINUTE, NOON - 60 * MINUTE]);
  // Where its last segment ended is not told while the clock says an earlier time.
  expect([jumped?.after, next?.after]).toEqual([undefined, undefined]);
  for (const segment of [jumped, next]) {
    if (segment === null) throw new Error("there should be a segment");
    expect(decodeSegment(encodeSegment(segment))).toEqual(segment);
  }
});

test("time in which nothing was due is no gap, however often somebody looked", async () => {
  const clock = virtualClock(NOON);
  const collector = collect({ collector: "one", environment: "production", clock });
  const seen = () => {
    collector.beat("web", 1, { cadenceMs: 1_000, timeoutMs: 500, failure_threshold: 2, success_threshold: 1 });
    collector.sample({ service: "web", at: clock.now(), outcome: "pass" });
    return collector.seal();
  };
  const first = seen();
  for (let looks = 0; looks < 5; looks++) {
    await clock.advance(800);
    expect(collector.seal()).toBeNull();
  }
  const second = seen();
  expect(second).toMatchObject({ after: first?.to, from: first?.to, to: NOON + 4_000 });
});
