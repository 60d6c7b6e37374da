import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer as createTcpServer } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { askAt } from "../support/ask-at.ts";
import { until } from "../support/until.ts";

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(handle);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function ask(url: string, over: Parameters<typeof askAt>[1] = {}): ReturnType<typeof askAt> {
  return askAt(url, over);
}

function json(body: unknown, type = "application/health+json", status = 200) {
  return (_: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(status, { "content-type": type });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  };
}

describe("without conditions", () => {
  test("any 2xx passes, with its latency", async () => {
    const sample = await ask(await serve((_, response) => response.writeHead(204).end()));
    expect(sample).toEqual({
      service: "web",
      at: expect.any(Number),
      outcome: "pass",
      status: 204,
      latencyMs: expect.any(Number),
    });
  });

  test("a 500 fails and says so", async () => {
    const sample = await ask(await serve((_, response) => response.writeHead(500).end("boom")));
    expect(sample).toMatchObject({ outcome: "fail", status: 500, error: "answered 500" });
  });
});

describe("conditions", () => {
  test("a missed one fails, shown with the value it met", async () => {
    const url = await serve((_, response) => response.writeHead(503).end());
    expect(await ask(url, { conditions: ["[STATUS] == 200", "[CONNECTED] == true"] })).toMatchObject({
      outcome: "fail",
      conditions: [
        { condition: "[STATUS] (503) == 200", held: false },
        { condition: "[CONNECTED] == true", held: true },
      ],
    });
  });

  test("being slow alone is a warning, not a failure", async () => {
    const url = await serve((_, response) => setTimeout(() => response.end("ok"), 60));
    const sample = await ask(url, {
      conditions: ["[STATUS] == 200", "[RESPONSE_TIME] < 20"],
      checks: ["response_time"],
    });
    expect(sample).toMatchObject({ outcome: "warn", status: 200, checks: { response_time: "warn" } });
  });

  test("they may expect what is no 2xx", async () => {
    const url = await serve((_, response) => response.writeHead(401).end());
    expect(await ask(url, { conditions: ["[STATUS] == 401"] })).toMatchObject({ outcome: "pass", status: 401 });
  });

  test("they meet a service that cannot be reached, too", async () => {
    const sample = await ask(`http://127.0.0.1:${await closedPort()}`, { conditions: ["[STATUS] == 200"] });
    expect(sample).toMatchObject({
      outcome: "fail",
      error: "connection refused",
      conditions: [{ condition: "[STATUS] (INVALID) == 200", held: false }],
    });
  });
});

describe("health+json", () => {
  test("named checks are read; what the body does not say is missing", async () => {
    const url = await serve(json({ status: "ok", checks: { "database:connections": [{ status: "up" }] } }));
    expect(await ask(url, { checks: ["database_connection", "external_apis", "response_time"] })).toMatchObject({
      outcome: "pass",
      checks: { database_connection: "pass", external_apis: "missing", response_time: "pass" },
    });
  });

  test("a body that says fail fails, whatever the status line says", async () => {
    expect(await ask(await serve(json({ status: "error" })))).toMatchObject({ outcome: "fail", status: 200 });
  });

  test("a body that says warn warns", async () => {
    expect(await ask(await serve(json({ status: "warn" }, "application/json")))).toMatchObject({ outcome: "warn" });
  });

  test("a named check that fails under a root that passes is a warning", async () => {
    const url = await serve(json({ status: "pass", checks: { disk: "fail" } }));
    expect(await ask(url, { checks: ["disk"] })).toMatchObject({ outcome: "warn", checks: { disk: "fail" } });
  });

  test("broken JSON says nothing: the status decides, and the check is missing", async () => {
    expect(await ask(await serve(json('{"status": "fa')), { checks: ["disk"] })).toMatchObject({
      outcome: "pass",
      checks: { disk: "missing" },
    });
  });
});

describe("servers that misbehave", () => {
  test("one that never answers is cut at the timeout", async () => {
    const url = await serve(() => undefined);
    expect(await ask(url, { timeout: 80 })).toMatchObject({ outcome: "fail", error: "no answer within 80ms" });
  });

  test("one that drips its body for ever is cut at the timeout", async () => {
    const url = await serve((_, response) => {
      const drip = setInterval(() => response.write("."), 10);
      response.on("close", () => clearInterval(drip));
    });
    expect(await ask(url, { timeout: 150 })).toMatchObject({ outcome: "fail", error: "no answer within 150ms" });
  });

  test("one that sends without end is read up to the cap, and its connection is closed", async () => {
    let closed = false;
    let sent = 0;
    const url = await serve((_, response) => {
      const chunk = Buffer.alloc(64 * 1024, 97);
      const pump = (): void => {
        while (!closed) {
          sent += chunk.length;
          if (!response.write(chunk)) return void response.once("drain", pump);
        }
      };
      response.on("close", () => {
        closed = true;
      });
      pump();
    });
    const sample = await ask(url, { conditions: ["len([BODY]) == 262144"] });
    expect(sample).toMatchObject({ outcome: "pass" });
    await until(() => closed);
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  });

  test("a redirect loop ends", async () => {
    const url = await serve((request, response) =>
      response.writeHead(302, { location: `/again${(request.url ?? "").length % 7}` }).end(),
    );
    expect(await ask(url)).toMatchObject({ outcome: "fail", error: "more than 5 redirects" });
  });

  test("a redirect on the same origin is followed", async () => {
    const url = await serve((request, response) =>
      request.url === "/" ? response.writeHead(307, { location: "/health" }).end() : response.end("ok"),
    );
    expect(await ask(`${url}/`)).toMatchObject({ outcome: "pass", status: 200 });
  });

  test("a redirect to another origin is not followed", async () => {
    let visited = false;
    const other = await serve((_, response) => {
      visited = true;
      response.end("ok");
    });
    const url = await serve((_, response) => response.writeHead(302, { location: `${other}/health` }).end());
    expect(await ask(url)).toMatchObject({
      outcome: "fail",
      status: 302,
      error: `answered 302 with a redirect to another address, which is not followed`,
    });
    expect(visited).toBe(false);
  });

  test("one that speaks no HTTP is named", async () => {
    const server = createTcpServer((socket) => socket.resume().end("SSH-2.0-OpenSSH\r\n"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const sample = await ask(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    await new Promise((resolve) => server.close(resolve));
    expect(sample).toMatchObject({ outcome: "fail", error: expect.stringMatching(/not HTTP|closed/) });
  });

  test("an address that is none fails as a sample", async () => {
    expect(await ask("http://[::bad")).toMatchObject({ outcome: "fail" });
  });

  test("an asking that is called off ends at once", async () => {
    const url = await serve(() => undefined);
    const stop = new AbortController();
    const asked = ask(url, { signal: stop.signal, timeout: 60_000 });
    stop.abort();
    expect(await asked).toMatchObject({ outcome: "fail", error: "cut short" });
  });
});

describe("TCP", () => {
  test("an open port passes", async () => {
    const port = Number(new URL(await serve(() => undefined)).port);
    expect(await tcp(port)).toMatchObject({ service: "web", outcome: "pass", latencyMs: expect.any(Number) });
  });

  test("a closed port fails", async () => {
    expect(await tcp(await closedPort())).toMatchObject({ outcome: "fail", error: "connection refused" });
  });

  function tcp(port: number): ReturnType<typeof askAt> {
    return askAt(`tcp://127.0.0.1:${port}`);
  }
});

/** A port that was free a moment ago. */
async function closedPort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
