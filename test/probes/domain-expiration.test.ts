import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../../src/cli/system-clock.ts";
import { registrations } from "../../src/probes/registrations.ts";
import { askAt } from "../support/ask-at.ts";
import { httpServer, type Probed, rawServer } from "../support/probed-servers.ts";
import { json, type Registry, rdapServer } from "../support/rdap-server.ts";
import { resolveToLoopback } from "../support/resolve-to-loopback.ts";

const DAY_MS = 86_400_000;
const inDays = (days: number): string => new Date(Date.now() + days * DAY_MS + 60_000).toISOString();

let registry: Registry;
let web: Probed;
let endNames: () => void;
beforeEach(async () => {
  registry = await rdapServer(inDays(90));
  web = await httpServer((_, response) => response.end("ok"));
  endNames = resolveToLoopback();
});
afterEach(async () => {
  endNames();
  await web.close();
  await registry.close();
});

function ask(conditions: readonly string[], over: Parameters<typeof askAt>[1] = {}, host = "www.example.com") {
  const registries = registrations({ clock: systemClock, bootstrapUrl: registry.bootstrapUrl });
  return askAt(`http://${host}:${web.port}/`, { registries, conditions, ...over });
}

describe("[DOMAIN_EXPIRATION]", () => {
  test("holds while the domain is registered for long enough", async () => {
    expect(await ask(["[DOMAIN_EXPIRATION] > 720h", "[DOMAIN_EXPIRATION] <= 91d"])).toMatchObject({
      outcome: "pass",
      conditions: [
        { condition: "[DOMAIN_EXPIRATION] > 720h", held: true },
        { condition: "[DOMAIN_EXPIRATION] <= 91d", held: true },
      ],
    });
  });

  test.each([
    ["ends too soon", 10, /^\[DOMAIN_EXPIRATION\] \(86\d{7}\) > 720h \(2592000000\)$/],
    ["has ended", -3, /^\[DOMAIN_EXPIRATION\] \(-259\d{6}\) > 720h/],
  ])("fails when the registration %s", async (_, days, shown) => {
    registry.until = inDays(days);
    const sample = await ask(["[STATUS] == 200", "[DOMAIN_EXPIRATION] > 720h"]);
    expect(sample).toMatchObject({ outcome: "fail", status: 200 });
    expect(sample.conditions?.[1]).toEqual({ condition: expect.stringMatching(shown), held: false });
  });

  test("warns, and says why, when the registry does not say", async () => {
    registry.about = (_, response) => json(response, "", 404);
    expect(await ask(["[STATUS] == 200", "[DOMAIN_EXPIRATION] > 720h"])).toMatchObject({
      outcome: "warn",
      status: 200,
      conditions: [
        { condition: "[STATUS] == 200", held: true },
        {
          condition: "[DOMAIN_EXPIRATION] (UNKNOWN: the registry knows no such domain) > 720h (2592000000)",
          held: false,
        },
      ],
    });
  });

  test("a failure of the service's own is a failure, whatever the registry says", async () => {
    registry.about = (_, response) => json(response, "", 404);
    expect((await ask(["[STATUS] == 500", "[DOMAIN_EXPIRATION] > 720h"])).outcome).toBe("fail");
    await web.close();
    expect(await ask(["[DOMAIN_EXPIRATION] > 720h"])).toMatchObject({ outcome: "fail", error: "connection refused" });
  });

  test("nobody's registry is asked where no condition names it", async () => {
    await ask(["[STATUS] == 200"]);
    expect(registry.asked).toEqual([]);
  });

  test("a silent registry costs no more than the timeout, and is not counted as the service's latency", async () => {
    registry.about = () => undefined;
    const sample = await ask(["[RESPONSE_TIME] < 1500ms", "[DOMAIN_EXPIRATION] > 720h"], { timeout: 2_000 });
    expect(sample).toMatchObject({ outcome: "warn", conditions: [{ held: true }, { held: false }] });
    expect(sample.conditions?.[1]?.condition).toContain("(UNKNOWN: the registry gave no answer within 2s)");
  });

  test("each target is about its own domain, over any protocol", async () => {
    const port = await rawServer(() => undefined);
    const conditions = ["[DOMAIN_EXPIRATION] > 720h"];
    const targets = [{ name: "queue", url: `tcp://queue.example.co.uk:${port.port}`, conditions }];
    expect(await ask(["[STATUS] == 200"], { targets })).toMatchObject({ outcome: "pass", checks: { queue: "pass" } });
    expect(registry.asked.at(-1)).toBe("/rdap/domain/example.co.uk");
    await port.close();
  });

  test("an address that only a secret knows may have no domain", async () => {
    const targets = [{ name: "own", url: { secret: "URL" }, conditions: ["[DOMAIN_EXPIRATION] > 720h"] }];
    const sample = await ask([], { targets, secretOf: () => `http://127.0.0.1:${web.port}/` });
    expect(sample).toMatchObject({ outcome: "warn", checks: { own: "warn" } });
    expect(sample.conditions?.at(-1)?.condition).toContain("the address is below no domain that is registered");
  });
});
