import { describe, expect, test } from "vitest";
import { namedCheck, readHealthBody } from "../../src/probes/health-body.ts";

describe("the root status", () => {
  test.each([
    ["pass", "pass"],
    ["ok", "pass"],
    ["UP", "pass"],
    ["warn", "warn"],
    ["fail", "fail"],
    ["error", "fail"],
    ["Down", "fail"],
    ["sideways", null],
  ])("%s reads as %s", (status, read) => {
    expect(readHealthBody(JSON.stringify({ status }))?.status).toBe(read);
  });

  test.each(["", "{", "null", "[]", "7", '"pass"'])("a body of %s says nothing", (text) => {
    expect(readHealthBody(text)).toBeNull();
  });
});

const body = readHealthBody(
  JSON.stringify({
    status: "warn",
    checks: {
      "cassandra:responseTime": [
        { componentType: "datastore", observedValue: 250, status: "pass" },
        { componentType: "datastore", observedValue: 900, status: "warn" },
      ],
      "upstream:connections": [{ componentType: "system", status: "fail" }],
      "memory:utilization": [{ componentType: "system", observedValue: 8.5 }],
      queueDepth: { status: "UP" },
      disk: "ok",
      flag: false,
      broken: [null, 5, { status: 7 }],
    },
  }),
);

describe("named checks", () => {
  test.each([
    ["database_connection", "warn"],
    ["external_apis", "fail"],
    ["queue_depth", "pass"],
    ["queue-depth", "pass"],
    ["disk", "pass"],
    ["flag", "fail"],
    ["upstream_connections", "fail"],
    ["upstream:connections", "fail"],
    // The entry leaves its status out: nothing is said of it.
    ["memory_usage", "missing"],
    ["broken", "missing"],
    ["constructor", "missing"],
    ["response_time", "missing"],
  ])("%s is %s", (name, status) => {
    expect(namedCheck(name, body)).toBe(status);
  });

  test("a name that is a key itself is not guessed at", () => {
    const both = readHealthBody('{"checks":{"database_connection":"pass","redis":{"status":"fail"}}}');
    expect(namedCheck("database_connection", both)).toBe("pass");
  });

  test("without a body everything is missing", () => {
    expect(namedCheck("disk", null)).toBe("missing");
  });
});
