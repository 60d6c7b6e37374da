import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../src/cli/system-clock.ts";
import type { SiteSpec } from "../../src/model/project.ts";
import { siteProcess } from "../../src/site/site-process.ts";
import { pageAddresses } from "../../src/site/site-views.ts";
import { startBrowser } from "../support/browser.ts";
import { SITE_ENTRY, SITE_ROOT } from "../support/demo-site-server.ts";
import { demoSite } from "../support/site-demo.ts";

/** The site in each language, with the longest and the most hostile words that files may bring, opened from the disk. */

const LANGUAGES: Readonly<Record<Exclude<SiteSpec["language"], "en">, { lang: string; says: readonly string[] }>> = {
  de: { lang: "de", says: ["1 von 3 Diensten ist ausgefallen", "Offene Störungen", "99,", "24. Nov. 2026"] },
  es: { lang: "es", says: ["1 de 3 servicios está caído", "Incidencias abiertas", "99,", "24 nov 2026"] },
  zh: { lang: "zh-Hans", says: ["3 个服务中有 1 个发生故障", "未解决的事件", "2026年11月24日"] },
};
const LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenfabrikationsüberwachungsdienst";
const HOSTILE = `</title><script>alert(1)</script>"><img src=x onerror=alert(1)> {constructor} \${1} &lt;`;

const folders = new Map<string, string>();
let browser: Browser;
let root: string;
const builder = siteProcess({ entry: SITE_ENTRY, env: process.env, clock: systemClock });

function dataIn(language: SiteSpec["language"]) {
  return demoSite({
    services: [
      { id: "orders-api", name: LONG, description: HOSTILE, dependencies: ["mailer"], networking: { port: 3000 } },
      { id: "mailer", name: HOSTILE, owner: LONG, type: "integration", networking: { port: 3001 } },
      { id: "search", name: "检索", endpoints: [`/${"a".repeat(200)}`], type: "data", networking: { port: 3002 } },
    ],
    site: {
      language,
      title: LONG,
      description: HOSTILE,
      links: [{ text: HOSTILE, url: "https://example.com/?a=1&b=2" }],
    },
  });
}

beforeAll(async () => {
  browser = await startBrowser();
  root = await mkdtemp(join(tmpdir(), "fairlead-languages-"));
  for (const language of Object.keys(LANGUAGES) as (keyof typeof LANGUAGES)[]) {
    const outDir = join(root, language);
    await builder.build({ data: dataIn(language), outDir, siteRoot: SITE_ROOT, cacheDir: join(root, "cache") });
    folders.set(language, outDir);
  }
}, 300_000);

afterAll(async () => {
  await builder.close();
  await browser?.close();
  await rm(root, { recursive: true, force: true });
});

describe.each(Object.entries(LANGUAGES))("in %s", (language, { lang, says }) => {
  const html = (path: string) =>
    readFile(join(folders.get(language) ?? "", path.endsWith(".html") ? path : join(path, "index.html")), "utf8");

  test("the pages say that they are, and say it in that language", async () => {
    const [front, service] = [await html(""), await html("services/orders-api/")];
    expect(front).toContain(`<html lang="${lang}">`);
    for (const words of says) expect(front + service).toContain(words);
  });

  test("every page fits 320 px, tears no word of a table, holds no markup from a file, and lacks no word", async () => {
    const page = await browser.newPage({ viewport: { width: 320, height: 640 } });
    const css = /href="\/(_astro\/style\.[\w-]+\.css)"/.exec(await html(""))?.[1] ?? "";
    const style = await readFile(join(folders.get(language) ?? "", css), "utf8");
    const wrong: string[] = [];
    for (const path of pageAddresses(dataIn("en"))) {
      await page.setContent(await html(path));
      await page.addStyleTag({ content: style });
      const found = await page.evaluate<{
        width: number;
        tooWide: string[];
        torn: string[];
        foreign: number;
        text: string;
      }>(`({
        width: document.documentElement.scrollWidth,
        tooWide: [...document.querySelectorAll("body *")]
          .filter((element) => element.getBoundingClientRect().right > 320.5)
          .map((element) => element.outerHTML.slice(0, 80)),
        torn: [...document.querySelectorAll("th, td")].flatMap((cell) => {
          const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
          const torn = [];
          for (let text = texts.nextNode(); text !== null; text = texts.nextNode())
            for (const { index, 0: word } of text.data.matchAll(/[\\p{Script=Latin}\\d:]+/gu)) {
              const range = document.createRange();
              range.setStart(text, index);
              range.setEnd(text, index + word.length);
              if (new Set([...range.getClientRects()].map(({ top }) => top)).size > 1) torn.push(word);
            }
          return torn;
        }),
        foreign: document.querySelectorAll("script, img[src='x'], [onerror]").length,
        text: document.body.innerText,
      })`);
      if (found.width !== 320) wrong.push(`${path}: ${found.width} px wide: ${found.tooWide[0]}`);
      if (found.torn.length > 0) wrong.push(`${path}: torn: ${found.torn.join(", ")}`);
      if (found.foreign > 0) wrong.push(`${path}: foreign markup`);
      const missing = /undefined|\[object |NaN|\bnull\b|All services|Not serving|Uptime|Last \d+ days|Data from/.exec(
        found.text,
      );
      if (missing) wrong.push(`${path}: ${missing[0]}`);
    }
    await page.close();
    expect(wrong).toEqual([]);
  });
});
