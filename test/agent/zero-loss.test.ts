import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, onTestFinished, test } from "vitest";
import type { Release } from "../../src/model/state.ts";
import { fairlead } from "../support/cli.ts";
import { gitFolder, temporaryFolder } from "../support/git-folder.ts";
import { type Load, type Sent, startLoad } from "../support/load.ts";
import { freeTcpPort, type LocalEnvironment, LocalMachine } from "../support/local-runtime.ts";
import { until } from "../support/until.ts";

/** The full minute of the promise: `FAIRLEAD_LOAD_SECONDS=60 FAIRLEAD_LOAD_RATE=500`. The suite sees the same in a few seconds. */
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

test("the same change by `fairlead apply`, planned, claimed and rolled by the strategy itself, loses none either", async () => {
  const port = await freeTcpPort();
  const seenFile = join(temporaryFolder(), "seen");
  const yaml = `id: web
name: Web
type: api
command: [node, server.mjs]
source: services/web
runtime: { replicas: 2 }
networking: { port: ${port} }
health: { endpoint: /health, interval: 300ms, timeout: 2s, failure_threshold: 2 }
deployment: { strategy: rolling, min_healthy_time: 300ms, drain_time: 10s }
environment: { SEEN_FILE: ${seenFile}, VERSION: "1" }
`;
  const folder = gitFolder({
    ".gitignore": ".fairlead/\n",
    "fairlead.yaml": "project: shop\n",
    "services/web.yaml": yaml,
    "services/web/server.mjs": readFileSync(
      join(import.meta.dirname, "../targets/fixtures/service/server.mjs"),
      "utf8",
    ),
  });
  const apply = () => fairlead(["apply", "--yes"], { cwd: folder });
  onTestFinished(async () => void (await fairlead(["down"], { cwd: folder })));
  expect((await apply()).code).toBe(0);
  const load = startLoad({ url: `http://127.0.0.1:${port}`, perSecond: PER_SECOND });
  await seconds(1);
  writeFileSync(join(folder, "services/web.yaml"), yaml.replace('VERSION: "1"', 'VERSION: "2"'));
  expect((await apply()).code).toBe(0);
  await seconds(1);
  const sent = await load.stop();
  expect(lostOf(sent)).toEqual([]);
  const ids = readFileSync(seenFile, "utf8").trimEnd().split("\n");
  expect([...ids].sort()).toEqual(sent.map(({ id }) => id).sort());
  expect(new Set(sent.map(({ says }) => JSON.parse(says.slice(4)).release))).toEqual(new Set(["1", "2"]));
}, 180_000);

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
