import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { askAt } from "../support/ask-at.ts";
import { authority, certificate, type Pem } from "../support/certificates.ts";
import {
  dnsServer,
  grpcServer,
  httpServer,
  type Probed,
  rawServer,
  smtpServer,
  tlsServer,
  webSocketServer,
} from "../support/probed-servers.ts";
import { until } from "../support/until.ts";

const opened: Probed[] = [];
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close();
});
async function on(making: Promise<Probed>): Promise<number> {
  const server = await making;
  opened.push(server);
  return server.port;
}

describe("TLS, with an authority that this process trusts", () => {
  let ca: Pem;
  const before = getCACertificates("default");
  beforeAll(async () => {
    ca = await authority();
    setDefaultCACertificates([...before, ca.cert]);
  });
  afterAll(() => setDefaultCACertificates(before));

  const served = async (over: Parameters<typeof certificate>[0] = {}): Promise<number> =>
    on(tlsServer(await certificate({ ca, ...over })));

  test("a certificate that is trusted, for the host, and good for long passes", async () => {
    const over = { conditions: ["[CERTIFICATE_EXPIRATION] > 30d", "[CERTIFICATE_EXPIRATION] < 91d"] };
    expect(await askAt(`tls://localhost:${await served()}`)).toMatchObject({ outcome: "pass" });
    expect(await askAt(`tls://localhost:${await served()}`, over)).toMatchObject({ outcome: "pass" });
  });

  test("one that ends within 14 days warns, unless a condition says what is soon", async () => {
    const port = await served({ days: { from: -1, to: 9 } });
    expect(await askAt(`tls://localhost:${port}`)).toMatchObject({
      outcome: "warn",
      error: "the certificate ends in 9 days",
    });
    const lenient = { conditions: ["[CERTIFICATE_EXPIRATION] > 48h"] };
    expect((await askAt(`tls://localhost:${port}`, lenient)).outcome).toBe("pass");
    const strict = { conditions: ["[CERTIFICATE_EXPIRATION] > 240h"] };
    expect((await askAt(`tls://localhost:${port}`, strict)).outcome).toBe("fail");
  });

  test.each([
    ["has ended", { days: { from: -30, to: -1 } }, "certificate expired"],
    ["begins later", { days: { from: 1, to: 30 } }, "certificate not valid yet"],
    ["is for another name", { name: "other.example" }, "certificate is for another name"],
  ] as const)("one that %s fails", async (_, over, error) => {
    expect(await askAt(`tls://localhost:${await served(over)}`)).toMatchObject({ outcome: "fail", error });
  });

  test("one that signed itself fails", async () => {
    const port = await on(tlsServer(await certificate({})));
    expect((await askAt(`tls://localhost:${port}`)).error).toBe("self-signed certificate");
  });

  test("https and grpcs know the certificate as well", async () => {
    const pem = await certificate({ ca, days: { from: -1, to: 5 } });
    const https = await on(httpServer((_, response) => response.end("ok"), pem));
    const grpcs = await on(grpcServer({ "": 1 }, pem));
    const soon = { outcome: "warn", error: "the certificate ends in 5 days" };
    expect(await askAt(`https://localhost:${https}/`)).toMatchObject(soon);
    expect(await askAt(`grpcs://localhost:${grpcs}`)).toMatchObject(soon);
  });
});

describe("HTTP", () => {
  test("method, headers and body are sent; the body's JSON is for conditions", async () => {
    const port = await on(
      httpServer((request, response) => {
        let body = "";
        request.on("data", (chunk) => {
          body += chunk;
        });
        request.on("end", () =>
          response.end(JSON.stringify({ method: request.method, header: request.headers["x-ask"], body })),
        );
      }),
    );
    const sample = await askAt(`http://127.0.0.1:${port}/`, {
      method: "PUT",
      headers: { "X-Ask": "yes" },
      body: "hello",
      conditions: ["[BODY].method == PUT", "[BODY].header == yes", "[BODY].body == hello"],
    });
    expect(sample.outcome).toBe("pass");
  });

  test("a redirect is followed elsewhere where that is declared, and nothing secret goes along", async () => {
    let seen: unknown = "nothing";
    const other = await on(
      httpServer((request, response) => {
        seen = request.headers.authorization;
        response.end("ok");
      }),
    );
    const port = await on(
      httpServer((_, response) => response.writeHead(302, { location: `http://127.0.0.1:${other}/` }).end()),
    );
    const headers = { Authorization: { secret: "TOKEN" } };
    const secretOf = () => "Bearer canary";
    const url = `http://127.0.0.1:${port}/`;
    expect(await askAt(url, { headers, secretOf, follow_redirects: true })).toMatchObject({ outcome: "pass" });
    expect(seen).toBeUndefined();
  });

  test("with `follow_redirects: false` no redirect is followed, and a condition may want it", async () => {
    const port = await on(httpServer((_, response) => response.writeHead(301, { location: "/there" }).end()));
    const url = `http://127.0.0.1:${port}/`;
    expect(await askAt(url, { follow_redirects: false })).toMatchObject({
      outcome: "fail",
      error: "answered 301 with a redirect, which is not followed",
    });
    const conditions = ["[STATUS] == 301"];
    expect((await askAt(url, { follow_redirects: false, conditions })).outcome).toBe("pass");
  });

  test("an address of the other IP version is not asked", async () => {
    const port = await on(httpServer((_, response) => response.end("ok")));
    expect(await askAt(`http://127.0.0.1:${port}/`, { ip_version: 6 })).toMatchObject({
      outcome: "fail",
      error: "the address is none of IPv6",
    });
    const over = { ip_version: 4, conditions: ["[IP] == 127.0.0.1"] } as const;
    expect((await askAt(`http://localhost:${port}/`, over)).outcome).toBe("pass");
  });

  test("a port that should be closed passes while it is", async () => {
    const port = await on(httpServer((_, response) => response.end("ok")));
    const conditions = ["[CONNECTED] == false"];
    expect((await askAt(`tcp://127.0.0.1:${port}`, { conditions })).outcome).toBe("fail");
    await opened.pop()?.close();
    expect((await askAt(`tcp://127.0.0.1:${port}`, { conditions })).outcome).toBe("pass");
  });

  test.each([
    ['{"data":{"__typename":"Query"}}', "pass", undefined],
    ['{"data":null,"errors":[{"message":"at 10.1.2.3"}]}', "fail", "answered the query with an error"],
    ['{"errors":[{},{}]}', "fail", "answered the query with 2 errors"],
    ["<html>", "fail", "answered 200 with something that is not GraphQL"],
  ] as const)("a GraphQL query that is answered %s: %s", async (body, outcome, error) => {
    const port = await on(httpServer((_, response) => response.end(body)));
    const sample = await askAt(`http://127.0.0.1:${port}/graphql`, { graphql: "{ __typename }" });
    expect({ outcome: sample.outcome, error: sample.error }).toEqual({ outcome, error });
  });
});

describe("WebSocket", () => {
  test("the reply to a message is the body", async () => {
    const port = await on(webSocketServer());
    const over = { send: "ping", conditions: ["[BODY] == echo: ping", "[STATUS] == 101"] };
    expect((await askAt(`ws://127.0.0.1:${port}/live`, over)).outcome).toBe("pass");
  });

  test("a server that does not shake hands is rejected by its status, unless a condition wants it", async () => {
    const port = await on(httpServer((_, response) => response.writeHead(401).end()));
    const url = `ws://127.0.0.1:${port}/`;
    expect(await askAt(url)).toMatchObject({ outcome: "fail", error: "answered 401 instead of shaking hands" });
    expect((await askAt(url, { conditions: ["[STATUS] < 500"] })).outcome).toBe("pass");
  });
});

describe("DNS", () => {
  const RECORDS = {
    "www.example.test": [
      { type: 1, address: "192.0.2.10" },
      { type: 1, address: "192.0.2.11" },
    ],
    "one.example.test": [{ type: 1, address: "192.0.2.12" }],
  };

  test.each([
    [
      "one value is the body as it is",
      "/one.example.test",
      {},
      ["[BODY] == 192.0.2.12", "[DNS_RCODE] == NOERROR"],
      "pass",
    ],
    ["several are a list", "/www.example.test", {}, ["len([BODY]) == 2", "[BODY][0] == 192.0.2.10"], "pass"],
    ["the name may stand beside", "", { name: "one.example.test", type: "A" }, [], "pass"],
    ["a value must be among them", "/www.example.test", { value: "192.0.2.11" }, [], "pass"],
    ["a value that is not fails", "/www.example.test", { value: "192.0.2.99" }, [], "fail"],
    ["a name that is not fails", "/no.example.test", {}, [], "fail"],
    ["but may be wanted", "/no.example.test", {}, ["[DNS_RCODE] == NXDOMAIN"], "pass"],
    ["a record of another type fails", "/one.example.test?type=MX", {}, [], "fail"],
  ] as const)("%s", async (_, path, dns, conditions, outcome) => {
    const port = await on(dnsServer(RECORDS));
    const sample = await askAt(`dns://127.0.0.1:${port}${path}`, { dns, conditions });
    expect(sample.outcome, JSON.stringify(sample)).toBe(outcome);
  });
});

describe("SMTP", () => {
  test("a greeting and EHLO pass; what the server offers is the body", async () => {
    const port = await on(smtpServer());
    const conditions = ["[STATUS] == 250", "[BODY] == pat(*8BITMIME*)"];
    expect((await askAt(`smtp://127.0.0.1:${port}`, { conditions })).outcome).toBe("pass");
  });

  test("one that turns people away fails", async () => {
    const port = await on(smtpServer({ onConnect: (_, done) => done(new Error("no room")) }));
    const sample = await askAt(`smtp://127.0.0.1:${port}`);
    expect(sample.outcome).toBe("fail");
    expect(sample.error).toMatch(/^(greeted with|answered EHLO with) \d{3}$/);
  });

  test("with credentials the log-in counts", async () => {
    const port = await on(
      smtpServer({
        allowInsecureAuth: true,
        onAuth: ({ password }, _, done) => (password === "right" ? done(null, { user: "me" }) : done(new Error("no"))),
      }),
    );
    expect((await askAt(`smtp://me:right@127.0.0.1:${port}`)).outcome).toBe("pass");
    expect(await askAt(`smtp://me:wrong-pass@127.0.0.1:${port}`)).toMatchObject({
      outcome: "fail",
      error: "the log-in was refused",
    });
  });
});

describe("SMTP with STARTTLS", () => {
  let ca: Pem;
  const before = getCACertificates("default");
  beforeAll(async () => {
    ca = await authority();
    setDefaultCACertificates([...before, ca.cert]);
  });
  afterAll(() => setDefaultCACertificates(before));

  /** Offers STARTTLS with a certificate of its own; whoever logs in has to be `right`. */
  const served = async (
    over: Parameters<typeof certificate>[0] = {},
    options: Parameters<typeof smtpServer>[0] = {},
  ): Promise<number> =>
    on(
      smtpServer({
        ...(await certificate({ ca, ...over })),
        disabledCommands: [],
        onAuth: ({ password }, { secure }, done) =>
          secure && password === "right" ? done(null, { user: "me" }) : done(new Error("no")),
        ...options,
      }),
    );

  test("what the server says over TLS is the body, and its certificate is known", async () => {
    const conditions = ["[STATUS] == 250", "[BODY] != pat(*STARTTLS*)", "[CERTIFICATE_EXPIRATION] > 30d"];
    expect(await askAt(`starttls://localhost:${await served()}`, { conditions })).toMatchObject({ outcome: "pass" });
  });

  test("over smtp: nothing is encrypted, and no certificate is looked at", async () => {
    const port = await served({ days: { from: -30, to: -1 } });
    const conditions = ["[STATUS] == 250", "[BODY] == pat(*STARTTLS*)"];
    expect(await askAt(`smtp://localhost:${port}`, { conditions })).toMatchObject({ outcome: "pass" });
  });

  test("a certificate that ends soon warns, as over TLS", async () => {
    const port = await served({ days: { from: -1, to: 9 } });
    expect(await askAt(`starttls://localhost:${port}`)).toMatchObject({
      outcome: "warn",
      error: "the certificate ends in 9 days",
    });
    const conditions = ["[CERTIFICATE_EXPIRATION] > 240h"];
    expect((await askAt(`starttls://localhost:${port}`, { conditions })).outcome).toBe("fail");
  });

  test.each([
    ["has ended", { days: { from: -30, to: -1 } }, "certificate expired"],
    ["is for another name", { name: "other.example" }, "certificate is for another name"],
  ] as const)("a certificate that %s fails, with credentials and without", async (_, over, error) => {
    const port = await served(over);
    expect(await askAt(`starttls://localhost:${port}`)).toMatchObject({ outcome: "fail", error });
    expect(await askAt(`starttls://me:right@localhost:${port}`)).toMatchObject({ outcome: "fail", error });
  });

  test("a certificate that signed itself fails", async () => {
    const port = await on(smtpServer({ ...(await certificate({})), disabledCommands: [] }));
    expect((await askAt(`starttls://localhost:${port}`)).error).toBe("self-signed certificate");
  });

  test("with credentials the log-in counts, over TLS", async () => {
    const port = await served();
    expect(await askAt(`starttls://me:right@localhost:${port}`)).toMatchObject({ outcome: "pass" });
    expect(await askAt(`starttls://me:wrong-pass@localhost:${port}`)).toMatchObject({
      outcome: "fail",
      error: "the log-in was refused",
    });
  });

  test("a server that does not offer it fails, and is told no password", async () => {
    let told = "";
    const port = await on(
      smtpServer({
        authOptional: true,
        allowInsecureAuth: true,
        onAuth({ password }, _, done) {
          told = String(password);
          done(null, { user: "me" });
        },
      }),
    );
    expect(await askAt(`starttls://me:right@localhost:${port}`)).toMatchObject({
      outcome: "fail",
      error: "does not offer STARTTLS",
    });
    expect(told).toBe("");
  });

  test.each([
    ["refuses it", "454 not now\r\n", "answered STARTTLS with 454"],
    ["goes on in the clear", "220 go\r\n250 fine\r\n", "answered something that is not TLS"],
    ["hangs up", "", "connection closed before the answer was complete"],
  ])("a server that offers it and %s fails", async (_, answer, error) => {
    const port = await on(
      rawServer((socket) => {
        socket.write("220 mail\r\n");
        socket.on("data", (said) => {
          if (String(said).startsWith("EHLO")) socket.write("250-mail\r\n250 STARTTLS\r\n");
          else if (answer === "") socket.end();
          else socket.write(answer);
        });
      }),
    );
    expect(await askAt(`starttls://localhost:${port}`)).toMatchObject({ outcome: "fail", error });
  });

  test("one that never answers over TLS is cut at the timeout", async () => {
    const port = await on(
      rawServer((socket) => {
        socket.write("220 mail\r\n");
        socket.once("data", () => {
          socket.write("250-mail\r\n250 STARTTLS\r\n");
          socket.once("data", () => socket.write("220 go\r\n"));
        });
      }),
    );
    expect(await askAt(`starttls://localhost:${port}`, { timeout: 300 })).toMatchObject({
      outcome: "fail",
      error: "no answer within 300ms",
    });
    await until(() => opened.every((server) => server.open() === 0));
  });
});

describe("gRPC", () => {
  test.each([
    ["a server that serves passes", { "": 1 }, "", "pass", undefined],
    ["one that does not says so", { "": 2 }, "", "fail", "says that it is NOT_SERVING"],
    [
      "a service is asked for by its name",
      { "": 1, "shop.v1.Orders": 2 },
      "shop.v1.Orders",
      "fail",
      "says that it is NOT_SERVING",
    ],
    [
      "one that it does not know",
      { "": 1 },
      "shop.v1.Other",
      "fail",
      "does not know the service that it was asked for (NOT_FOUND)",
    ],
    [
      "a server without the health service",
      null,
      "",
      "fail",
      "does not offer grpc.health.v1.Health (UNIMPLEMENTED); ask it by tcp: instead",
    ],
  ] as const)("%s", async (_, statuses, grpc_service, outcome, error) => {
    const port = await on(grpcServer(statuses));
    const sample = await askAt(`grpc://127.0.0.1:${port}`, grpc_service === "" ? {} : { grpc_service });
    expect({ outcome: sample.outcome, error: sample.error }).toEqual({ outcome, error });
  });

  test("what it says is the body", async () => {
    const port = await on(grpcServer({ "": 2 }));
    expect((await askAt(`grpc://127.0.0.1:${port}`, { conditions: ["[BODY] == NOT_SERVING"] })).outcome).toBe("pass");
  });
});
