import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent, request } from "undici";
import { onTestFinished } from "vitest";
import { realClock } from "../../src/agent/real-clock.ts";
import { EdgeHolder } from "../../src/edge/edge-holder.ts";
import type { EdgeBackend, EdgePolicy, EdgeService } from "../../src/model/edge.ts";
import type { Weights } from "../../src/model/fleet.ts";

const ENTRY = join(import.meta.dirname, "../../src/agent/edge-main.ts");

/** A holder with a real serving child, ended when the test is. */
export async function startedEdge(): Promise<{ readonly holder: EdgeHolder; readonly said: readonly string[] }> {
  const folder = mkdtempSync(join(tmpdir(), "fairlead-edge-"));
  const said: string[] = [];
  const holder = new EdgeHolder({
    spawn: (tallyPath) => fork(ENTRY, ["serve", tallyPath], { stdio: ["ignore", "inherit", "inherit", "ipc"] }),
    folder,
    clock: realClock,
    log: (says) => said.push(says),
  });
  onTestFinished(async () => {
    await holder.close(200);
    rmSync(folder, { recursive: true, force: true });
  });
  return { holder, said };
}

/** A free port of the system's choice. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

export function edgeService(
  port: number,
  backends: Readonly<Record<number, readonly EdgeBackend[]>>,
  { weights, ...over }: Partial<EdgePolicy> & { readonly weights?: Weights } = {},
): EdgeService {
  const policy = { service: "web", port, hosts: [], endpoints: [], maintenance: false, ...over };
  return { policy, backends, weights: weights ?? { 1: 100 } };
}

/** A real server process, so that it can be killed. It answers with its name, and with what was sent. */
export async function startedInstance(id: string): Promise<EdgeBackend & { readonly process: ChildProcess }> {
  const child = spawn(process.execPath, ["--input-type=module", "-e", INSTANCE], {
    env: { ...process.env, NAME: id },
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [chunk] = await once(child.stdout, "data");
  return { id, port: Number(String(chunk)), process: child };
}

const INSTANCE = `
import { createServer } from "node:http";
import { createHash } from "node:crypto";
const server = createServer((request, response) => {
  const url = new URL(request.url, "http://x");
  const name = process.env.NAME;
  response.setHeader("x-instance", name);
  if (url.pathname === "/hang") return;
  if (url.pathname === "/slow") return void setTimeout(() => response.end(name), Number(url.searchParams.get("ms")));
  if (url.pathname === "/die") return void process.kill(process.pid, "SIGKILL");
  if (url.pathname === "/fail") return void response.writeHead(500).end(name);
  if (url.pathname === "/headers") {
    response.setHeader("connection", "x-private");
    response.setHeader("x-private", "hop");
    return void response.end(JSON.stringify({ headers: request.headers, url: request.url }));
  }
  if (url.pathname === "/events") {
    response.writeHead(200, { "content-type": "text/event-stream" });
    let count = 0;
    const timer = setInterval(() => response.write("data: " + count++ + "\\n\\n"), 50);
    response.on("close", () => clearInterval(timer));
    return;
  }
  if (request.method === "POST") {
    const hash = createHash("sha256");
    let bytes = 0;
    request.on("data", (chunk) => { hash.update(chunk); bytes += chunk.length; });
    request.on("end", () => response.end(JSON.stringify({ name, bytes, hash: hash.digest("hex") })));
    return;
  }
  response.end(name);
});
server.on("upgrade", (request, socket) => {
  socket.write("HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: echo\\r\\nConnection: Upgrade\\r\\n\\r\\n");
  socket.pipe(socket);
  socket.on("error", () => undefined);
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => process.stdout.write(String(server.address().port)));
`;

export interface Answered {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Asks on a fresh connection. Rejects when the connection breaks. */
export async function ask(port: number, path = "/", options: Parameters<typeof request>[1] = {}): Promise<Answered> {
  const dispatcher = new Agent({ pipelining: 0 });
  try {
    const answer = await request(`http://127.0.0.1:${port}${path}`, { dispatcher, ...options });
    return { status: answer.statusCode, text: await answer.body.text(), headers: answer.headers };
  } finally {
    void dispatcher.destroy();
  }
}
