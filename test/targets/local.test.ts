import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { realClock } from "../../src/agent/real-clock.ts";
import { enforcedPolicy } from "../../src/edge/policy.ts";
import { readHolder } from "../../src/targets/local/agent-lock.ts";
import type { AgentOptions } from "../../src/targets/local/agent-process.ts";
import { ensureAgent, isAnythingRunning, stopAgent } from "../../src/targets/local/agent-process.ts";
import { LOCAL_EDGE_ENFORCES, localConnector } from "../../src/targets/local/connector.ts";
import { findProcess, leadersMarked } from "../../src/targets/local/process-table.ts";
import { readLogs } from "../../src/targets/local/read-logs.ts";
import { runtimeFolder } from "../../src/targets/local/runtime-folder.ts";
import { RUNTIME_MARK } from "../../src/targets/local/supervisor.ts";
import { fixtureFiles, freeTcpPort, type LocalEnvironment, LocalMachine } from "../support/local-runtime.ts";
import { until } from "../support/until.ts";

const machine = new LocalMachine();
afterAll(() => machine.remove());

async function start(over: Partial<AgentOptions> = {}): Promise<LocalEnvironment> {
  const local = await machine.start(over);
  onTestFinished(() => local.close());
  return local;
}

test("a service that exits at once is restarted ever more slowly, and then called a crash loop with its last words", async () => {
  const local = await start();
  const release = await local.release({
    spec: { runtime: { replicas: 1 }, environment: { EXIT_AT_ONCE: "no database" } },
  });
  await local.act({ do: "ensure", release, wanted: 1 });
  const looping = await until(async () => (await local.instances(release)).find(({ crashLoop }) => crashLoop), {
    deadlineMs: 25_000,
  });
  expect(looping.phase).toBe("failing");
  expect(looping.restarts).toBe(5);
  expect(looping.says).toMatch(/^ended 5 times in \d+ s, last: exited with code 3: Error: no database$/);
});

test("a service that never becomes ready says why, and gets no traffic", async () => {
  const local = await start();
  const release = await local.release({ spec: { runtime: { replicas: 1 }, environment: { NEVER_READY: "1" } } });
  await local.act({ do: "ensure", release, wanted: 1 });
  await until(async () => (await local.instances(release)).some(({ phase }) => phase === "failing"));
  expect(await local.instances(release)).toMatchObject([{ says: "GET /health answered 503", restarts: 0 }]);
  expect(await local.route(release, { 1: 100 })).toEqual({ is: "done" });
  expect((await fetch(local.url(release))).status).toBe(503);
});

test("a service that ignores SIGTERM is killed once its time to drain is over", async () => {
  const local = await start();
  const release = await local.release({ spec: { runtime: { replicas: 1 }, environment: { IGNORE_SIGTERM: "1" } } });
  await local.serve(release);
  const [one] = await local.ready(release, 1);
  const happened: string[] = [];
  const over = new AbortController();
  const listening = (async () => {
    for await (const event of local.agent.events(over.signal)) if (event.is === "instance") happened.push(event.says);
  })();
  await local.route(release, {});
  const began = performance.now();
  await local.act({ do: "retire", service: "web", release: 1, drainMs: 2_500 });
  await until(async () => (await findProcess(one?.pid ?? 0)) === null);
  expect(performance.now() - began).toBeGreaterThan(2_000);
  await until(() => happened.some((says) => /^did not stop within \d+ ms of SIGTERM, so it was killed$/.test(says)));
  over.abort();
  await listening;
});

test("a service over its memory limit is started again, and says so", async () => {
  const local = await start();
  const release = await local.release({ spec: { runtime: { replicas: 1, memory_limit: 150 * 1_048_576 } } });
  await local.serve(release);
  await fetch(local.url(release, "/eat?mb=200"));
  await until(async () => (await local.instances(release)).find(({ restarts }) => restarts === 1));
  const log: string[] = [];
  const { signal } = new AbortController();
  const asked = { logs: local.runtime.logs, service: "web", lines: 50, follow: false, signal, clock: realClock };
  await until(async () => {
    for await (const { text } of readLogs(asked)) log.push(text);
    return log.some((line) => /memory \d+MB over 150MB; starting it again/.test(line));
  });
  await local.ready(release, 1);
});

test("instances know their dependencies' addresses, and nothing of what our own shell knows", async () => {
  process.env["FAIRLEAD_TEST_CANARY"] = "canary-7f3a";
  onTestFinished(() => void delete process.env["FAIRLEAD_TEST_CANARY"]);
  const env = { ...process.env, PATH: process.env["PATH"], HOME: machine.root, CI: "" };
  const local = await start({ env });
  const cache = await local.release({ service: "cache" });
  const release = await local.release({
    spec: { runtime: { replicas: 1 }, dependencies: ["cache"], environment: { GREETING: "hello" } },
  });
  await local.serve(release);
  const seen = (await (await fetch(local.url(release, "/env"))).json()) as Record<string, string>;
  expect(seen).toMatchObject({
    GREETING: "hello",
    FAIRLEAD_URL_CACHE: local.url(cache, ""),
    FAIRLEAD_SERVICE: "web",
    FAIRLEAD_RELEASE: "1",
    PORT: expect.stringMatching(/^\d+$/),
  });
  expect(JSON.stringify(seen)).not.toContain("canary-7f3a");
});

test("an agent that was killed leaves instances and open connections alone, and the next one adopts them", async () => {
  const local = await start();
  const release = await local.release({ spec: { runtime: { replicas: 2 } } });
  await local.serve(release);
  const before = await local.ready(release, 2);
  const slow = fetch(local.url(release, "/?ms=1500"));
  await local.crashAgent();
  expect((await fetch(local.url(release))).status).toBe(200);
  expect((await slow).status).toBe(200);
  // The client starts another agent by itself.
  const after = await local.ready(release, 2);
  expect(after.map(({ id, pid }) => ({ id, pid }))).toEqual(before.map(({ id, pid }) => ({ id, pid })));
  expect(leadersMarked(RUNTIME_MARK, local.runtime.folder)).toHaveLength(2);
});

test("whoever follows what happens has an agent again when it is killed, though nobody asks anything of it", async () => {
  const local = await start();
  const release = await local.release({ spec: { runtime: { replicas: 1 } } });
  await local.serve(release);
  const connecting = { ...local.options, files: fixtureFiles, settings: {}, addressOf: () => null };
  const { value: connection } = await localConnector.connect(connecting, "start");
  const over = new AbortController();
  const happened: string[] = [];
  const following = (async () => {
    for await (const { says } of connection?.events(over.signal) ?? []) happened.push(says);
  })();
  // What follows is heard, and not still on its way to the agent that is about to go.
  const [first] = await local.ready(release, 1);
  process.kill(first?.pid ?? 0, "SIGKILL");
  await until(() => happened.some((says) => says.includes("ready")), { what: "what happens to be heard" });
  const killed = local.agentPid;
  await local.crashAgent();
  await until(
    async () => {
      const holder = readHolder(local.runtime.lockFile);
      return holder !== null && holder.pid !== killed && (await findProcess(holder.pid)) !== null;
    },
    { what: "another agent" },
  );
  const [one] = await local.ready(release, 1);
  happened.length = 0;
  process.kill(one?.pid ?? 0, "SIGKILL");
  await until(() => happened.some((says) => says.includes("ready")), { what: "the instance to be started again" });
  over.abort();
  await following;
  await connection?.close();
});

test("a replayed action is a no-op for an agent that was restarted, too", async () => {
  const local = await start();
  const release = await local.release();
  const first = local.fence();
  await local.act({ do: "ensure", release, wanted: 1 }, first);
  await local.act({ do: "ensure", release, wanted: 2 });
  await local.ready(release, 2);
  await local.crashAgent();
  expect(await local.act({ do: "ensure", release, wanted: 1 }, first)).toEqual({ is: "done" });
  const { fleets } = await local.target.observe();
  expect(fleets).toMatchObject([{ groups: [{ wanted: 2 }] }]);
});

test("an agent of another build is replaced, and what it kept goes on", async () => {
  const local = await start();
  const release = await local.release({ spec: { runtime: { replicas: 1 } } });
  await local.serve(release);
  const [before] = await local.ready(release, 1);
  const agentPid = local.agentPid;
  const next = await ensureAgent({ ...local.options, build: "test-2" });
  expect(await next.value?.hello()).toMatchObject({ build: "test-2" });
  expect(local.agentPid).not.toBe(agentPid);
  expect(await findProcess(agentPid)).toBeNull();
  const [fleet] = (await next.value?.observe(["web"]))?.fleets ?? [];
  expect(fleet?.groups[0]?.instances).toMatchObject([{ id: before?.id, pid: before?.pid, phase: "ready" }]);
  await next.value?.close();
});

test("two agents started at once: one lives, and both clients reach it", async () => {
  const options = machine.options();
  const both = await Promise.all([ensureAgent(options), ensureAgent(options)]);
  const hellos = await Promise.all(both.map(({ value }) => value?.hello()));
  expect(hellos[0]?.pid).toBeGreaterThan(0);
  expect(hellos[1]).toEqual(hellos[0]);
  await both[1].value?.close();
  if (both[0].value) expect(await stopAgent(both[0].value, options)).toEqual({ value: 0, diagnostics: [] });
});

test("a port that another program uses refuses the route, and names port and program", async () => {
  const local = await start();
  const port = await freeTcpPort();
  const other = createServer().listen(port, "127.0.0.1");
  onTestFinished(() => void other.close());
  const release = local.releaseAt(port, { spec: { runtime: { replicas: 1 } } });
  await local.act({ do: "ensure", release, wanted: 1 });
  await local.ready(release, 1);
  const refused = await local.route(release, { 1: 100 });
  expect(refused).toMatchObject({ is: "refused", diagnostic: { code: "port-unavailable", service: "web" } });
  if (refused.is !== "refused") throw new Error("it was refused a line above");
  expect(refused.diagnostic.summary).toMatch(
    new RegExp(`^port ${port} of web is in use by .+ \\(pid ${process.pid}\\)$`),
  );
});

test("a runtime folder that others may enter is refused", async () => {
  const options = machine.options();
  const { folder } = runtimeFolder(options);
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
  const { value, diagnostics } = await ensureAgent(options);
  expect(value).toBeNull();
  expect(diagnostics).toMatchObject([
    {
      code: "local-runtime-unusable",
      summary: `${folder} is open to other users (mode 755)`,
      hint: `Run: chmod 700 ${folder}`,
    },
  ]);
});

test("a runner that is gone when its job ends is refused, unless that is wanted", async () => {
  const { value, diagnostics } = await ensureAgent(machine.options({ env: { CI: "true" } }));
  expect(value).toBeNull();
  expect(diagnostics).toMatchObject([{ code: "local-host-ephemeral" }]);
  await start({ env: { CI: "true", PATH: process.env["PATH"] }, allowEphemeral: true });
});

test("stop leaves no process behind, even of an environment whose agent was killed", async () => {
  const local = await start();
  const release = await local.release();
  await local.serve(release);
  const pids = (await local.ready(release, 2)).map(({ pid }) => pid ?? 0);
  const edge = await local.edgePids();
  const { agentPid } = local;
  await local.crashAgent();
  expect(await isAnythingRunning(local.options)).toBe(true);
  const again = await ensureAgent(local.options);
  if (!again.value) throw new Error("no agent came");
  const nextPid = local.agentPid;
  expect(await stopAgent(again.value, local.options)).toEqual({ value: 2, diagnostics: [] });
  await until(async () => {
    const left = [agentPid, nextPid, edge.holder, edge.serving, ...pids];
    return (await Promise.all(left.map(findProcess))).every((found) => found === null);
  });
  expect(leadersMarked(RUNTIME_MARK, local.runtime.folder)).toEqual([]);
  expect(await isAnythingRunning(local.options)).toBe(false);
});

test("an edge without an agent ends when its runtime folder is removed", async () => {
  const local = await start();
  const release = await local.release({ spec: { runtime: { replicas: 1 } } });
  await local.serve(release);
  const [one] = await local.ready(release, 1);
  const edge = await local.edgePids();
  await local.crashAgent();
  process.kill(one?.pid ?? 0, "SIGKILL");
  rmSync(local.runtime.folder, { recursive: true });
  await until(
    async () => (await Promise.all([edge.holder, edge.serving].map(findProcess))).every((it) => it === null),
    {
      what: "holder and child to be gone",
    },
  );
});

test("the profile says of the edge what the edge says of itself", () => {
  expect(LOCAL_EDGE_ENFORCES).toEqual(enforcedPolicy);
});
