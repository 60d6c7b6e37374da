import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Registrations } from "../../src/probes/registrations.ts";
import { registrations } from "../../src/probes/registrations.ts";
import { authority, certificate } from "../support/certificates.ts";
import { closedPort, httpServer, rawServer } from "../support/probed-servers.ts";
import { aboutDomain, json, type Registry, rdapServer } from "../support/rdap-server.ts";
import { until } from "../support/until.ts";
import { type VirtualClock, virtualClock } from "../support/virtual-clock.ts";

const NOW = Date.parse("2026-03-01T00:00:00Z");
const ENDS = "2026-06-01T00:00:00Z";
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

let registry: Registry;
let clock: VirtualClock;
let known: Registrations;
beforeEach(async () => {
  registry = await rdapServer(ENDS);
  clock = virtualClock(NOW);
  known = registrations({ clock, bootstrapUrl: registry.bootstrapUrl });
});
afterEach(() => registry.close());

const endOf = (host: string, signal?: AbortSignal) =>
  known.endOf(host, { timeoutMs: 5_000, ...(signal ? { signal } : {}) });
const askedAbout = (): readonly string[] => registry.asked.filter((path) => path !== "/dns.json");

describe("what a registry says", () => {
  test("the end of a registration is its event `expiration`", async () => {
    expect(await endOf("www.example.com")).toEqual({ endsAt: Date.parse(ENDS) });
    expect(registry.asked).toEqual(["/dns.json", "/rdap/domain/example.com"]);
  });

  test("one that has ended is a date like any other", async () => {
    registry.until = "2026-02-01T00:00:00Z";
    expect(await endOf("example.com")).toEqual({ endsAt: Date.parse("2026-02-01T00:00:00Z") });
  });

  test("the registry of the longest suffix is asked, for the domain that somebody registered", async () => {
    expect(await endOf("a.b.shop.co.uk")).toEqual({ endsAt: Date.parse(ENDS) });
    expect(askedAbout()).toEqual(["/rdap/domain/shop.co.uk"]);
  });

  test("a name in letters of its own is asked for in ASCII", async () => {
    expect(await endOf("www.bücher.com")).toEqual({ endsAt: Date.parse(ENDS) });
    expect(askedAbout()).toEqual(["/rdap/domain/xn--bcher-kva.com"]);
  });

  test("a redirect to where the answer is, is followed", async () => {
    registry.about = ({ url = "" }, response) =>
      url.startsWith("/there")
        ? json(response, aboutDomain("example.com", ENDS))
        : response.writeHead(302, { location: "/there/example.com" }).end("elsewhere");
    expect(await endOf("example.com")).toEqual({ endsAt: Date.parse(ENDS) });
  });
});

describe("what cannot be learnt says why", () => {
  test.each([
    ["there is no such domain", 404, "{}", "the registry knows no such domain"],
    ["it is asked too often", 429, "later", "the registry answered 429"],
    ["its answer is no JSON", 200, '{"objectClassName": "dom', "the registry answered something that is not JSON"],
    ["its answer is an error page", 200, "<html>", "the registry answered something that is not JSON"],
    ["its answer is null", 200, "null", "the registry answered something that is not about a domain"],
    ["its answer is a list", 200, "[]", "the registry answered something that is not about a domain"],
    [
      "its answer is about another domain",
      200,
      JSON.stringify(aboutDomain("other.com", ENDS)),
      "the registry answered about another domain",
    ],
    [
      "its events are none",
      200,
      '{"objectClassName":"domain","events":{"eventAction":"expiration"}}',
      "the registry does not say until when it is registered",
    ],
    [
      "its date is none",
      200,
      '{"objectClassName":"domain","events":[null,5,{"eventAction":"expiration","eventDate":"soon"}]}',
      "the registry does not say until when it is registered",
    ],
  ] as const)("%s", async (_, status, body, why) => {
    registry.about = (_request, response) => json(response, body, status);
    expect(await endOf("example.com")).toEqual({ why });
  });

  test("it never ends its answer's size, whatever its status", async () => {
    for (const status of [200, 404, 302]) {
      known = registrations({ clock, bootstrapUrl: registry.bootstrapUrl });
      registry.about = (_, response) => {
        response.writeHead(status, { "content-type": "application/json", location: "/there" });
        const more = (): void => {
          while (!response.destroyed && response.write("x".repeat(65_536)));
        };
        response.on("drain", more);
        more();
      };
      expect(await endOf("example.com")).toEqual({ why: "the registry answered more than is read" });
    }
    await until(() => registry.open() === 0);
  });

  test("it redirects in a circle", async () => {
    registry.about = (_, response) => response.writeHead(302, { location: "/again" }).end();
    expect(await endOf("example.com")).toEqual({ why: "the registry answered with more than 3 redirects" });
    expect(askedAbout()).toHaveLength(4);
  });

  test("it redirects to something that is not asked", async () => {
    registry.about = (_, response) => response.writeHead(302, { location: "file:///etc/passwd" }).end();
    expect(await endOf("example.com")).toEqual({ why: "the registry answered with a redirect that is not followed" });
  });

  test("it redirects out of TLS", async () => {
    const before = getCACertificates("default");
    const ca = await authority();
    setDefaultCACertificates([...before, ca.cert]);
    const secure = await httpServer(
      (_, response) => response.writeHead(302, { location: registry.bootstrapUrl }).end(),
      await certificate({ ca }),
    );
    known = registrations({ clock, bootstrapUrl: `https://localhost:${secure.port}/dns.json` });
    expect(await endOf("example.com")).toEqual({
      why: "the list of registries answered with a redirect that is not followed",
    });
    setDefaultCACertificates(before);
    await secure.close();
  });

  test("nobody answers there", async () => {
    const port = await closedPort();
    registry.list = (_, response) => json(response, { services: [[["com"], [`http://127.0.0.1:${port}/`]]] });
    expect(await endOf("example.com")).toEqual({ why: "the registry cannot be asked: connection refused" });
  });

  test("it speaks something else", async () => {
    const raw = await rawServer((socket) => socket.end("220 hello\r\n"));
    registry.list = (_, response) => json(response, { services: [[["com"], [`http://127.0.0.1:${raw.port}/`]]] });
    expect(await endOf("example.com")).toEqual({
      why: "the registry cannot be asked: answered something that is not HTTP",
    });
    await raw.close();
  });

  test("it never answers: the wait is bounded, and no connection is left", async () => {
    registry.about = () => undefined;
    const asking = endOf("example.com");
    await until(() => askedAbout().length === 1);
    await clock.advance(5_000);
    expect(await asking).toEqual({ why: "the registry gave no answer within 5s" });
    await until(() => registry.open() === 0);
  });

  test("the top-level domain has no server, or one that is no address", async () => {
    const why = "its top-level domain has no registry that can be asked";
    expect(await endOf("www.example.org")).toEqual({ why });
    registry.list = (_, response) => json(response, { services: [null, [["net"]], [["com"], ["ftp://a/", 5]]] });
    known = registrations({ clock, bootstrapUrl: registry.bootstrapUrl });
    expect(await endOf("example.com")).toEqual({ why });
  });

  test.each([
    ["is an error", 500, "{}", "the list of registries cannot be read"],
    ["is no JSON", 200, "<html>", "the list of registries answered something that is not JSON"],
    ["has other keys", 200, '{"services":{}}', "the list of registries cannot be read"],
  ] as const)("the list of registries %s", async (_, status, body, why) => {
    registry.list = (_request, response) => json(response, body, status);
    expect(await endOf("example.com")).toEqual({ why });
  });

  test.each(["127.0.0.1", "::1", "localhost", "db", "app.internal", "svc.cluster.local", "co.uk", "", "a..com"])(
    "`%s` is below no domain, and nobody is asked",
    async (host) => {
      expect(await endOf(host)).toEqual({ why: "the address is below no domain that is registered" });
      expect(registry.asked).toEqual([]);
    },
  );
});

describe("what is remembered", () => {
  test("an answer is for a day, and one for all hosts of its domain", async () => {
    await Promise.all([endOf("a.example.com"), endOf("b.example.com")]);
    await clock.advance(DAY_MS - 1);
    registry.until = "2027-06-01T00:00:00Z";
    expect(await endOf("example.com")).toEqual({ endsAt: Date.parse(ENDS) });
    expect(registry.asked).toHaveLength(2);
    await clock.advance(1);
    expect(await endOf("example.com")).toEqual({ endsAt: Date.parse("2027-06-01T00:00:00Z") });
  });

  test("a failure is for minutes", async () => {
    registry.about = (_, response) => json(response, "", 503);
    expect(await endOf("example.com")).toEqual({ why: "the registry answered 503" });
    registry.about = null;
    await clock.advance(5 * MINUTE_MS - 1);
    expect(await endOf("example.com")).toEqual({ why: "the registry answered 503" });
    expect(askedAbout()).toHaveLength(1);
    await clock.advance(1);
    expect(await endOf("example.com")).toEqual({ endsAt: Date.parse(ENDS) });
    expect(registry.asked.filter((path) => path === "/dns.json")).toHaveLength(1);
  });

  test("while the registry fails the last date stands, for a week", async () => {
    await endOf("example.com");
    registry.about = (_, response) => json(response, "", 503);
    await clock.advance(7 * DAY_MS - 1);
    expect(await endOf("example.com")).toEqual({ endsAt: Date.parse(ENDS) });
    expect(askedAbout()).toHaveLength(2);
    await clock.advance(5 * MINUTE_MS);
    expect(await endOf("example.com")).toEqual({ why: "the registry answered 503" });
  });

  test("while the registry is silent the last date stands as well", async () => {
    await endOf("example.com");
    registry.about = () => undefined;
    await clock.advance(2 * DAY_MS);
    const asking = endOf("example.com");
    await until(() => askedAbout().length === 2);
    await clock.advance(5_000);
    expect(await asking).toEqual({ endsAt: Date.parse(ENDS) });
  });

  test("an asking that is called off is no failure, and whoever waits for the same asks anew", async () => {
    registry.about = () => undefined;
    const off = new AbortController();
    const first = endOf("example.com", off.signal);
    await until(() => askedAbout().length === 1);
    const second = endOf("www.example.com");
    registry.about = null;
    off.abort();
    expect(await first).toEqual({ why: "cut short" });
    expect(await second).toEqual({ endsAt: Date.parse(ENDS) });
    await until(() => registry.open() === 0);
  });
});
