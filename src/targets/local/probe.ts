import { connect } from "node:net";
import { Agent, request } from "undici";
import type { Ms } from "../../model/basics.ts";
import type { Readiness } from "./agent-api.ts";

/** Asks an instance once. Null: it answered well. Otherwise what it did instead: `GET /health answered 503`. */
export async function probe(readiness: Readiness, port: number): Promise<string | null> {
  switch (readiness.is) {
    case "http":
      return askHttp(readiness.endpoint, port, readiness.timeout);
    case "tcp":
      return askTcp(port, 2_000);
    case "alive":
      return null;
  }
}

/** A connection an asking: a kept one would say that the process lives, not that it takes new connections. */
const connections = new Agent({ pipelining: 0 });

async function askHttp(endpoint: string, port: number, timeoutMs: Ms): Promise<string | null> {
  const url = endpoint.startsWith("/") ? `http://127.0.0.1:${port}${endpoint}` : endpoint;
  try {
    const answer = await request(url, { dispatcher: connections, reset: true, signal: AbortSignal.timeout(timeoutMs) });
    await answer.body.dump();
    const good = answer.statusCode >= 200 && answer.statusCode < 300;
    return good ? null : `GET ${endpoint} answered ${answer.statusCode}`;
  } catch (error) {
    if (error instanceof Error && error.name === "TimeoutError")
      return `GET ${endpoint} did not answer in ${timeoutMs} ms`;
    const code = error instanceof Error && "code" in error ? String(error.code) : "failed";
    return code === "ECONNREFUSED" ? `nothing listens on its PORT (${port}) yet` : `GET ${endpoint}: ${code}`;
  }
}

function askTcp(port: number, timeoutMs: Ms): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port, timeout: timeoutMs });
    const end = (says: string | null): void => {
      socket.destroy();
      resolve(says);
    };
    socket.once("connect", () => end(null));
    socket.once("timeout", () => end(`its PORT (${port}) did not take a connection in ${timeoutMs} ms`));
    socket.once("error", (error: NodeJS.ErrnoException) =>
      end(
        error.code === "ECONNREFUSED"
          ? `nothing listens on its PORT (${port}) yet`
          : `its PORT (${port}): ${error.code}`,
      ),
    );
  });
}
