import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkCondition } from "../../src/probes/condition-syntax.ts";
import { type Answer, evaluateConditions } from "../../src/probes/conditions.ts";

const answer: Answer = {
  connected: true,
  status: 200,
  responseTimeMs: 123.4,
  ip: "127.0.0.1",
  certificateExpirationMs: 86_400_000,
  domainExpirationMs: 30 * 86_400_000,
  dnsRcode: "NOERROR",
  body: JSON.stringify({
    status: "UP",
    name: "john",
    version: "1.10",
    count: 3,
    load: 0.75,
    empty: null,
    data: [{ id: 1, name: "first" }, { id: 2 }],
    "odd key": true,
  }),
};

describe("conditions that hold", () => {
  test.each([
    "[STATUS] == 200",
    "[status] == 200",
    "200 == [STATUS]",
    "[STATUS] != 500",
    "[STATUS] == any(200, 204)",
    "[STATUS] != any(500, 503)",
    "[STATUS] < 300",
    "[STATUS] <= 200",
    "[STATUS] >= 200",
    "[STATUS] > 199",
    "[STATUS] == 0200",
    "[RESPONSE_TIME] < 300",
    "[RESPONSE_TIME] < 1s",
    "[RESPONSE_TIME] <= 123",
    "[CONNECTED] == true",
    "[IP] == 127.0.0.1",
    "[IP] == pat(127.*)",
    "[BODY].status == UP",
    "[BODY].status == any(OK, UP)",
    "[BODY].count == 3",
    "[BODY].count == +3",
    "[BODY].load < 0.8",
    "[BODY].data[0].id == 1",
    "[BODY].data[0].name == pat(f*t)",
    "[BODY].data[0].name == pat(?irst)",
    "[BODY].name != jane",
    "[BODY].odd key == true",
    "len([BODY].data) == 2",
    "len([BODY].name) == 4",
    "has([BODY].data[1].id) == true",
    "has([BODY].errors) == false",
    "has([BODY].empty) == true",
    "[BODY].empty == null",
    '[BODY] == pat(*"john"*)',
    "[Certificate_Expiration] > 23h59m",
    "[CERTIFICATE_EXPIRATION] <= 1d",
    "[DOMAIN_EXPIRATION] > 719h59m59.5s",
    "[DNS_RCODE] == any(NOERROR, NXDOMAIN)",
    "[RESPONSE_TIME] < 0.2s",
  ])("%s", (condition) => {
    expect(evaluateConditions([condition], answer)).toMatchObject([
      { condition, held: true, aboutTime: condition.includes("RESPONSE_TIME") },
    ]);
  });
});

describe("conditions that do not hold show the value they met", () => {
  test.each([
    ["[STATUS] == 500", "[STATUS] (200) == 500"],
    ["[STATUS] == any(500, 503)", "[STATUS] (200) == any(500, 503)"],
    ["[RESPONSE_TIME] < 100", "[RESPONSE_TIME] (123) < 100"],
    ["[BODY].version == 1.1", "[BODY].version (1.10) == 1.1"],
    ["[BODY].status == up", "[BODY].status (UP) == up"],
    ["[BODY].nowhere.at.all == 1", "[BODY].nowhere.at.all (INVALID) == 1"],
    ["[BODY].nowhere != 1", "[BODY].nowhere (INVALID) != 1"],
    ["[BODY].data[7].id == 1", "[BODY].data[7].id (INVALID) == 1"],
    ["[BODY].constructor != 1", "[BODY].constructor (INVALID) != 1"],
    ["[BODY].name < 5", "[BODY].name (john) < 5"],
    ["[BODY].name == pat(*z*)", "[BODY].name (john) == pat(*z*)"],
    ["len([BODY].data) > 2", "len([BODY].data) (2) > 2"],
    ["len([BODY].count) > 2", "len([BODY].count) (INVALID) > 2"],
    ["has([BODY].data) == false", "has([BODY].data) (true) == false"],
    ["300 < [STATUS]", "300 < [STATUS] (200)"],
    ["[CERTIFICATE_EXPIRATION] > 48h", "[CERTIFICATE_EXPIRATION] (86400000) > 48h (172800000)"],
    ["[RESPONSE_TIME] < 100ms", "[RESPONSE_TIME] (123) < 100ms (100)"],
    ["[DNS_RCODE] == NXDOMAIN", "[DNS_RCODE] (NOERROR) == NXDOMAIN"],
  ])("%s", (condition, shown) => {
    expect(evaluateConditions([condition], answer)).toMatchObject([{ condition: shown, held: false }]);
  });

  test("without an answer every value but [CONNECTED] is invalid", () => {
    const met = evaluateConditions(["[STATUS] != 500", "[RESPONSE_TIME] < 10", "[CONNECTED] == true"], {
      connected: false,
    });
    expect(met.map(({ condition }) => condition)).toEqual([
      "[STATUS] (INVALID) != 500",
      "[RESPONSE_TIME] (INVALID) < 10",
      "[CONNECTED] (false) == true",
    ]);
  });

  test("a long value is cut", () => {
    const [met] = evaluateConditions(["[BODY] == short"], { connected: true, body: "x".repeat(5_000) });
    expect(met?.condition.length).toBeLessThan(120);
  });
});

describe("what a condition may not say", () => {
  test.each([
    ["[STATUS]==200", /space on both sides of `==`/],
    ["[STATUS]", /no comparison/],
    ["", /no comparison/],
    ["[STATE] == 200", /`\[STATE\]` is no placeholder; there are \[STATUS\]/],
    ["[STATUS].x == 1", /only \[BODY\] has a path/],
    ["[BODY]..x == 1", /must read like/],
    ["[BODY].a[b] == 1", /must read like/],
    ["len([STATUS]) == 1", /looks into the body only/],
    ["has(5) == true", /looks into the body only/],
    ["[STATUS] < any(1, 2)", /works with == and != only/],
    ["[BODY].x >= pat(a)", /works with == and != only/],
    ["[BODY].a == pat(x", /is not closed/],
    ["[STATUS] == any(200,201", /is not closed/],
    ["[STATUS] == 20O", /`20O` is no status/],
    ["[STATUS] < 2s", /`2s` is no status/],
    ["any(200, ok) == [STATUS]", /`ok` is no status/],
    ["[RESPONSE_TIME] == fast", /neither a number nor a duration/],
    ["[CERTIFICATE_EXPIRATION] != any(1d, soon)", /`soon` is neither/],
    ["[STATUS] < fast", /neither a number nor a duration/],
    ["[STATUS] == any(200,)", /empty choice/],
    ["1 == 1", /looks at nothing/],
    [
      "[CERTIFICATE_EXPIRATION] > 48h",
      /where the address begins with https: wss: tls: .* only; http: knows \[STATUS\]/,
    ],
    ["[DNS_RCODE] == NOERROR", /where the address begins with dns: only/],
  ])("%s", (condition, message) => {
    expect(checkCondition(condition, "http://www.example.com/")).toMatch(message);
  });

  test("a placeholder fits the scheme that is asked", () => {
    expect(checkCondition("[CERTIFICATE_EXPIRATION] > 48h", "https://a.example.com")).toBeNull();
    expect(checkCondition("[DNS_RCODE] == NOERROR", "dns:a.example.com")).toBeNull();
    expect(checkCondition("[STATUS] == 200", "redis://cache")).toMatch(/where the address begins with http: https:/);
    expect(checkCondition("[CERTIFICATE_EXPIRATION] > 48h", "/health")).toMatch(/; http: knows/);
    expect(checkCondition("[DNS_RCODE] == NOERROR", "")).toBeNull();
    expect(checkCondition("[DNS_RCODE] == NOERROR")).toBeNull();
  });

  test.each([
    ["https://www.example.com/health", null],
    ["postgres://me:canary@db.example.co.uk:5432/shop", null],
    [undefined, null],
    ["https:// not an address", null],
    ["http://192.0.2.7/", "`192.0.2.7` is an IP address"],
    ["http://[2001:db8::1]:80/", "`2001:db8::1` is an IP address"],
    ["tcp://me:canary@localhost:5000", "`localhost` is below none"],
    ["tcp://%zz:5000", "the address names no host"],
    ["redis://cache:6379", "`cache` is below none"],
    ["https://app.cluster.internal", "`app.cluster.internal` is below none"],
    ["dns:www.example.com", "the address names no host"],
    ["/health", "this asks the service's own port"],
    ["", "this asks the service's own port"],
  ])("until when a domain is registered, of %s: %s", (address, why) => {
    const wrong = why === null ? null : `\`[DOMAIN_EXPIRATION]\` is known of registered domains only; ${why}`;
    expect(checkCondition("[DOMAIN_EXPIRATION] > 720h", address)).toBe(wrong);
  });

  test("what may be said passes the check", () => {
    expect(checkCondition("[STATUS] == 200")).toBeNull();
    expect(checkCondition("has([BODY].errors) == false")).toBeNull();
  });
});

test("any text at all is either refused with words or evaluated without throwing", () => {
  const piece = fc.constantFrom(
    "[STATUS]",
    "[BODY]",
    ".a",
    "[0]",
    " == ",
    " < ",
    "pat(",
    "any(",
    "len(",
    ")",
    "200",
    "*",
    ",",
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(piece, { maxLength: 12 }).map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(text, fc.string(), (condition, body) => {
      const problem = checkCondition(condition);
      expect(problem === null || problem.length > 0).toBe(true);
      expect(evaluateConditions([condition], { connected: true, status: 200, body })).toHaveLength(1);
    }),
    { numRuns: 500 },
  );
});

test("a hostile pattern costs no more than its length times the text's", () => {
  const body = "a".repeat(50_000);
  const [met] = evaluateConditions([`[BODY] == pat(${"*a".repeat(20)}b)`], { connected: true, body });
  expect(met?.held).toBe(false);
});
