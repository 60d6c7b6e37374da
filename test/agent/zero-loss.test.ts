import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, onTestFinished, test } from "vitest";
import type { Release } from "../../src/model/state.ts";
import { type Load, type Sent, startLoad } from "../support/load.ts";
import { type LocalEnvironment, LocalMachine } from "../support/local-runtime.ts";
import { until } from "../support/until.ts";

/** The full minute of the promise is for the bench; the suite sees the same change in a few seconds. */
const SECONDS = Number(process.env["FAIRLEAD_LOAD_SECONDS"] ?? 8);
const PER_SECOND = Number(process.env["FAIRLEAD_LOAD_RATE"] ?? 150);

const machine = new LocalMachine();
afterAll(() => machine.remove());

interface Scene {
  readonly local: LocalEnvironment;
  readonly release: (number: number) => Promise<Release>;
  /** Ids that some instance of any release has seen, with repetitions. */
  readonly seen: () => readonly string[];
}

async function scene(): Promise<Scene> {
  const local = await machine.start();
  onTestFinished(() => local.close());
  const file = join(machine.root, `seen-${local.options.environment}`);
  const release = (number: number): Promise<Release> =>
    local.release({
      number,
      spec: { runtime: { replicas: 2 }, environment: { SEEN_FILE: file }, deployment: { drain_time: 10_000 } },
    });
  return { local, release, seen: () => readFileSync(file, "utf8").trimEnd().split("\n") };
}

function lostOf(sent: readonly Sent[]): readonly Sent[] {
  return sent.filter(({ outcome }) => outcome !== "answered");
}

function loadOn(local: LocalEnvironment, release: Release): Load {
  return startLoad({ url: local.url(release, ""), perSecond: PER_SECOND });
}

const seconds = (count: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, count * 1_000));

test("a rolling change under load loses no request, and none is done twice", async () => {
  const { local, release, seen } = await scene();
  const [one, two] = [await release(1), await release(2)];
  await local.serve(one);
  const load = loadOn(local, one);
  const began = performance.now();
  await seconds(1);
  // As the strategy does it, one instance at a time: one more of the new, traffic by share, one fewer of the old.
  await local.act({ do: "ensure", release: two, wanted: 1 });
  await local.ready(two, 1);
  expect(await local.route(two, { 1: 50, 2: 50 })).toEqual({ is: "done" });
  await local.act({ do: "ensure", release: one, wanted: 1 });
  await local.act({ do: "ensure", release: two, wanted: 2 });
  await local.ready(two, 2);
  expect(await local.route(two, { 2: 100 })).toEqual({ is: "done" });
  await local.act({ do: "retire", service: "web", release: 1, drainMs: 10_000 });
  await until(async () => (await local.instances(one)).length === 0, { deadlineMs: 20_000 });
  await seconds(Math.max(0.5, SECONDS - (performance.now() - began) / 1_000));
  const sent = await load.stop();
  expect(sent.length).toBeGreaterThan(PER_SECOND * 3);
  expect(lostOf(sent)).toEqual([]);
  const ids = seen();
  expect(new Set(ids).size).toBe(ids.length);
  expect([...ids].sort()).toEqual(sent.map(({ id }) => id).sort());
  const releases = new Set(sent.map(({ says }) => JSON.parse(says.slice(4)).release));
  expect(releases).toEqual(new Set(["1", "2"]));
}, 120_000);

test("an agent killed under load is noticed by no connection", async () => {
  const { local, release } = await scene();
  const one = await release(1);
  await local.serve(one);
  const load = loadOn(local, one);
  await seconds(1);
  await local.crashAgent();
  await seconds(1);
  await local.ready(one, 2);
  await seconds(1);
  expect(lostOf(await load.stop())).toEqual([]);
}, 60_000);

test("an edge child killed under load fails only what was in flight, and that is counted", async () => {
  const { local, release } = await scene();
  const one = await release(1);
  await local.serve(one);
  const load = loadOn(local, one);
  await until(async () => {
    const [fleet] = (await local.target.observe(["web"])).fleets;
    return (fleet?.inFlight[1] ?? 0) >= 3;
  });
  const { serving } = await local.edgePids();
  process.kill(serving, "SIGKILL");
  await until(async () => (await local.edgePids()).serving !== serving);
  await seconds(1.5);
  const sent = await load.stop();
  const lost = lostOf(sent);
  expect(lost.length).toBeGreaterThan(0);
  const evidence = await local.edge.evidence("web", 0);
  expect(lost.length).toBeLessThanOrEqual(PER_SECOND / 2);
  // A request whose connection waited in the backlog, or broke before the edge had read it, reached no instance.
  expect(evidence.byRelease[1]?.aborted).toBeGreaterThan(0);
  expect(evidence.byRelease[1]?.aborted).toBeLessThanOrEqual(lost.length + 1);
}, 60_000);
