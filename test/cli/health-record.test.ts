import { expect, test } from "vitest";
import { type Comes, openHealthRecord } from "../../src/cli/health-record.ts";
import { openEnvironment } from "../../src/cli/open-environment.ts";
import { openWorkspace } from "../../src/cli/workspace.ts";
import { gitFolder } from "../support/git-folder.ts";
import { quietFace } from "../support/quiet-face.ts";

const NOON = Date.UTC(2026, 10, 24, 12);
const MINUTE = 60_000;

/** Two services, asked by commands of several kinds on one host. */
async function host() {
  const service = (id: string) =>
    `id: ${id}\nname: ${id}\ntype: api\nexternal: true\nhealth: {endpoint: 'http://127.0.0.1:9/', interval: 5m}\n`;
  const folder = gitFolder({
    "fairlead.yaml": "project: shop\nenvironments: {staging: {target: {kind: local}}}\n",
    "services/a.yaml": service("a"),
    "services/b.yaml": service("b"),
  });
  const time = { now: NOON };
  const face = quietFace({ directory: folder, now: () => time.now });
  const workspace = await openWorkspace(face);
  const catalog = (await (await openEnvironment(workspace, "staging")).value?.declared())?.value;
  if (catalog === undefined) throw new Error("nothing is declared");
  /** One run that asks these services once. */
  const runs = async (comes: Comes, ids: readonly string[], everyMs?: number) => {
    const { record } = await openHealthRecord(face, workspace, "staging", { comes });
    const specs = ids.flatMap((id) => catalog.services.get(id)?.spec ?? []);
    record.watch(specs, everyMs);
    for (const id of ids) {
      record.beat(id, 1);
      record.sample({ service: id, at: time.now, outcome: "pass" });
    }
    time.now += 1_000;
    expect(await record.save()).toEqual([]);
    time.now -= 1_000;
  };
  const count = async (id: string) => {
    const { record } = await openHealthRecord(face, workspace, "staging");
    const { expected, actual } = record.history().days.at(-1)?.services[id] ?? {};
    return { expected, actual };
  };
  const collectors = async () => {
    const { record } = await openHealthRecord(face, workspace, "staging");
    return new Set(record.history().segments.map(({ collector }) => collector));
  };
  /** Whether somebody else still takes what was said last for so. */
  const isAwaited = async () => {
    const { record } = await openHealthRecord(face, workspace, "staging", { collector: "other" });
    return JSON.stringify(record.outlook().segments) !== JSON.stringify(record.history().segments);
  };
  return { time, runs, count, collectors, isAwaited, close: () => workspace.close() };
}

test("what a scheduler's runs have missed is expected; another that asks other services hides none of it", async () => {
  const { time, runs, count, close } = await host();
  for (let minute = 0; minute <= 60; minute++) {
    time.now = NOON + minute * MINUTE;
    await runs("scheduled", ["a"], MINUTE);
    // Nothing between 12:05 and 12:55.
    if (minute % 5 === 0 && (minute <= 5 || minute >= 55)) await runs("scheduled", ["b"], 5 * MINUTE);
  }
  expect(await count("a")).toEqual({ expected: 61, actual: 61 });
  expect(await count("b")).toEqual({ expected: 13, actual: 4 });
  await close();
});

test("what a person asks counts for itself: nobody expected it sooner", async () => {
  const { time, runs, count, close } = await host();
  await runs("by hand", ["a"]);
  time.now = NOON + 60 * MINUTE;
  await runs("by hand", ["a"]);
  time.now = NOON + 120 * MINUTE;
  expect(await count("a")).toEqual({ expected: 2, actual: 2 });
  await close();
});

test.each([
  ["standing", true],
  ["by hand", false],
] as const)("what was seen last vouches for others until more is due: %s", async (comes, awaited) => {
  const { time, runs, isAwaited, close } = await host();
  await runs(comes, ["a"]);
  time.now = NOON + 10 * MINUTE;
  expect(await isAwaited()).toBe(awaited);
  await close();
});

test("on one host, who stays, who comes and who is sent have each a name of their own", async () => {
  const { runs, collectors, close } = await host();
  await runs("standing", ["a"]);
  await runs("scheduled", ["a"]);
  await runs("by hand", ["a"]);
  expect((await collectors()).size).toBe(3);
  await close();
});
