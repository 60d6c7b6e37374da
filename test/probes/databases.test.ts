import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../src/cli/system-clock.ts";
import { probeOf } from "../../src/probes/probe.ts";
import { askAt } from "../support/ask-at.ts";
import { spec } from "../support/builders.ts";
import { type Database, mariadbServer, PASSWORD, postgresServer, redisServer } from "../support/database-servers.ts";
import { closedPort, mongoPrimary, mongoServer, rawServer } from "../support/probed-servers.ts";

/** The real servers, where Debian or npm has them. */
describe("PostgreSQL", { timeout: 60_000 }, () => {
  let server: Database;
  beforeAll(async () => {
    server = await postgresServer();
  }, 120_000);
  afterAll(() => server.close());
  const at = (who = "", path = ""): string => `postgres://${who}127.0.0.1:${server.port}${path}`;

  test("without credentials, a server that asks for some is up", async () => {
    expect(await askAt(at())).toMatchObject({ outcome: "pass", latencyMs: expect.any(Number) });
  });

  test("with credentials the query counts, and its rows are the body", async () => {
    const sample = await askAt(at(`postgres:${PASSWORD}@`, "/postgres"), {
      query: "SELECT 6 * 7 AS answer",
      conditions: ["[BODY][0].answer == 42"],
    });
    expect(sample).toMatchObject({ outcome: "pass", conditions: [{ held: true }] });
  });

  test.each([
    ["a wrong password", "postgres:wrong-pass@", "/postgres", undefined, "the log-in was refused"],
    ["a database that is not there", `postgres:${PASSWORD}@`, "/nowhere", undefined, "there is no such database"],
    ["a broken query", `postgres:${PASSWORD}@`, "/postgres", "SELECT nonsense", "the query failed (SQLSTATE 42703)"],
    ["a query that takes too long", `postgres:${PASSWORD}@`, "/postgres", "SELECT pg_sleep(30)", "no answer within 2s"],
  ] as const)("%s fails, in words", async (_, who, path, query, error) => {
    const sample = await askAt(at(who, path), { timeout: 2_000, ...(query === undefined ? {} : { query }) });
    expect(sample.outcome).toBe("fail");
    expect([error, "the query failed (SQLSTATE 57014)"]).toContain(sample.error);
    expect(JSON.stringify(sample)).not.toMatch(/wrong-pass|canary/);
  });

  test("database_connection is asked of what `databases` declares, where the body says nothing", async () => {
    const web = await rawServer((socket) =>
      socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")),
    );
    const connection = { host: "127.0.0.1", port: server.port, user: "postgres", password: { secret: "DB" } };
    const ask = (port: number, secret = PASSWORD) =>
      probeOf({
        spec: spec({
          networking: { port: web.port },
          health: { checks: ["database_connection", "memory_usage"] },
          databases: { main: { type: "postgresql", connection: { ...connection, port, database: "postgres" } } },
        }),
        clock: systemClock,
        secretOf: () => secret,
      })?.ask();
    const checks = (state: string) => ({ database_connection: state, memory_usage: "missing" });
    expect(await ask(server.port)).toMatchObject({ outcome: "pass", checks: checks("pass") });
    expect(await ask(server.port, "wrong")).toMatchObject({ outcome: "warn", checks: checks("fail") });
    // Without its secret the server's greeting has to do.
    expect(await ask(server.port, "")).toMatchObject({ outcome: "pass", checks: checks("pass") });
    expect(await ask(await closedPort())).toMatchObject({ outcome: "warn", checks: checks("fail") });
    await web.close();
  });
});

describe("MariaDB", { timeout: 60_000 }, () => {
  let server: Database;
  beforeAll(async () => {
    server = await mariadbServer();
  }, 300_000);
  afterAll(() => server.close());
  const at = (who = "", path = ""): string => `mariadb://${who}127.0.0.1:${server.port}${path}`;

  test("without credentials a server that greets is up, and being asked again and again does not make it block us", async () => {
    for (let times = 0; times < 10; times++) expect(await askAt(at())).toMatchObject({ outcome: "pass" });
    expect(await askAt(at(`probe:${PASSWORD}@`, "/shop"))).toMatchObject({ outcome: "pass" });
  });

  test("with credentials the query counts, and its rows are the body", async () => {
    const over = { query: "SELECT 6 * 7 AS answer", conditions: ["[BODY][0].answer == 42"] };
    expect(await askAt(at(`probe:${PASSWORD}@`, "/shop"), over)).toMatchObject({ outcome: "pass" });
  });

  test.each([
    ["a wrong password", "probe:wrong-pass@", "/shop", undefined, "the log-in was refused"],
    ["a broken query", `probe:${PASSWORD}@`, "/shop", "SELECT nonsense", "the query failed (error 1054)"],
  ] as const)("%s fails, in words", async (_, who, path, query, error) => {
    const sample = await askAt(at(who, path), query === undefined ? {} : { query });
    expect(sample).toMatchObject({ outcome: "fail", error });
    expect(JSON.stringify(sample)).not.toMatch(/wrong-pass|canary/);
  });
});

describe("Redis", { timeout: 60_000 }, () => {
  let open: Database;
  let locked: Database;
  beforeAll(async () => {
    open = await redisServer();
    locked = await redisServer({ password: PASSWORD });
  }, 300_000);
  afterAll(async () => {
    await open.close();
    await locked.close();
  });

  test("a PONG passes; so does a server that wants a password", async () => {
    expect(await askAt(`redis://127.0.0.1:${open.port}`)).toMatchObject({ outcome: "pass" });
    expect(await askAt(`redis://127.0.0.1:${locked.port}`)).toMatchObject({ outcome: "pass" });
  });

  test("with a password the log-in counts, and a command's answer is the body", async () => {
    expect(await askAt(`redis://:${PASSWORD}@127.0.0.1:${locked.port}/3`)).toMatchObject({ outcome: "pass" });
    expect(await askAt(`redis://:wrong-pass@127.0.0.1:${locked.port}`)).toMatchObject({
      outcome: "fail",
      error: "the log-in was refused (WRONGPASS)",
    });
    const over = { query: "DBSIZE", conditions: ["[BODY] == 0"] };
    expect(await askAt(`redis://127.0.0.1:${open.port}`, over)).toMatchObject({ outcome: "pass" });
    expect(await askAt(`redis://127.0.0.1:${locked.port}`, { query: "DBSIZE" })).toMatchObject({
      outcome: "fail",
      error: "answered that it wants a password",
    });
  });

  test("`type: data, kind: cache` with a port is enough", async () => {
    const cache = spec({ type: "data", kind: "cache", networking: { port: open.port }, health: undefined });
    expect(await probeOf({ spec: cache, clock: systemClock })?.ask()).toMatchObject({ outcome: "pass" });
  });
});

describe("MongoDB, on the wire", () => {
  test.each([
    ["a primary passes", { ok: 1, isWritablePrimary: true }, "pass", undefined],
    ["a secondary passes", { ok: 1, isWritablePrimary: false, secondary: true }, "pass", undefined],
    ["a member that recovers fails", { ok: 1, secondary: false }, "fail", "is neither primary nor secondary"],
    ["one that refuses fails", { ok: 0, errmsg: "at 10.1.2.3" }, "fail", "refused hello"],
  ] as const)("%s", async (_, hello, outcome, error) => {
    const server = await mongoServer(() => ({ ...hello }));
    const sample = await askAt(`mongodb://127.0.0.1:${server.port}`);
    expect({ outcome: sample.outcome, error: sample.error }).toEqual({ outcome, error });
    await server.close();
  });

  test("a command goes through the driver", async () => {
    const server = await mongoServer((command) =>
      "buildInfo" in command ? { ok: 1, version: "8.0.1" } : mongoPrimary(command),
    );
    const over = { query: "buildInfo", conditions: ["[BODY].version == pat(8.*)"] };
    expect(await askAt(`mongodb://127.0.0.1:${server.port}`, over)).toMatchObject({ outcome: "pass" });
    await server.close();
  });
});
