import { connect } from "node:net";
import type { Clock, Ms, ServiceId } from "../model/basics.ts";
import { formatDuration } from "../model/duration.ts";
import type { Sample } from "../model/health.ts";

export interface TcpProbe {
  readonly service: ServiceId;
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: Ms;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

/** For a service that declares no health endpoint: does its port accept a connection? Never throws, never outlasts its timeout. */
export async function probeTcp({ service, host, port, timeoutMs, clock, signal }: TcpProbe): Promise<Sample> {
  const at = clock.now();
  const start = clock.monotonic();
  const ended = new AbortController();
  const socket = connect({ host, port });
  const met = await Promise.race([
    new Promise<string | null>((resolve) => {
      socket.once("connect", () => resolve(null));
      socket.once("error", (error: NodeJS.ErrnoException) =>
        resolve(
          error.code === "ECONNREFUSED" ? "connection refused" : `connection failed (${error.code ?? error.name})`,
        ),
      );
      signal?.addEventListener("abort", () => resolve("cut short"), { once: true });
      if (signal?.aborted) resolve("cut short");
    }),
    clock.sleep(timeoutMs, ended.signal).then(() => `no connection within ${formatDuration(timeoutMs)}`),
  ]);
  ended.abort();
  socket.destroy();
  if (met !== null) return { service, at, outcome: "fail", error: met };
  return { service, at, outcome: "pass", latencyMs: Math.round((clock.monotonic() - start) * 10) / 10 };
}
