import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { readableLine } from "../../src/cli/readable-line.ts";

test("a line of JSON is shown as its level, its message and its own fields", () => {
  const record = {
    time: "2026-11-24T12:00:00.000Z",
    level: "info",
    service: "orders",
    release: 3,
    instance: "orders-4",
    stream: "stdout",
    message: "request completed",
    status: 200,
    request: { method: "GET", url: "/api/orders" },
  };
  expect(readableLine(JSON.stringify(record), 100)).toBe(
    'info request completed status=200 request={"method":"GET","url":"/api/orders"}',
  );
});

test("fields that do not fit are left out, words never", () => {
  const line = JSON.stringify({ level: "warn", message: "the queue is long", waiting: 17, note: "x".repeat(100) });
  expect(readableLine(line, 40)).toBe("warn the queue is long waiting=17");
  expect(readableLine(line, 5)).toBe("warn the queue is long");
});

test.each([
  ["plain text", "listening on 3000", "listening on 3000"],
  ["what only looks like JSON", "{not json", "{not json"],
  ["a list", "[1, 2]", "[1, 2]"],
])("%s is shown as it is", (_, line, shown) => {
  expect(readableLine(line, 80)).toBe(shown);
});

test("controls that a terminal would obey are spelled out, from text and from JSON", () => {
  const hostile = "\u001b]0;owned\u0007\u001b[2J";
  for (const line of [hostile, JSON.stringify({ message: hostile, field: hostile })]) {
    const shown = readableLine(line, 200);
    expect(stripVTControlCharacters(shown)).toBe(shown);
    expect(shown).not.toContain("\u0007");
  }
});
