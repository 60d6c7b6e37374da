import type { IncomingMessage } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import type { Backend, RouteTable } from "./route-table.ts";

const ATTEMPTS_MAX = 3;

/**
 * Passes a connection that asked for `Upgrade` (a WebSocket, say) to one instance, byte by byte in both directions: no
 * extension, ping or close code is touched. It counts as one request in flight for as long as it lasts.
 */
export function tunnel(table: RouteTable, request: IncomingMessage, client: Duplex, head: Buffer): void {
  attempt(table, request, client, head, new Set());
}

function attempt(table: RouteTable, request: IncomingMessage, client: Duplex, head: Buffer, tried: Set<Backend>): void {
  const admission = table.admit(tried);
  if (admission.is !== "backend") {
    const status = tried.size > 0 ? "502 Bad Gateway" : "503 Service Unavailable";
    const after = admission.is === "maintenance" ? "Retry-After: 60\r\n" : "";
    client.end(`HTTP/1.1 ${status}\r\n${after}Content-Length: 0\r\nConnection: close\r\n\r\n`);
    return;
  }
  const { backend } = admission;
  table.begin(backend);
  const instance = connect({ host: "127.0.0.1", port: backend.port });
  let connected = false;
  instance.once("connect", () => {
    connected = true;
    instance.write(opening(request));
    if (head.length > 0) instance.write(head);
    instance.pipe(client);
    client.pipe(instance);
  });
  instance.once("error", () => {
    // "close" follows and settles it.
  });
  instance.once("close", (broken) => {
    if (connected) {
      table.end(backend, broken ? "aborted" : "answered");
      client.destroy();
      return;
    }
    tried.add(backend);
    const again = tried.size < ATTEMPTS_MAX && !client.destroyed;
    table.end(backend, again ? "failed" : "aborted");
    if (client.destroyed) return;
    attempt(table, request, client, head, tried);
  });
  const giveUp = (): void => void instance.destroy();
  client.once("error", giveUp);
  client.once("close", giveUp);
}

/** The request as the client wrote it, with what a proxy adds. */
function opening(request: IncomingMessage): string {
  const lines = [`${request.method} ${request.url} HTTP/1.1`];
  for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
    const name = request.rawHeaders[at] ?? "";
    if (!/^x-forwarded-(for|host|proto)$/i.test(name)) lines.push(`${name}: ${request.rawHeaders[at + 1]}`);
  }
  for (const [name, value] of Object.entries(forwardedHeaders(request))) lines.push(`${name}: ${value}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** What the instance is told of the client. A chain that the client sent is kept in front of its own address. */
export function forwardedHeaders(request: IncomingMessage): Record<string, string> {
  const chain = request.headers["x-forwarded-for"];
  const address = request.socket.remoteAddress ?? "unknown";
  return {
    "x-forwarded-for": chain ? `${[chain].flat().join(", ")}, ${address}` : address,
    "x-forwarded-host": request.headers.host ?? "",
    "x-forwarded-proto": "http",
  };
}
