import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pLimit from "p-limit";
import { expect, onTestFinished, test } from "vitest";
import { CRASH_POINTS, type CrashPoint } from "../../src/apply/crash-points.ts";
import type { ServiceRecord } from "../../src/model/state.ts";
import { recordPath } from "../../src/state/state-codec.ts";
import type { SimWorld } from "../../src/targets/sim/sim-world.ts";
import { BARE_ENVIRONMENT, git, temporaryFolder } from "../support/git-folder.ts";
import { type GitServer, gitServer } from "../support/git-server.ts";
import { until } from "../support/until.ts";
import type { Orders, Said } from "./kill-runner.ts";
import { running } from "./small-shop.ts";
import { worldServer } from "./world-server.ts";

/**
 * Real processes, a real Git remote over HTTP, real signals; only what runs is pretended, in the test's own process, so
 * that it outlives whoever dies. `KILL_SEEDS=n` takes more of them.
 */
const SEEDS = Number(process.env["KILL_SEEDS"] ?? 25);
const SIDE_BY_SIDE = 5;
const TTL_MS = 4_000;
const DECLARED: Orders["declared"] = { base: [], top: ["base"] };
/** Points that a run from nothing passes more than once; seeds take a later passing in turn. */
const AGAIN: Partial<Record<CrashPoint, number>> = {
  refreshed: 2,
  planned: 2,
  "before-act": 4,
  "after-act": 4,
  ended: 2,
};

/** Some hundred and seventy pushes: 80 s on two idle cores, and no faster on busy ones. */
const MATRIX_MS_MAX = 600_000;

test("killed at any point, the next run takes over, says what it found, and converges", {
  timeout: MATRIX_MS_MAX,
}, async () => {
  const server = await gitServer();
  const limit = pLimit(SIDE_BY_SIDE);
  const stories = Array.from({ length: SEEDS }, (_, seed) => limit(() => killed(server, seed)));
  const settled = await Promise.allSettled(stories);
  const failed = settled.flatMap((one, seed) => (one.status === "rejected" ? [`seed ${seed}: ${one.reason}`] : []));
  expect(failed).toEqual([]);
});

async function killed(server: GitServer, seed: number): Promise<void> {
  const at = CRASH_POINTS[seed % CRASH_POINTS.length] ?? "claimed";
  const nth = 1 + (Math.floor(seed / CRASH_POINTS.length) % (AGAIN[at] ?? 1));
  const shop = await openShop(server, `seed-${seed}`);
  const victim = await start(shop, { run: "victim", ends: { at, nth, signal: "SIGKILL" } });
  expect(await victim.ended(), `${at} ${nth}`).toBe("SIGKILL");
  expect(unintended(server, shop), `${at} ${nth}`).toEqual([]);

  const heir = await start(shop, { run: "heir" });
  expect(await heir.ended(), heir.output()).toBe(0);
  const report = heir.report();
  const where = `killed at ${at} (${nth}): ${heir.output()}`;
  expect(["applied", "nothing-to-do"], where).toContain(report.outcome);
  expect(report.left, where).toEqual([]);
  // Only whoever gave its claim back has nobody to take over from.
  const tookOver = heir.output().includes("took over from victim, which fell silent");
  expect(tookOver, where).toBe(at !== "released");
  for (const service of Object.keys(DECLARED)) {
    expect(running(shop.world, service), where).toEqual({ r1: 1 });
    expect(shop.world.fleet(service).weights, where).toEqual({ 1: 100 });
  }
  expect(shop.world.violations, where).toEqual([]);
  const wins = git(server.folder, "log", "--format=%s", branchOf(shop));
  expect(wins, where).toContain("victim begins (epoch 1)");
  expect(recordedIn(server, shop), where).toEqual(expect.arrayContaining([...victim.wins(), ...heir.wins()]));
  if (at === "ended" && nth === 1) expect(report.services, where).toContain("found-done base");
}

/** What was done to the world and stands nowhere in State, at the moment of a death. */
function unintended(server: GitServer, shop: Shop): readonly string[] {
  return shop.world.effects
    .filter(({ service, release }) => {
      const path = `${branchOf(shop)}:${recordPath(service)}`;
      const isThere = git(server.folder, "ls-tree", "--name-only", branchOf(shop), recordPath(service)) !== "";
      const record = isThere ? (JSON.parse(git(server.folder, "show", path)) as ServiceRecord) : null;
      return !record?.releases.some(({ number }) => number === (release ?? number));
    })
    .map((effect) => `${effect.do} ${effect.service} r${effect.release}`);
}

const recordedIn = (server: GitServer, shop: Shop): readonly string[] =>
  git(server.folder, "rev-list", branchOf(shop)).split("\n");
const branchOf = ({ environment }: Shop): string => `fairlead-state/${environment}`;

test("of two identical runs that have read the same State exactly one wins", async () => {
  const server = await gitServer();
  const shop = await openShop(server, "race", 4_000);
  const same = { run: "twin", patienceMs: 0, onTheWord: true };
  const twins = await Promise.all([start(shop, same), start(shop, same)]);
  for (const twin of twins) twin.go();
  await Promise.all(twins.map((twin) => twin.ended()));
  expect(twins.map((twin) => twin.report().outcome).sort()).toEqual(["applied", "busy"]);
  expect(new Set(shop.world.effects.map(({ fence }) => fence.epoch))).toEqual(new Set([1]));
  const ensured = shop.world.effects.filter((effect) => effect.do === "ensure");
  expect(ensured.map(({ service }) => service)).toEqual(["base", "top"]);
  expect(recordedIn(server, shop)).toEqual(expect.arrayContaining(twins.flatMap((twin) => [...twin.wins()])));
  expect(shop.world.violations).toEqual([]);
});

test("a holder that stands still and wakes after it was taken over is fenced, and acts on nothing", async () => {
  const server = await gitServer();
  const shop = await openShop(server, "stall");
  const stalled = await start(shop, { run: "stalled", ends: { at: "before-act", nth: 1, signal: "SIGSTOP" } });
  const { pid } = stalled.process;
  await until(() => / T /.test(readFileSync(`/proc/${pid}/stat`, "utf8")), { what: "the holder stands still" });
  const other = await start(shop, { run: "other" });
  expect(await other.ended()).toBe(0);
  expect(other.report()).toMatchObject({ outcome: "applied", left: [] });
  const effects = shop.world.effects.length;

  stalled.process.kill("SIGCONT");
  expect(await stalled.ended()).toBe(0);
  expect(stalled.report().outcome).toBe("fenced");
  expect(shop.world.effects).toHaveLength(effects);
  expect(shop.world.violations).toEqual([]);
});

interface Shop {
  readonly world: SimWorld;
  readonly environment: string;
  readonly orders: Pick<Orders, "folder" | "socket" | "environment" | "declared" | "ttlMs" | "patienceMs">;
}

async function openShop(server: GitServer, environment: string, startMs = 100): Promise<Shop> {
  const { world, socket } = await worldServer(() => ({ is: "healthy", startMs }));
  const folder = temporaryFolder();
  git(folder, "init", "--quiet");
  git(folder, "remote", "add", "origin", server.url);
  const orders = { folder, socket, environment, declared: DECLARED, ttlMs: TTL_MS, patienceMs: 60_000 };
  return { world, environment, orders };
}

interface Running {
  readonly process: ChildProcess;
  output(): string;
  /** Says the word to one that waits for it. */
  go(): void;
  /** The exit code, or the signal that ended it. */
  ended(): Promise<number | string | null>;
  report(): Extract<Said, { is: "report" }>;
  /** The commits that it was told it had won with. */
  wins(): readonly string[];
}

async function start({ orders }: Shop, more: Partial<Orders> & Pick<Orders, "run">): Promise<Running> {
  const runner = join(import.meta.dirname, "kill-runner.ts");
  const child = spawn(process.execPath, [runner, JSON.stringify({ ...orders, ...more })], {
    env: {
      ...BARE_ENVIRONMENT,
      NODE_COMPILE_CACHE: join(tmpdir(), "fairlead-test-compile-cache"),
    } as NodeJS.ProcessEnv,
    stdio: ["pipe", "pipe", "pipe"],
  });
  let output = "";
  let errors = "";
  child.stdout.on("data", (chunk) => (output += String(chunk)));
  child.stderr.on("data", (chunk) => (errors += String(chunk)));
  child.stdin.on("error", () => undefined);
  const closed = once(child, "close") as Promise<[number | null, string | null]>;
  onTestFinished(() => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
  });
  if (more.onTheWord) await until(() => output.includes('"ready"'), { what: "the process is ready" });
  const said = (): Said[] =>
    output
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Said);
  return {
    process: child,
    output: () => output + errors,
    go: () => void child.stdin.write("go\n"),
    async ended() {
      const [code, signal] = await closed;
      return signal ?? code;
    },
    wins: () => said().flatMap((one) => (one.is === "win" ? [one.oid] : [])),
    report() {
      const report = said().find((one) => one.is === "report");
      if (report?.is !== "report") throw new Error(`no report: ${output}${errors}`);
      return report;
    },
  };
}
