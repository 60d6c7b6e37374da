import { createServer, type Server } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../src/cli/system-clock.ts";
import { probeOf } from "../../src/probes/probe.ts";
import { probeTcp } from "../../src/probes/probe-tcp.ts";
import { spec } from "../support/builders.ts";

async function listening(): Promise<number> {
  const server: Server = createServer((socket) => socket.on("error", () => undefined));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return (server.address() as { port: number }).port;
}

/** A port that was just let go. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const asking = { service: "web", host: "127.0.0.1", timeoutMs: 2_000, clock: systemClock };

test("a TCP probe passes where a port takes connections, and says how long it took", async () => {
  const sample = await probeTcp({ ...asking, port: await listening() });
  expect(sample).toMatchObject({ service: "web", outcome: "pass" });
  expect(sample.latencyMs).toBeGreaterThanOrEqual(0);
});

test("a TCP probe fails in words where nothing listens, where it is cut, and where nobody answers in time", async () => {
  expect(await probeTcp({ ...asking, port: await closedPort() })).toMatchObject({
    outcome: "fail",
    error: "connection refused",
  });
  const cut = await probeTcp({ ...asking, port: await listening(), signal: AbortSignal.abort() });
  expect(cut).toMatchObject({ outcome: "fail", error: "cut short" });
  const noTime = { ...systemClock, sleep: () => Promise.resolve() };
  const late = await probeTcp({ ...asking, port: await listening(), clock: noTime });
  expect(late).toMatchObject({ outcome: "fail", error: "no connection within 2s" });
});

test.each([
  ["its health endpoint on its own port", { networking: { port: 3000 } }, "GET /health"],
  [
    "an absolute endpoint as it stands",
    { external: true, health: { endpoint: "https://example.com/up" } },
    "GET https://example.com/up",
  ],
  ["the port alone where no health is declared", { networking: { port: 3000 }, health: undefined }, "TCP 3000"],
  ["nothing where there is neither", { health: undefined }, null],
  ["nothing while it is switched off", { status: "inactive", networking: { port: 3000 } }, null],
  ["nothing of a job", { schedule: "0 3 * * *", networking: { port: 3000 } }, null],
] as const)("a service is asked for %s", (_, over, says) => {
  expect(probeOf({ spec: spec(over), clock: systemClock })?.says ?? null).toBe(says);
});
