import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { connect, createServer } from "node:net";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { Agent, request } from "undici";
import { describe, expect, onTestFinished, test } from "vitest";
import { digestOf } from "../../src/model/digest.ts";
import { ask, edgeService, freePort, startedEdge, startedInstance } from "../support/edge-world.ts";
import { until } from "../support/until.ts";

/** The edge as clients and instances meet it: a holder, its serving child and instances, each a process of its own. */

async function servedBy(...releases: number[]) {
  const [{ holder, said }, port, ...instances] = await Promise.all([
    startedEdge(),
    freePort(),
    ...releases.map((release, index) => startedInstance(`r${release}-${index}`)),
  ]);
  const backends: Record<number, { id: string; port: number }[]> = {};
  releases.forEach((release, index) => {
    const { id, port: at } = instances[index] ?? { id: "", port: 0 };
    backends[release] = [...(backends[release] ?? []), { id, port: at }];
  });
  return { holder, said, port, instances, backends };
}

/** All that was counted, over all releases. */
function counted(holder: Awaited<ReturnType<typeof startedEdge>>["holder"]) {
  return Object.values(holder.evidence("web", 0).byRelease).reduce(
    (sum, one) => ({
      requests: sum.requests + one.requests,
      failures: sum.failures + one.failures,
      aborted: sum.aborted + one.aborted,
    }),
    { requests: 0, failures: 0, aborted: 0 },
  );
}

describe("forwarding", () => {
  test("shares requests by weight, exactly, and counts what each release got", async () => {
    const { holder, port, backends } = await servedBy(1, 2);
    await holder.put({ services: [edgeService(port, backends, { weights: { 1: 75, 2: 25 } })] });
    const answers = [];
    for (let n = 0; n < 40; n++) answers.push((await ask(port)).text);
    expect(answers.filter((text) => text === "r1-0")).toHaveLength(30);
    await until(() => counted(holder).requests === 40 && Object.keys(holder.inFlight()).length === 0);
    expect(holder.evidence("web", 0).byRelease).toEqual({
      1: { requests: 30, failures: 0, aborted: 0 },
      2: { requests: 10, failures: 0, aborted: 0 },
    });
  });

  test("says what it serves, as the serving child has it", async () => {
    const { holder, port, backends } = await servedBy(1);
    const service = edgeService(port, backends);
    expect(await holder.put({ services: [service] })).toEqual({
      services: { web: { policy: digestOf(service.policy), weights: { 1: 100 } } },
      problems: [],
    });
    expect(await holder.put({ services: [] })).toEqual({ services: {}, problems: [] });
    await expect(ask(port)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  test("in maintenance answers 503 with Retry-After and asks no instance", async () => {
    const { holder, port, backends } = await servedBy(1);
    await holder.put({ services: [edgeService(port, backends, { maintenance: true })] });
    const answer = await ask(port);
    expect([answer.status, answer.headers["retry-after"], JSON.parse(answer.text)]).toEqual([
      503,
      "60",
      { title: "In maintenance", status: 503, service: "web" },
    ]);
    expect(counted(holder).requests).toBe(0);
  });

  test("without an instance that is ready answers 503, and counts it as a failure", async () => {
    const { holder, port } = await servedBy();
    await holder.put({ services: [edgeService(port, { 1: [] })] });
    const answer = await ask(port);
    expect([answer.status, answer.headers["retry-after"], JSON.parse(answer.text).title]).toEqual([
      503,
      "1",
      "No instance is ready",
    ]);
    expect(counted(holder)).toEqual({ requests: 1, failures: 1, aborted: 0 });
  });

  test("tells the instance of the client, and passes no header that is meant for one connection", async () => {
    const { holder, port, backends } = await servedBy(1);
    await holder.put({ services: [edgeService(port, backends)] });
    // By Node's own client: undici sends no `Connection` of its caller's.
    const headers = { "x-forwarded-for": "203.0.113.9", connection: "close, X-Mine", "x-mine": "hop", "x-kept": "yes" };
    const asked = get({ host: "127.0.0.1", port, path: "/headers?a=%2F&b=1", headers });
    const [response] = (await once(asked, "response")) as [IncomingMessage];
    const answer = { text: await text(response), headers: response.headers };
    const seen = JSON.parse(answer.text) as { headers: Record<string, string>; url: string };
    expect(seen.url).toBe("/headers?a=%2F&b=1");
    expect(seen.headers).toMatchObject({
      host: `127.0.0.1:${port}`,
      "x-forwarded-for": "203.0.113.9, 127.0.0.1",
      "x-forwarded-host": `127.0.0.1:${port}`,
      "x-forwarded-proto": "http",
      "x-kept": "yes",
    });
    expect(seen.headers).not.toHaveProperty("x-mine");
    expect(answer.headers).not.toHaveProperty("x-private");
    expect(answer.headers["x-instance"]).toBe("r1-0");
  });

  test("streams a large body as it comes, unharmed", async () => {
    const { holder, port, backends } = await servedBy(1);
    await holder.put({ services: [edgeService(port, backends)] });
    const chunk = randomBytes(1024 * 1024);
    const hash = createHash("sha256");
    const body = Readable.from(
      (function* () {
        for (let n = 0; n < 48; n++) {
          hash.update(chunk);
          yield chunk;
        }
      })(),
    );
    const answer = await ask(port, "/", { method: "POST", body });
    expect(JSON.parse(answer.text)).toEqual({ name: "r1-0", bytes: 48 * 1024 * 1024, hash: hash.digest("hex") });
  });

  test("passes events on one by one, and lets the instance know when the client has gone", async () => {
    const { holder, port, backends } = await servedBy(1);
    await holder.put({ services: [edgeService(port, backends)] });
    const dispatcher = new Agent();
    const answer = await request(`http://127.0.0.1:${port}/events`, { dispatcher });
    let events = "";
    for await (const chunk of answer.body) {
      events += chunk;
      if (events.includes("data: 2")) break;
    }
    expect(events).toContain("data: 0\n\ndata: 1\n\n");
    await dispatcher.destroy();
    await until(() => Object.keys(holder.inFlight()).length === 0);
    expect(counted(holder)).toEqual({ requests: 1, failures: 0, aborted: 0 });
  });

  test("tunnels an upgraded connection in both directions, as one request in flight for as long as it lasts", async () => {
    const { holder, port, backends } = await servedBy(1);
    await holder.put({ services: [edgeService(port, backends)] });
    const socket = connect({ host: "127.0.0.1", port });
    onTestFinished(() => void socket.destroy());
    let got = "";
    socket.on("data", (chunk) => {
      got += chunk;
    });
    socket.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n`);
    await until(() => got.includes("101 Switching Protocols"));
    socket.write("ahoy");
    await until(() => got.endsWith("ahoy"));
    expect(holder.inFlight()).toEqual({ "r1-0": 1 });
    socket.end();
    await until(() => Object.keys(holder.inFlight()).length === 0);
    expect(counted(holder)).toEqual({ requests: 1, failures: 0, aborted: 0 });
  });
});

describe("when an instance is killed", () => {
  test("an idempotent request that it had not answered is answered by another, and the attempt is counted", async () => {
    const { holder, port, backends, instances } = await servedBy(1, 1);
    await holder.put({ services: [edgeService(port, backends)] });
    // The first that is asked for /slow is killed while it thinks; the other one answers.
    const slow = ask(port, "/slow?ms=2000");
    const busy = await until(() => Object.keys(holder.inFlight())[0]);
    instances.find(({ id }) => id === busy)?.process.kill("SIGKILL");
    const other = instances.find(({ id }) => id !== busy)?.id;
    expect(await slow).toMatchObject({ status: 200, text: other });
    await until(() => counted(holder).requests === 2);
    expect(counted(holder)).toEqual({ requests: 2, failures: 1, aborted: 0 });
    for (let n = 0; n < 4; n++) expect((await ask(port)).text).toBe(other);
  });

  test("a POST that it may have acted on is not repeated: it fails, and is counted as aborted", async () => {
    const { holder, port, backends } = await servedBy(1, 1);
    await holder.put({ services: [edgeService(port, backends)] });
    const answer = await ask(port, "/die", { method: "POST", body: "pay" });
    expect([answer.status, JSON.parse(answer.text).title]).toEqual([502, "The instance did not answer"]);
    await until(() => Object.keys(holder.inFlight()).length === 0);
    expect(counted(holder)).toEqual({ requests: 1, failures: 0, aborted: 1 });
  });

  test("a POST that never reached it goes to another", async () => {
    const { holder, port, backends, instances } = await servedBy(1, 1);
    await holder.put({ services: [edgeService(port, backends)] });
    instances[0]?.process.kill("SIGKILL");
    if (instances[0]) await once(instances[0].process, "exit");
    for (let n = 0; n < 4; n++)
      expect(JSON.parse((await ask(port, "/", { method: "POST", body: "pay" })).text)).toMatchObject({
        name: "r1-1",
        bytes: 3,
      });
  });
});

describe("a change of what is served", () => {
  test("lets requests under way end where they began, on connections that stay", async () => {
    const { holder, port, backends } = await servedBy(1, 2);
    await holder.put({ services: [edgeService(port, backends)] });
    const dispatcher = new Agent({ connections: 1 });
    onTestFinished(() => dispatcher.destroy());
    const told = async (path: string) => (await request(`http://127.0.0.1:${port}${path}`, { dispatcher })).body.text();
    expect(await told("/")).toBe("r1-0");
    const slow = told("/slow?ms=2000");
    await until(() => counted(holder).requests === 2);
    await holder.put({ services: [edgeService(port, { 2: backends[2] ?? [] }, { weights: { 2: 100 } })] });
    expect((await ask(port)).text).toBe("r2-1");
    expect(await slow).toBe("r1-0");
    expect(await told("/")).toBe("r2-1");
    await until(() => Object.keys(holder.inFlight()).length === 0);
    expect(counted(holder)).toEqual({ requests: 4, failures: 0, aborted: 0 });
  });

  test("names a port that another program has, and serves it when it is free and asked for again", async () => {
    const { holder, port, backends } = await servedBy(1);
    const other = createServer().listen(port, "127.0.0.1");
    await once(other, "listening");
    const snapshot = { services: [edgeService(port, backends)] };
    expect(await holder.put(snapshot)).toEqual({
      services: {},
      problems: [{ service: "web", port, code: "EADDRINUSE" }],
    });
    other.close();
    await once(other, "close");
    expect((await holder.put(snapshot)).problems).toEqual([]);
    expect((await ask(port)).text).toBe("r1-0");
  });
});

/** Clients that ask without a pause, on kept and on fresh connections, until told to stop. */
function load(port: number) {
  const kept = new Agent({ connections: 4 });
  let stopped = false;
  const tally = { asked: 0, answered: 0, lost: [] as string[] };
  const client = async (index: number): Promise<void> => {
    while (!stopped) {
      tally.asked++;
      try {
        const slow = index === 0 ? "/slow?ms=150" : "/";
        const status =
          index % 2 === 0
            ? await request(`http://127.0.0.1:${port}${slow}`, { dispatcher: kept }).then(async (answer) => {
                await answer.body.dump();
                return answer.statusCode;
              })
            : (await ask(port, "/", { method: "POST", body: "x" })).status;
        if (status === 200) tally.answered++;
        else tally.lost.push(String(status));
      } catch (error) {
        tally.lost.push((error as { code?: string }).code ?? String(error));
      }
    }
  };
  const clients = Promise.all([0, 1, 2, 3].map(client));
  return {
    tally,
    async stop() {
      stopped = true;
      await clients;
      await kept.destroy();
      return tally;
    },
  };
}

describe("the serving process", () => {
  test("is exchanged under load without losing a request, and the counts agree with the clients'", async () => {
    const { holder, port, backends } = await servedBy(1, 1);
    await holder.put({ services: [edgeService(port, backends)] });
    const clients = load(port);
    for (let swap = 1; swap <= 2; swap++) {
      const before = { pid: holder.servingPid, answered: clients.tally.answered };
      await holder.swap(5_000);
      expect(holder.servingPid).not.toBe(before.pid);
      await until(() => clients.tally.answered > before.answered + 100);
    }
    const { asked, answered, lost } = await clients.stop();
    expect(lost).toEqual([]);
    expect(answered).toBe(asked);
    await until(() => counted(holder).requests === asked && Object.keys(holder.inFlight()).length === 0);
    expect(counted(holder)).toEqual({ requests: asked, failures: 0, aborted: 0 });
  });

  test("that is killed takes with it only the requests in flight, which are counted; the socket goes on listening", async () => {
    const { holder, said, port, backends } = await servedBy(1);
    await holder.put({ services: [edgeService(port, backends)] });
    for (let n = 0; n < 5; n++) await ask(port);
    const hanging = [ask(port, "/hang"), ask(port, "/hang"), ask(port, "/hang")].map((asked) =>
      asked.then(
        () => "answered",
        () => "lost",
      ),
    );
    await until(() => counted(holder).requests === 8 && holder.inFlight()["r1-0"] === 3);
    const dead = holder.servingPid ?? 0;
    process.kill(dead, "SIGKILL");
    // Asked while nobody serves: the connection waits in the socket's backlog and is not refused.
    const meanwhile = await Promise.all(Array.from({ length: 10 }, () => ask(port)));
    expect(meanwhile.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(await Promise.all(hanging)).toEqual(["lost", "lost", "lost"]);
    expect(holder.servingPid).not.toBe(dead);
    await until(() => Object.keys(holder.inFlight()).length === 0);
    expect(counted(holder)).toEqual({ requests: 18, failures: 0, aborted: 3 });
    expect(said).toEqual(["the serving process ended (SIGKILL); starting another"]);
  });

  test("is started again however often it dies, and serves the last snapshot each time", async () => {
    const { holder, port, backends } = await servedBy(1);
    await holder.put({ services: [edgeService(port, backends)] });
    for (let death = 0; death < 3; death++) {
      process.kill(holder.servingPid ?? 0, "SIGKILL");
      expect((await ask(port)).text).toBe("r1-0");
    }
  });

  test("is closed with its sockets: requests under way end, and new ones are refused", async () => {
    const { holder, port, backends } = await servedBy(1);
    await holder.put({ services: [edgeService(port, backends)] });
    const slow = ask(port, "/slow?ms=2000");
    await until(() => holder.inFlight()["r1-0"] === 1);
    await holder.close(5_000);
    expect((await slow).text).toBe("r1-0");
    await expect(ask(port)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});

test("a slow answer is not cut", async () => {
  const { holder, port, backends } = await servedBy(1);
  await holder.put({ services: [edgeService(port, backends)] });
  expect(await ask(port, "/slow?ms=2500")).toMatchObject({ status: 200, text: "r1-0" });
});
