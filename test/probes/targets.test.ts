import { afterEach, describe, expect, test } from "vitest";
import { systemClock } from "../../src/cli/system-clock.ts";
import { probeOf } from "../../src/probes/probe.ts";
import { askAt } from "../support/ask-at.ts";
import { spec } from "../support/builders.ts";
import { closedPort, httpServer, type Probed, rawServer } from "../support/probed-servers.ts";

const opened: Probed[] = [];
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close();
});
async function web(body = "ok", status = 200): Promise<string> {
  const server = await httpServer((_, response) => response.writeHead(status).end(body));
  opened.push(server);
  return `http://127.0.0.1:${server.port}`;
}

describe("a service with several targets is one sample", () => {
  test("of the worst outcome, with each state by its name and the latency of the first", async () => {
    const sample = await askAt(`${await web()}/`, {
      targets: [
        { name: "mail", url: `smtp://127.0.0.1:${await closedPort()}` },
        { name: "docs", url: `${await web()}/docs`, conditions: ["[STATUS] == 200"] },
      ],
    });
    expect(sample).toMatchObject({
      outcome: "fail",
      status: 200,
      latencyMs: expect.any(Number),
      checks: { HTTP: "pass", mail: "fail", docs: "pass" },
      conditions: [{ condition: "[STATUS] == 200", held: true }],
      error: "mail: connection refused",
    });
  });

  test("names that nobody gave say the protocol alone, and stay apart", async () => {
    const sample = await askAt(`${await web()}/`, { targets: [`${await web()}/a`, `${await web("", 503)}/b`] });
    expect(sample.checks).toEqual({ HTTP: "pass", "HTTP 2": "pass", "HTTP 3": "fail" });
  });

  test("a named check may be one of the targets", async () => {
    const sample = await askAt(`${await web()}/`, {
      checks: ["external_apis"],
      targets: [{ name: "external_apis", url: `${await web()}/` }],
    });
    expect(sample).toMatchObject({ outcome: "pass", checks: { external_apis: "pass" } });
  });
});

test("external_apis is asked of the integrations that say where they are; an answer below 500 is well", async () => {
  const at = new URL(await web());
  const ask = async (url: string) =>
    probeOf({
      spec: spec({
        networking: { port: Number(at.port) },
        health: { checks: ["external_apis"] },
        integrations: [
          { name: "payments", type: "stripe", url },
          { name: "other", type: "x" },
        ],
      }),
      clock: systemClock,
    })?.ask();
  expect(await ask(await web("no", 401))).toMatchObject({ outcome: "pass", checks: { external_apis: "pass" } });
  expect(await ask(await web("no", 503))).toMatchObject({ outcome: "warn", checks: { external_apis: "fail" } });
});

describe("secrets", () => {
  const CANARY = "canary/with+odd?signs";

  test("a header and an address may be secrets, and none of them is ever shown, not even where a server repeats it", async () => {
    const server = await httpServer((request, response) => {
      const { authorization = "" } = request.headers;
      response.end(
        JSON.stringify({ plain: authorization, url: request.url, coded: encodeURIComponent(authorization) }),
      );
    });
    opened.push(server);
    const url = `http://me:${encodeURIComponent(CANARY)}@127.0.0.1:${server.port}/`;
    const conditions = ["[BODY].plain == x", "[BODY].coded == x", "[BODY] == x"];
    const samples = [
      await askAt(`http://127.0.0.1:${server.port}/`, {
        headers: { Authorization: { secret: "TOKEN" } },
        secretOf: () => CANARY,
        conditions,
      }),
      await askAt(`http://127.0.0.1:${server.port}/`, {
        targets: [{ name: "t", url: { secret: "URL" }, conditions }],
        secretOf: () => url,
      }),
    ];
    for (const sample of samples) {
      expect(sample.outcome).toBe("fail");
      const text = JSON.stringify(sample);
      expect(text).not.toMatch(/canary|Y2FuYXJ5/);
      expect(text).toContain("•••");
    }
  });

  test("one that has no value here fails the sample and is named", async () => {
    const asked = { targets: [{ name: "db", url: { secret: "DATABASE_URL" } }], secretOf: () => undefined };
    expect(await askAt(`${await web()}/`, asked)).toMatchObject({
      outcome: "fail",
      error: "db: the secret DATABASE_URL has no value here",
    });
  });

  test("what is no address, or has broken credentials, fails without a word of it", async () => {
    for (const value of ["canary without a scheme", "http://me:canary%zz@127.0.0.1/", "gopher://canary.example/"]) {
      const sample = await askAt(`${await web()}/`, { targets: [{ url: { secret: "URL" } }], secretOf: () => value });
      expect(sample.outcome).toBe("fail");
      expect(JSON.stringify(sample)).not.toContain("canary");
    }
  });

  test("errors of databases repeat neither a password nor a user", async () => {
    const server = await rawServer((socket) =>
      socket.once("data", () => socket.write("-ERR canary is no command of canary\r\n")),
    );
    opened.push(server);
    const sample = await askAt(`redis://127.0.0.1:${server.port}`, { query: "canary" });
    expect(sample).toMatchObject({ outcome: "fail", error: "answered ERR" });
  });
});
