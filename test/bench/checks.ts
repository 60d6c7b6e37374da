import { fork } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import pLimit from "p-limit";
import { Agent, request } from "undici";
import { systemClock } from "../../src/cli/system-clock.ts";
import type { Spec } from "../../src/model/service.ts";
import { probeOf } from "../../src/probes/probe.ts";
import { checkOnce, type Watched } from "../../src/probes/schedule.ts";
import { median } from "./measure.ts";

const SIDE_BY_SIDE = 32;

/**
 * As many HTTP checks as `services`, each of a service of its own, beside the same requests by bare undici: as many side by side,
 * with the same limit of time, each over a connection of its own, since a check that reuses one would not notice that no new one can
 * be made. In turns, in one process; the server is another. `node test/bench/checks.ts [SERVICES]` prints a line.
 */
export async function measureChecks({
  services,
  turns,
}: {
  readonly services: number;
  readonly turns: number;
}): Promise<{ readonly ms: number; readonly bareMs: number; readonly ratio: number }> {
  const server = fork(import.meta.filename, ["serve"], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const port = await new Promise<number>((resolve) => server.once("message", (said) => resolve(Number(said))));
  try {
    const watched = Array.from({ length: services }, (_, n) => watchedAt(n, port));
    const times: number[] = [];
    const bareTimes: number[] = [];
    // The first of each loads what it needs.
    for (let turn = 0; turn <= turns; turn++) {
      const begun = performance.now();
      const samples = await checkOnce({ services: watched, clock: systemClock, concurrency: SIDE_BY_SIDE });
      const between = performance.now();
      if (samples.some(({ outcome }) => outcome !== "pass"))
        throw new Error("a check failed: another thing is measured");
      await bare(services, port);
      if (turn === 0) continue;
      times.push(between - begun);
      bareTimes.push(performance.now() - between);
    }
    const ratios = times.map((time, turn) => time / (bareTimes[turn] ?? Number.NaN));
    return { ms: median(times), bareMs: median(bareTimes), ratio: median(ratios) };
  } finally {
    server.kill();
  }
}

function watchedAt(n: number, port: number): Watched {
  const spec = { id: `service-${n}`, name: `Service ${n}`, type: "api", status: "active", endpoints: [] };
  const health = { endpoint: `http://127.0.0.1:${port}/health/${n}`, interval: 30_000, timeout: 5_000 };
  const more = {
    start_period: 0,
    failure_threshold: 3,
    success_threshold: 2,
    checks: [],
    conditions: ["[STATUS] == 200"],
  };
  const probe = probeOf({ spec: { ...spec, health: { ...health, ...more } } as unknown as Spec, clock: systemClock });
  if (probe === null) throw new Error("the service has an address");
  return { service: probe.service, intervalMs: 30_000, timeoutMs: 5_000, failureThreshold: 3, ask: probe.ask };
}

async function bare(services: number, port: number): Promise<void> {
  const agent = new Agent({ pipelining: 0, connections: SIDE_BY_SIDE });
  const limit = pLimit(SIDE_BY_SIDE);
  await Promise.all(
    Array.from({ length: services }, (_, n) =>
      limit(async () => {
        const url = `http://127.0.0.1:${port}/health/${n}`;
        const { statusCode, body } = await request(url, { dispatcher: agent, signal: AbortSignal.timeout(5_000) });
        await body.text();
        if (statusCode !== 200) throw new Error(`answered ${statusCode}`);
      }),
    ),
  );
  await agent.close();
}

if (import.meta.main && process.argv[2] === "serve") {
  const server = createServer((_, response) => {
    response.setHeader("content-type", "application/json");
    response.end('{"status":"pass"}');
  });
  server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
} else if (import.meta.main) {
  const services = Number(process.argv[2] ?? 1_000);
  const { ms, bareMs, ratio } = await measureChecks({ services, turns: 7 });
  process.stdout.write(
    `${services} HTTP checks: ${Math.round(ms)} ms, bare undici ${Math.round(bareMs)} ms, ${ratio.toFixed(2)} ×; bar ≤ 1.3 ×\n`,
  );
}
