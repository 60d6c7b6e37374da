import { networkInterfaces } from "node:os";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterEach, describe, expect, test } from "vitest";
import { askAt } from "../support/ask-at.ts";
import { authority, certificate } from "../support/certificates.ts";
import {
  httpServer,
  mongoPrimary,
  mongoServer,
  type Probed,
  rawServer,
  tlsServer,
  webSocketServer,
} from "../support/probed-servers.ts";
import { resolveToLoopback } from "../support/resolve-to-loopback.ts";

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});
async function on(making: Promise<Probed>): Promise<number> {
  const server = await making;
  ends.push(server.close);
  return server.port;
}

const hasIpv6 = Object.values(networkInterfaces()).some((one) => one?.some(({ address }) => address === "::1"));

// Containers and runners may be without IPv6: then nothing can listen on ::1.
describe.skipIf(!hasIpv6)("a server that listens on ::1 alone (where the machine has IPv6)", () => {
  const BOTH = ["[::1]", "only-aaaa.example.com", "localhost"];
  const named = (host: string): void => {
    if (!host.startsWith("[")) ends.push(resolveToLoopback("::1"));
  };

  test.each(BOTH)("is asked over HTTP at %s", async (host) => {
    named(host);
    const port = await on(httpServer((request, response) => response.end(request.headers.host), undefined, "::1"));
    const conditions = ["[STATUS] == 200", "[IP] == ::1", `[BODY] == ${host}:${port}`];
    expect(await askAt(`http://${host}:${port}/`, { conditions })).toMatchObject({ outcome: "pass" });
    expect((await askAt(`http://${host}:${port}/`, { conditions, ip_version: 6 })).outcome).toBe("pass");
  });

  test.each(BOTH)("is asked over TCP at %s", async (host) => {
    named(host);
    const port = await on(rawServer((socket) => socket.on("data", (said) => socket.end(said)), "::1"));
    const over = { send: "hello", conditions: ["[IP] == ::1", "[BODY] == hello"] };
    expect(await askAt(`tcp://${host}:${port}`, over)).toMatchObject({ outcome: "pass" });
    expect((await askAt(`tcp://${host}:${port}`, { ip_version: 6 })).outcome).toBe("pass");
  });

  test.each(BOTH)("is asked over WebSocket at %s", async (host) => {
    named(host);
    const port = await on(webSocketServer({}, "::1"));
    const over = { send: "hello", conditions: ["[IP] == ::1", "[BODY] == echo: hello"] };
    expect(await askAt(`ws://${host}:${port}/`, over)).toMatchObject({ outcome: "pass" });
  });

  test("its certificate may be for the address", async () => {
    const before = getCACertificates("default");
    const ca = await authority();
    setDefaultCACertificates([...before, ca.cert]);
    ends.push(() => setDefaultCACertificates(before));
    const pem = await certificate({ ca, name: "::1" });
    const tls = await on(tlsServer(pem, undefined, "::1"));
    const https = await on(httpServer((_, response) => response.end("ok"), pem, "::1"));
    const conditions = ["[CERTIFICATE_EXPIRATION] > 30d"];
    expect(await askAt(`tls://[::1]:${tls}`, { conditions })).toMatchObject({ outcome: "pass" });
    expect(await askAt(`https://[::1]:${https}/`, { conditions })).toMatchObject({ outcome: "pass" });
    const other = await on(tlsServer(await certificate({ ca }), undefined, "::1"));
    expect((await askAt(`tls://[::1]:${other}`)).error).toBe("certificate is for another name");
  });

  test("is asked over protocols with clients of their own", async () => {
    const port = await on(mongoServer(mongoPrimary, "::1"));
    expect(await askAt(`mongodb://[::1]:${port}`)).toMatchObject({ outcome: "pass" });
    expect(await askAt(`mongodb://[::1]:${port}`, { query: "ping" })).toMatchObject({ outcome: "pass" });
  });

  test("is not asked where IPv4 is wanted", async () => {
    const port = await on(httpServer((_, response) => response.end("ok"), undefined, "::1"));
    for (const url of [
      `http://[::1]:${port}/`,
      `tcp://[::1]:${port}`,
      `ws://[::1]:${port}/`,
      `dns://[::1]:${port}/a.example`,
    ])
      expect(await askAt(url, { ip_version: 4 })).toMatchObject({
        outcome: "fail",
        error: "the address is none of IPv4",
      });
  });
});
