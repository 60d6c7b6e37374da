import { describe, expect, test } from "vitest";
import { codeCell, codeSpan, fenced, markdownText } from "../../src/diagnostics/escape-markdown.ts";
import { escapeUrlPath } from "../../src/diagnostics/escape-url.ts";
import { visibleText } from "../../src/diagnostics/visible-text.ts";
import { HOSTILE } from "../support/hostile.ts";

describe("a sentence", () => {
  test.each([
    [
      "`orders` depends on `orders-bd`, which no file declares",
      "`orders` depends on `orders-bd`, which no file declares",
    ],
    ["2 of 5 services would go, more than 30 %", "2 of 5 services would go, more than 30 %"],
    ["its health check doesn't answer (yet): why?", "its health check doesn't answer (yet): why?"],
    ["ask @acme/owners about #12", "ask `@acme/owners` about `#12`"],
    ["see https://evil.example now", "see `https://evil.example` now"],
    ["since deadbeef, by GH-1", "since `deadbeef,` by `GH-1`"],
    ["max_delete_percent is *30*", "`max_delete_percent` is `*30*`"],
    ["a <b>bold</b> claim", "a `<b>bold</b>` claim"],
    ["`a`@b and a`b`", "`a` `@b` and a`b`"],
    ["two\nlines", "two lines"],
    ["1. first", "`1.` first"],
  ])("%j reads %j", (text, shown) => {
    expect(markdownText(text)).toBe(shown);
  });

  test.each(["سلام دنيا", "服务没有回答", "größer als zuvor", "orders’ “own” words — all of them…"])(
    "of any script stays one: %s",
    (text) => {
      expect(markdownText(text)).toBe(text);
    },
  );
});

describe("code", () => {
  test.each([
    ["web", "`web`"],
    ["a`b", "``a`b``"],
    ["`a", "`` `a ``"],
    ["a|b", "`a|b`"],
    [" a ", "`  a  `"],
    ["", "`(empty)`"],
  ])("%j is %j", (text, shown) => {
    expect(codeSpan(text)).toBe(shown);
  });

  test.each([
    ["a|b", "`a\\|b`"],
    ["a\\|b", "`a\\ \\|b`"],
    ["a\\\\|b", "`a\\\\ \\|b`"],
  ])("%j is %j in a table", (text, shown) => {
    expect(codeCell(text)).toBe(shown);
  });

  test("a block has a longer fence than what stands in it, and each line is one", () => {
    expect(fenced(["```", "a\nb"], "diff")).toBe("````diff\n```\na<U+000A>b\n````");
  });
});

describe("what cannot be seen", () => {
  test.each([
    ["ad\u200dmin", "ad<U+200D>min"],
    ["\u200c", "<U+200C>"],
    ["\u3164x\u2800", "<U+3164>x<U+2800>"],
    ["a\u034fb", "a<U+034F>b"],
    ["x\ufe01y\ufe0f", "x<U+FE01>y<U+FE0F>"],
    ["\u{e0101}", "<U+E0101>"],
    ["\u202e", "<U+202E>"],
    ["<!-- a", "<! -- a"],
    ["<<!--!--", "<<! --!--"],
  ])("%j is shown as %j", (text, shown) => {
    expect(visibleText(text)).toBe(shown);
  });

  test.each(["👩‍💻", "❤️", "1️⃣", "می‌خواهم", "क्‍ष"])("joiners stay where a script or an emoji needs them: %s", (text) => {
    expect(visibleText(text)).toBe(text);
  });

  test("a long text is cut with the number of its characters, and never within one", () => {
    expect(visibleText("x".repeat(30), 10)).toBe(`${"x".repeat(10)}… (30 characters)`);
    expect(visibleText("😀".repeat(30), 10)).toBe(`${"😀".repeat(10)}… (60 characters)`);
  });
});

describe("a path in an address", () => {
  test.each(Object.entries(HOSTILE))("stays one: %s", (_, text) => {
    const address = `https://github.com/acme/shop/blob/main/${escapeUrlPath(`services/${text}/x.yaml`)}#L1`;
    expect(address).toMatch(/^[\w.~%/:#-]+$/);
    const { origin, pathname, hash } = new URL(address);
    expect(origin + hash).toBe("https://github.com#L1");
    expect(pathname.startsWith("/acme/shop/blob/main/services/")).toBe(true);
  });

  test("does not climb out of its commit", () => {
    expect(new URL(`https://github.com/r/${escapeUrlPath("../../a/./b")}`).pathname).toMatch(/^\/r\/.*\/a\/.*\/b$/);
  });
});
