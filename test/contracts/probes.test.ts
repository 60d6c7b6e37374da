import { afterEach, describe, expect, test } from "vitest";
import type { Sample } from "../../src/model/health.ts";
import type { HealthSpec } from "../../src/model/service.ts";
import { KINDS } from "../../src/probes/kinds.ts";
import { askAt } from "../support/ask-at.ts";
import { certificate } from "../support/certificates.ts";
import {
  closedPort,
  dnsServer,
  grpcServer,
  httpServer,
  mongoPrimary,
  mongoServer,
  type Probed,
  rawServer,
  smtpServer,
  tlsServer,
  udpServer,
  webSocketServer,
} from "../support/probed-servers.ts";
import { until } from "../support/until.ts";

/**
 * What every kind of probe promises, whatever the protocol: one that is up passes; one that refuses, hangs, drips or talks
 * nonsense fails within the timeout; nothing throws, nothing is left open, and what is said names no host.
 */
interface Kind {
  readonly scheme: string;
  /** Beside the scheme, where it is asked in another way. */
  readonly way?: string;
  readonly path?: string;
  /** `user:password@`. */
  readonly who?: string;
  readonly how?: Partial<HealthSpec>;
  /** A server that is up; left out where a test of its own has a real one. */
  readonly up?: () => Promise<Probed>;
  /** What is no answer for others is one here: a port that takes connections is all that is asked. */
  readonly takesAnything?: true;
  readonly udp?: true;
}

const KINDS_ASKED: readonly Kind[] = [
  { scheme: "http", path: "/health", up: () => httpServer((_, response) => response.end("ok")) },
  {
    scheme: "http",
    way: "a GraphQL query",
    how: { graphql: "{ __typename }" },
    up: () => httpServer((_, response) => response.end('{"data":{"__typename":"Query"}}')),
  },
  { scheme: "https" },
  { scheme: "ws", up: () => webSocketServer() },
  { scheme: "ws", way: "a message", how: { send: "ping" }, up: () => webSocketServer() },
  { scheme: "wss" },
  { scheme: "tcp", takesAnything: true, up: () => rawServer(() => undefined) },
  {
    scheme: "tcp",
    way: "a text",
    how: { send: "PING" },
    takesAnything: true,
    up: () => rawServer((s) => void s.pipe(s)),
  },
  { scheme: "tls" },
  {
    scheme: "dns",
    path: "/www.example.test",
    udp: true,
    up: () => dnsServer({ "www.example.test": [{ type: 1, address: "192.0.2.10" }] }),
  },
  {
    scheme: "postgres",
    up: () => rawServer((socket) => socket.once("data", () => socket.write(Buffer.from([82, 0, 0, 0, 8, 0, 0, 0, 3])))),
  },
  { scheme: "postgresql", way: "a query", who: "me:pass-word@", how: { query: "SELECT 1" } },
  { scheme: "mysql" },
  { scheme: "mariadb", way: "a query", who: "me:pass-word@", how: { query: "SELECT 1" } },
  { scheme: "redis", up: () => rawServer((socket) => socket.once("data", () => socket.write("+PONG\r\n"))) },
  {
    scheme: "redis",
    way: "a password",
    who: ":pass-word@",
    up: () => rawServer((socket) => socket.once("data", () => socket.write("+OK\r\n+PONG\r\n"))),
  },
  { scheme: "rediss" },
  { scheme: "mongodb", up: () => mongoServer(mongoPrimary) },
  { scheme: "mongodb", way: "a command", how: { query: "ping" }, up: () => mongoServer(mongoPrimary) },
  { scheme: "smtp", up: () => smtpServer() },
  {
    scheme: "smtp",
    way: "a log-in",
    who: "me:pass-word@",
    up: () =>
      smtpServer({ allowInsecureAuth: true, authOptional: false, onAuth: (_, __, done) => done(null, { user: "me" }) }),
  },
  { scheme: "smtps" },
  { scheme: "starttls" },
  { scheme: "grpc", up: () => grpcServer({ "": 1 }) },
  { scheme: "grpcs" },
];

const TIMEOUT_MS = 250;
const opened: Probed[] = [];
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close();
});

async function on(making: Promise<Probed>): Promise<Probed> {
  const server = await making;
  opened.push(server);
  return server;
}

function ask(kind: Kind, port: number, over: Parameters<typeof askAt>[1] = {}): Promise<Sample> {
  const url = `${kind.scheme}://${kind.who ?? ""}127.0.0.1:${port}${kind.path ?? ""}`;
  return askAt(url, { timeout: TIMEOUT_MS, ...kind.how, ...over });
}

/** Nothing that is published says where the service is, or who asks. */
function expectDiscreet(sample: Sample, port: number): void {
  expect(JSON.stringify({ ...sample, at: 0, latencyMs: 0 })).not.toMatch(
    new RegExp(`127\\.0\\.0\\.1|localhost|${port}|pass-word`),
  );
}

test("every scheme of the table is under this contract", () => {
  const same: Readonly<Record<string, string>> = { "mongodb+srv": "mongodb" };
  const asked = new Set(KINDS_ASKED.map(({ scheme }) => scheme));
  expect([...KINDS.keys()].filter((scheme) => !asked.has(same[scheme] ?? scheme))).toEqual([]);
});

describe.each(
  KINDS_ASKED.map((kind) => [kind.way === undefined ? kind.scheme : `${kind.scheme}, ${kind.way}`, kind] as const),
)("%s", (_, kind) => {
  if (kind.up !== undefined)
    test("one that is up passes, with its latency", async () => {
      const server = await on((kind.up as () => Promise<Probed>)());
      const sample = await ask(kind, server.port, { timeout: 5_000 });
      expect(sample).toMatchObject({ service: "web", outcome: "pass", latencyMs: expect.any(Number) });
      expect(sample.error).toBeUndefined();
      await until(() => server.open() === 0);
    });

  test("a closed port is refused", async () => {
    const port = await closedPort();
    const sample = await ask(kind, port, { timeout: 5_000 });
    expect(sample).toMatchObject({ outcome: "fail", error: "connection refused" });
    expectDiscreet(sample, port);
  });

  if (kind.takesAnything === undefined || kind.how !== undefined)
    test("one that hangs is cut at the timeout, and hung up on", async () => {
      const server = await on(kind.udp ? udpServer(() => null) : rawServer((socket) => socket.resume()));
      const sample = await ask(kind, server.port);
      expect(sample).toMatchObject({ outcome: "fail", error: `no answer within ${TIMEOUT_MS}ms` });
      await until(() => server.open() === 0);
    });

  if (kind.takesAnything === undefined) {
    const shapes: readonly (readonly [string, Buffer])[] = [
      ["zeros", Buffer.alloc(4_000)],
      ["ones", Buffer.alloc(4_000, 0xff)],
      ["text", Buffer.from("SSH-2.0-OpenSSH_9.2\r\n".repeat(100))],
      [
        "a pseudo-random run",
        Buffer.from(Array.from({ length: 4_000 }, (_, i) => (i * 7919 + (i >> 3) * 104_729) & 0xff)),
      ],
      ["what looks like a greeting of MySQL", Buffer.from([5, 0, 0, 0, 10, 1, 2, 3, 4, 255, 255, 255, 0, 9, 9, 9])],
      [
        "what looks like an error of PostgreSQL",
        Buffer.concat([Buffer.from("E"), Buffer.from([0, 0, 0, 9]), Buffer.from("Cxxxx")]),
      ],
      ["what looks like a reply of Redis", Buffer.from("*3\r\n$-7\r\n:x\r\n")],
      [
        "what looks like a message of MongoDB",
        Buffer.from([40, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 221, 7, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 127]),
      ],
      [
        "what looks like frames of HTTP/2",
        Buffer.from([
          0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 9, 1, 4, 0, 0, 0, 1, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        ]),
      ],
    ];
    test("one that answers nonsense fails, whether it then hangs up or stays", async () => {
      const cases = shapes.flatMap(([name, bytes]) => [true, false].map((stays) => ({ name, bytes, stays })));
      await Promise.all(
        cases.map(async ({ name, bytes, stays }) => {
          const server = await on(
            kind.udp
              ? udpServer(() => bytes.subarray(0, 500))
              : rawServer((socket) => {
                  socket.write(bytes);
                  socket.resume();
                  if (!stays) socket.end();
                }),
          );
          const sample = await ask(kind, server.port, { timeout: 1_000 });
          expect(sample, name).toMatchObject({ outcome: "fail", error: expect.any(String) });
          expectDiscreet(sample, server.port);
          await until(() => server.open() === 0, { what: `${name}: hung up on` });
        }),
      );
    });

    if (kind.udp === undefined)
      test("one that drips is cut at the timeout, and hung up on", async () => {
        const server = await on(
          rawServer((socket) => {
            const drip = setInterval(() => socket.write("2"), 5);
            socket.on("close", () => clearInterval(drip));
            socket.resume();
          }),
        );
        expect(await ask(kind, server.port)).toMatchObject({ outcome: "fail" });
        await until(() => server.open() === 0);
      });
  }

  test("an asking that is called off ends at once", async () => {
    const server = await on(kind.udp ? udpServer(() => null) : rawServer((socket) => socket.resume()));
    const stop = new AbortController();
    const asked = ask(kind, server.port, { timeout: 60_000, signal: stop.signal });
    stop.abort();
    expect(await asked).toMatchObject({ outcome: "fail", error: "cut short" });
    await until(() => server.open() === 0);
  });
});

test("over TLS, too, a server that hangs after the handshake is cut", async () => {
  const server = await on(tlsServer(await certificate({})));
  expect(await askAt(`rediss://127.0.0.1:${server.port}`, { timeout: TIMEOUT_MS })).toMatchObject({ outcome: "fail" });
  await until(() => server.open() === 0);
});
