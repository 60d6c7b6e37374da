import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { maskCredentials } from "../../src/catalog/mask-credentials.ts";
import { foldedSummary } from "../../src/diagnostics/fold.ts";
import { inFileOrder } from "../../src/diagnostics/order.ts";
import { sourceIndex } from "../../src/diagnostics/source-index.ts";
import { suggest } from "../../src/diagnostics/suggest.ts";
import type { Diagnostic } from "../../src/model/diagnostic.ts";

describe("did you mean", () => {
  const KEYS = ["environment", "environments", "endpoints", "rate_limiting", "name", "orders-db"];
  test.each([
    ["enviroment", "environment"],
    ["rateLimiting", "rate_limiting"],
    ["RATE-LIMITING", "rate_limiting"],
    ["nmae", "name"],
    ["orders-bd", "orders-db"],
    ["env", "environment"],
    ["ordersdb", "orders-db"],
  ])("%s: %s", (word, meant) => expect(suggest(word, KEYS)).toBe(meant));

  test.each(["zzz", "x", "", "a".repeat(200)])("nothing, where nothing is near: %s", (word) =>
    expect(suggest(word, KEYS)).toBeUndefined(),
  );
});

describe("positions", () => {
  test("count lines at LF, CRLF and CR, and columns in UTF-16 units", () => {
    const index = sourceIndex("a\r\nb😀c\rd\n");
    expect(index.positionAt(6)).toEqual({ line: 2, column: 4, offset: 6 });
    expect([1, 2, 3, 4, 5].map((line) => index.lineAt(line))).toEqual(["a", "b😀c", "d", "", ""]);
  });

  test("lead back to where they came from, for any text", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("a", "\n", "\r", "\r\n", "😀")), fc.nat({ max: 40 }), (parts, at) => {
        const text = parts.join("");
        const { line, column, offset } = sourceIndex(text).positionAt(at);
        expect(offset).toBe(Math.min(at, text.length));
        const before = text.slice(0, offset);
        // Between CR and LF one is still on the line that they end.
        const breaks = before.match(text[offset] === "\n" ? /\r\n|\n|\r(?!$)/g : /\r\n|\n|\r/g) ?? [];
        expect(line).toBe(breaks.length + 1);
        expect(column).toBeGreaterThanOrEqual(1);
      }),
    );
  });
});

describe("order", () => {
  const at = (file: string, offset: number, over: Partial<Diagnostic> = {}): Diagnostic => {
    const start = { line: 1, column: offset + 1, offset };
    return { code: "value-type", severity: "error", summary: "s", range: { file, start, end: start }, ...over };
  };

  test("is by file, then place, then gravity; what has no place comes last, what is said twice once", () => {
    const placeless: Diagnostic = { code: "state-corrupt", severity: "error", summary: "s" };
    const sorted = [
      at("a.yaml", 1),
      at("a.yaml", 2, { severity: "error", code: "a-b" }),
      at("a.yaml", 2, { severity: "info", code: "a-a" }),
      at("b.yaml", 0),
      placeless,
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray([...sorted, at("a.yaml", 1)], { minLength: 6 }), (mixed) => {
        expect(inFileOrder(mixed)).toEqual(sorted);
      }),
    );
  });

  test("folds notes into one sentence", () => {
    const [first, ...others] = ["a", "b", "c"].map((name) => at("a", 0, { summary: `not enforced yet: \`${name}\`` }));
    expect(foldedSummary([first as Diagnostic, ...others])).toBe("not enforced yet: `a`, `b`, `c`");
  });
});

describe("a line that is shown", () => {
  test.each([
    ["  PASSWORD: hunter2", "  PASSWORD: •••••••"],
    ['  "api-key": "abc def"', '  "api-key": •••• ••••'],
    ["  url: postgres://u:p@h/db", "  url: •••••••••••••••h/db"],
    ["  PASSWORD: encrypted", "  PASSWORD: encrypted"],
    ["  TOKEN: { secret: TOKEN }", "  TOKEN: { secret: •••••"],
    ["  key: value", "  key: value"],
  ])("%s", (line, shown) => {
    const masked = maskCredentials(line);
    expect(masked.length).toBe(line.length);
    expect(masked.startsWith(shown)).toBe(true);
  });
});
