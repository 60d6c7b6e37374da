import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { previewPicture, previewSvg } from "../../src/site/preview-picture.ts";
import { linesOf, widthOf, wordsAsPath } from "../../src/site/preview-words.ts";
import { temporaryFolder } from "../support/git-folder.ts";
import { demoSite } from "../support/site-demo.ts";

const data = demoSite({ site: { url: "https://status.example.com" } });
const words = (svg: string) => [...svg.matchAll(/<g fill=/g)].length;
const hash = (picture: Uint8Array | null) =>
  createHash("sha256")
    .update(picture ?? "none")
    .digest("hex");

describe("the picture beside a link", () => {
  test("says the title, the banner's sentence and the days' dates as outlines, and shows 90 days", () => {
    const svg = previewSvg(data, "1 von 6 Diensten ist ausgefallen");
    expect(words(svg)).toBeGreaterThanOrEqual(4);
    expect(svg).toContain(wordsAsPath("Storefront", { x: 80, y: 116, size: 44, fill: "#5b5852" }));
    expect(svg).not.toMatch(/<text|font-family|null|NaN|undefined/);
    expect(svg.match(/<rect/g)).toHaveLength(1 + 90);
  });

  test("leaves a line out that it has no letters for, and shows the rest", () => {
    const svg = previewSvg({ ...data, title: "状态" }, "所有系统运行正常");
    expect(words(svg)).toBe(2);
    expect(svg).not.toMatch(/null|NaN|undefined/);
    expect(words(previewSvg({ ...data, title: "状态" }, "All systems operational"))).toBe(3);
  });

  test("shows words that look like markup as words", () => {
    expect(previewSvg({ ...data, title: "</svg><script>" }, null)).not.toContain("<script");
  });

  test("is the same on a machine without a font", async () => {
    const fonts = join(temporaryFolder(), "fonts.conf");
    await writeFile(fonts, "<fontconfig></fontconfig>");
    const program = `
      import { previewPicture } from ${JSON.stringify(import.meta.resolve("../../src/site/preview-picture.ts"))};
      let json = "";
      for await (const part of process.stdin) json += part;
      process.stdout.write((await previewPicture(JSON.parse(json), "All systems operational")) ?? "");
    `;
    const running = promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program], {
      encoding: "buffer",
      env: { PATH: process.env["PATH"], FONTCONFIG_FILE: fonts },
      maxBuffer: 10_000_000,
    });
    running.child.stdin?.end(JSON.stringify(data));
    const { stdout } = await running;
    expect(stdout.toString("latin1", 1, 4)).toBe("PNG");
    expect(hash(stdout)).toBe(hash(await previewPicture(data, "All systems operational")));
  });
});

describe("words that are drawn", () => {
  test("have the letters of the site's Latin languages", () => {
    for (const text of ["ÄÖÜäöüß „Störungen“", "áéíóúüñ ¿Qué? ¡Sí! «caído»", "O’Neill’s – 100 % & more…"])
      expect(widthOf(text, 20), text).toBeGreaterThan(0);
    // The same letter, written as two characters.
    expect(widthOf("u\u0308", 20)).toBe(widthOf("ü", 20));
    expect(widthOf("Łódź", 20)).toBeNull();
  });

  test("never leave their width, whatever the words", () => {
    for (const text of ["a", "one two three four five six seven", "W".repeat(300), `${"word ".repeat(80)}`, ""]) {
      const { size = 0, lines = [] } = linesOf(text, { width: 300, sizes: [40, 20], most: 2 }) ?? {};
      expect(lines.length).toBeLessThanOrEqual(2);
      for (const line of lines) expect(widthOf(line, size)).toBeLessThanOrEqual(300);
    }
    expect(linesOf("W".repeat(300), { width: 300, sizes: [20], most: 1 })?.lines[0]).toMatch(/^W+…$/);
  });
});
