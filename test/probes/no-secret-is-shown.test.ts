import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Sample } from "../../src/model/health.ts";
import { askAt } from "../support/ask-at.ts";
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
  webSocketServer,
} from "../support/probed-servers.ts";

/**
 * Samples are published. Whatever a server does with what it was sent, and in whatever form it gives it back, no password of an
 * address, no header and no credential in a body is ever among them.
 */
const USER = "canary-user";
const PASSWORD = "canary/pass+word=1";
const WHO = `${USER}:${encodeURIComponent(PASSWORD)}@`;
const TOKEN = "canary-token-of-the-header";
const KEY = "canary-key";

type Over = Parameters<typeof askAt>[1];

/** Each shows what it met where it does not hold, and none holds. */
const CONDITIONS = [
  "[BODY]",
  "[BODY].it",
  "[BODY].url",
  "[BODY].headers.authorization",
  "[BODY].body",
  "[BODY].token",
].map((side) => `${side} == nothing`);

interface Kind {
  readonly name: string;
  readonly scheme: string;
  readonly path?: string;
  readonly over?: Over;
  /** A server that speaks the protocol, and repeats what it can of what it is sent. */
  readonly right: () => Promise<Probed>;
}

/** As many forms as a server may give a text back in. */
function forms(text: string): string {
  const base64 = Buffer.from(text).toString("base64");
  return JSON.stringify({ it: text, uri: encodeURIComponent(text), base64, json: JSON.stringify(text) });
}

const echoing = (): Promise<Probed> =>
  httpServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      const { authorization = "" } = request.headers;
      const pair = Buffer.from(authorization.replace(/^\S+ /, ""), "base64").toString();
      const token = authorization.replace(/^\S+ /, "");
      const all = { url: decodeURIComponent(request.url ?? ""), headers: request.headers, body, token, pair };
      response.end(JSON.stringify({ it: forms(pair), data: null, ...all }));
    });
  });

/** A server of bytes that says of what it was sent whatever `says` makes of it. */
const repeating = (greeting: Buffer | string, says: (sent: Buffer) => Buffer | string): (() => Promise<Probed>) => {
  return () =>
    rawServer((socket) => {
      if (greeting.length > 0) socket.write(greeting);
      socket.on("data", (sent) => socket.write(says(sent)));
    });
};

const leaked = `${USER} ${PASSWORD}`;

function mysqlPacket(sequence: number, body: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUIntLE(body.length, 0, 3);
  head[3] = sequence;
  return Buffer.concat([head, body]);
}
const MYSQL_GREETING = mysqlPacket(
  0,
  Buffer.concat([
    Buffer.from("\x0a8.0.1\0\x01\0\0\0abcdefgh\0", "latin1"),
    Buffer.from([0xff, 0xff, 45, 2, 0, 0xff, 0xdf, 21]),
    Buffer.alloc(10),
    Buffer.from("ijklmnopqrst\0mysql_native_password\0"),
  ]),
);
const mysqlError = (): Buffer => mysqlPacket(2, Buffer.from(`\xff\x15\x04#28000denied: ${leaked}`, "latin1"));

function postgresError(): Buffer {
  const fields = Buffer.from(`SFATAL\0C28P01\0Mdenied: ${leaked}\0\0`);
  const head = Buffer.alloc(5);
  head.write("E");
  head.writeUInt32BE(4 + fields.length, 1);
  return Buffer.concat([head, fields]);
}

const SQL = { query: `ALTER USER x PASSWORD = '${KEY}'` };

const KINDS: readonly Kind[] = [
  { name: "HTTP", scheme: "http", path: `/?token=${KEY}&x=1`, right: echoing },
  {
    name: "HTTP with a header",
    scheme: "http",
    path: "/",
    over: { headers: { Authorization: `Bearer ${TOKEN}` }, body: `{"password":"${KEY}"}` },
    right: echoing,
  },
  { name: "GraphQL", scheme: "http", over: { graphql: `{ me(token: "${KEY}") }` }, right: echoing },
  {
    name: "WebSocket",
    scheme: "ws",
    over: { headers: { Authorization: `Bearer ${TOKEN}` }, send: `{"token":"${KEY}"}` },
    right: webSocketServer,
  },
  {
    name: "TCP",
    scheme: "tcp",
    over: { send: `secret=${KEY}\n` },
    right: repeating("", (sent) => forms(String(sent))),
  },
  { name: "TLS", scheme: "tls", right: repeating("", () => leaked) },
  {
    name: "DNS",
    scheme: "dns",
    path: "/a.example.test?type=TXT",
    right: () => dnsServer({ "a.example.test": [{ type: 16, data: leaked }] }),
  },
  { name: "PostgreSQL", scheme: "postgres", path: "/db", over: SQL, right: repeating("", postgresError) },
  { name: "MySQL", scheme: "mysql", path: "/db", over: SQL, right: repeating(MYSQL_GREETING, mysqlError) },
  { name: "MariaDB", scheme: "mariadb", path: "/db", right: repeating(MYSQL_GREETING, mysqlError) },
  {
    name: "Redis",
    scheme: "redis",
    right: repeating("", (sent) => (/AUTH/.test(String(sent)) ? "+OK\r\n" : `+${forms(`${USER}:${PASSWORD}`)}\r\n`)),
  },
  {
    name: "Redis that repeats in an error",
    scheme: "redis",
    right: repeating("", () => `-ERR ${leaked}\r\n`),
  },
  {
    name: "MongoDB",
    scheme: "mongodb",
    right: () =>
      mongoServer((command) =>
        "saslStart" in command ? { ok: 0, code: 18, errmsg: leaked } : { ...mongoPrimary(command), it: leaked },
      ),
  },
  {
    name: "SMTP",
    scheme: "smtp",
    right: () =>
      smtpServer({
        allowInsecureAuth: true,
        onAuth: ({ username, password }, _, done) => done(new Error(`${username} ${password}`)),
      }),
  },
  {
    name: "gRPC",
    scheme: "grpc",
    over: { headers: { authorization: `Bearer ${TOKEN}` } },
    right: () => grpcServer({ "": 2 }),
  },
];

const FAILURES: readonly (readonly [string, () => Promise<Probed>])[] = [
  ["refuses", async () => ({ port: await closedPort(), open: () => 0, close: async () => undefined })],
  ["is silent", () => rawServer(() => undefined)],
  ["hangs up", () => rawServer((socket) => socket.end())],
  ["repeats what it is sent", () => rawServer((socket) => socket.pipe(socket))],
  ["answers with the secrets", () => rawServer((socket) => socket.end(`${leaked}\r\n`))],
];

function expectNothing(sample: Sample): void {
  const text = JSON.stringify(sample);
  const decoded = text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  const seen = [text, decoded];
  for (const [chunk] of text.matchAll(/[A-Za-z0-9+/_-]{8,}/g))
    for (let from = 0; from < 4; from++) seen.push(Buffer.from(chunk.slice(from), "base64").toString("latin1"));
  for (const one of seen) expect(one, text).not.toMatch(/canary|pass\+word/i);
}

describe.each(KINDS)("$name", ({ scheme, path = "", over = {}, right }) => {
  const asked = async (server: Probed, conditions: readonly string[]): Promise<void> => {
    const who = over.headers === undefined ? WHO : "";
    const url = `${scheme}://${who}127.0.0.1:${server.port}${path}`;
    const options = { timeout: 400, conditions, ...over };
    expectNothing(await askAt(url, options));
    // The same as secrets: an address that only its name is known of, and headers.
    const secrets: Record<string, string> = { URL: url };
    const headers = Object.fromEntries(
      Object.entries(over.headers ?? {}).map(([name, value]) => {
        secrets[name] = String(value);
        return [name, { secret: name }];
      }),
    );
    const target = { ...over, headers, name: "target", url: { secret: "URL" }, conditions };
    const targets = [over.headers === undefined ? { ...target, headers: {} } : target];
    expectNothing(await askAt("/none", { timeout: 400, targets, secretOf: (name) => secrets[name] }));
  };

  let server: Probed;
  beforeAll(async () => {
    server = await right();
  });
  afterAll(() => server.close());
  test("where it answers", async () => {
    await asked(server, []);
    await asked(server, CONDITIONS);
  });

  test.each(FAILURES)("where it %s", async (_, failing) => {
    const broken = await failing();
    await asked(broken, CONDITIONS);
    await broken.close();
  });
});

test("what a WebSocket server is told goes to no other machine that it redirects to", async () => {
  const seen: unknown[] = [];
  const other = await httpServer((request, response) => {
    seen.push(request.headers);
    response.writeHead(426).end();
  });
  const redirecting = await rawServer((socket) =>
    socket.once("data", () => socket.end(`HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:${other.port}/\r\n\r\n`)),
  );
  const headers = { Authorization: `Bearer ${TOKEN}`, Cookie: "canary=1", "X-Api-Key": KEY };
  await askAt(`ws://127.0.0.1:${redirecting.port}/`, { headers, follow_redirects: true });
  await askAt(`ws://${WHO}127.0.0.1:${redirecting.port}/`, { follow_redirects: true });
  expect(seen).toMatchObject([{ upgrade: "websocket" }, { upgrade: "websocket" }]);
  expect(JSON.stringify(seen)).not.toMatch(/canary|authorization/i);
  for (const one of [other, redirecting]) await one.close();
});
