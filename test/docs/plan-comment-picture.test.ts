import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "../support/browser.ts";
import { githubPage } from "../support/github-markdown.ts";

/*
 * The README's picture is a golden case's comment as GitHub renders it. `UPDATE_CASES=1` takes it anew. Fonts differ from one
 * machine to the next, so it is not compared dot by dot: the digests of what it was taken of, and of itself, are recorded.
 */
const root = join(import.meta.dirname, "../..");
const PICTURE = join(root, ".github/plan-comment.png");
const RECORD = join(root, ".github/plan-comment.json");
const golden = readFileSync(join(root, "test/cases/comment/what-the-readme-shows.txt"), "utf8");
/** Without the marker, which nobody sees. */
const markdown = (golden.split("--- comment\n")[1] ?? "").split("<!--")[0] ?? "";
const WIDTH = 900;

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser?.close());

test.each(["light", "dark"] as const)(
  "the README's comment can be read, %s, on a desk and on a phone",
  async (scheme) => {
    for (const width of [1012, 390]) {
      const page = await browser.newPage({ viewport: { width, height: 600 } });
      await page.setContent(githubPage(markdown, scheme));
      const text = await page.locator("article").textContent();
      for (const told of [
        "Plan: 1 to delete, 2 to update in production",
        "/fairlead allow-destroy legacy-cart",
        "confirm first",
        "- environment.NODE_ENV: staging",
        "+ environment.NODE_ENV: production",
        "#128",
      ])
        expect(text).toContain(told);
      const overflow: number = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
      expect(overflow, `at ${width} points something is wider than the page`).toBeLessThanOrEqual(0);
      await page.close();
    }
  },
);

test("the README's picture is of the comment as it is now", async () => {
  if (process.env["UPDATE_CASES"] === "1") {
    const page = await browser.newPage({ viewport: { width: WIDTH, height: 600 } });
    await page.setContent(githubPage(markdown, "light"));
    const picture = await page.locator("article").screenshot({ path: PICTURE });
    await page.close();
    const record = { "of the comment": digest(markdown), "of the picture": digest(picture) };
    writeFileSync(RECORD, `${JSON.stringify(record, null, 2)}\n`);
  }
  const again = "take the picture again: UPDATE_CASES=1 npx vitest run test/docs/plan-comment-picture.test.ts";
  const record = JSON.parse(readFileSync(RECORD, "utf8"));
  expect(record["of the comment"], again).toBe(digest(markdown));
  const picture = readFileSync(PICTURE);
  expect(record["of the picture"], again).toBe(digest(picture));
  expect(picture.subarray(1, 4).toString("latin1")).toBe("PNG");
  expect(readFileSync(join(root, "README.md"), "utf8")).toContain("](.github/plan-comment.png)");
});

function digest(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
