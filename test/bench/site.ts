import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";
import { serveSite } from "../../src/cli/serve-site.ts";
import { systemClock } from "../../src/cli/system-clock.ts";
import type { SiteData } from "../../src/model/site-data.ts";
import { siteProcess } from "../../src/site/site-process.ts";
import { chromiumPath } from "../support/browser.ts";
import { SITE_ENTRY, SITE_ROOT } from "../support/demo-site-server.ts";
import { demoSite } from "../support/site-demo.ts";
import { median } from "./measure.ts";

/**
 * The status site of `services` services × 90 days, built by the process that a user's would be built by, beside the bare
 * minimum: the same data filled into a template of one string and written to as many files. And Lighthouse's verdict on two
 * of its pages. `node test/bench/site.ts [SERVICES]` prints the same on its own.
 */
export async function measureSite({ services, turns }: { readonly services: number; readonly turns: number }): Promise<{
  readonly pages: number;
  /** Per page, of builds after the first: the process stays. */
  readonly msPerPage: number;
  readonly firstMsPerPage: number;
  readonly bareMsPerPage: number;
  readonly largestBytes: number;
  readonly overviewBytes: number;
  /** The lowest of the pages looked at, by category, 0 to 100. */
  readonly lighthouse: Readonly<Record<string, number>>;
}> {
  const root = mkdtempSync(join(tmpdir(), "fairlead-bench-site-"));
  const builder = siteProcess({ entry: SITE_ENTRY, env: process.env, clock: systemClock, timeoutMs: 600_000 });
  try {
    const data = siteOf(services);
    const request = { outDir: join(root, "out"), siteRoot: SITE_ROOT, cacheDir: join(root, "cache") };
    const first = await builder.build({ ...request, data });
    const times: number[] = [];
    const bareTimes: number[] = [];
    for (let turn = 0; turn < turns; turn++) {
      const generatedAt = new Date(Date.parse(data.generatedAt) + (turn + 1) * 1_000).toISOString();
      times.push((await builder.build({ ...request, data: { ...data, generatedAt } })).ms);
      bareTimes.push(await bareSite(data, join(root, `bare-${turn}`)));
    }
    await builder.close();
    const { largest, overview } = await sizesOf(request.outDir);
    return {
      pages: first.pages,
      firstMsPerPage: first.ms / first.pages,
      msPerPage: median(times) / first.pages,
      bareMsPerPage: median(bareTimes) / first.pages,
      largestBytes: largest,
      overviewBytes: overview,
      lighthouse: await lighthouseOf(),
    };
  } finally {
    await builder.close();
    rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** One service's history under as many names: its figures do not matter to the builder, their number does. */
function siteOf(services: number): SiteData {
  const data = demoSite({ include: [] });
  const [one] = data.services;
  if (one === undefined) throw new Error("the demo has services");
  const many = Array.from({ length: services }, (_, n) => ({ ...one, id: `service-${n}`, name: `Service ${n}` }));
  return { ...data, services: many, groups: [{ name: "APIs", type: "api", services: many.map(({ id }) => id) }] };
}

async function bareSite(data: SiteData, folder: string): Promise<number> {
  const begun = performance.now();
  for (const { id, name, says, days, samples } of data.services) {
    const rows = [
      ...days.map(({ day, verdict, passed, actual }) => `<li>${day} ${verdict} ${passed}/${actual}</li>`),
      ...samples.map(({ at, outcome, latencyMs }) => `<li>${at} ${outcome} ${latencyMs ?? ""}</li>`),
    ];
    await mkdir(join(folder, id), { recursive: true });
    await writeFile(
      join(folder, id, "index.html"),
      `<!doctype html><title>${name}</title><p>${says}</p><ul>${rows.join("")}</ul>`,
    );
  }
  return performance.now() - begun;
}

async function sizesOf(folder: string): Promise<{ readonly largest: number; readonly overview: number }> {
  let largest = 0;
  for (const name of await readdir(join(folder, "services"))) {
    const path = join(folder, "services", name, "index.html");
    largest = Math.max(
      largest,
      await stat(path).then(
        ({ size }) => size,
        () => 0,
      ),
    );
  }
  return { largest, overview: (await readFile(join(folder, "index.html"))).length };
}

/** Of the demo's overview and a service's page, as they are served: a thousand rows are nobody's front page. */
async function lighthouseOf(): Promise<Readonly<Record<string, number>>> {
  const root = mkdtempSync(join(tmpdir(), "fairlead-bench-lighthouse-"));
  const builder = siteProcess({ entry: SITE_ENTRY, env: process.env, clock: systemClock });
  const folder = join(root, "out");
  await builder.build({ data: demoSite(), outDir: folder, siteRoot: SITE_ROOT, cacheDir: join(root, "cache") });
  await builder.close();
  const served = await serveSite({ folder, port: 0 });
  if ("diagnostic" in served) throw new Error(served.diagnostic.summary);
  served.site.open();
  const chrome = await launch({
    chromePath: await chromiumPath(),
    chromeFlags: ["--headless=new", "--no-sandbox", "--disable-gpu"],
    logLevel: "silent",
  });
  try {
    const lowest: Record<string, number> = {};
    for (const path of ["", "services/orders-api/"]) {
      const run = await lighthouse(`${served.site.url}${path}`, {
        port: chrome.port,
        logLevel: "silent",
        output: "json",
      });
      for (const [name, { score }] of Object.entries(run?.lhr.categories ?? {}))
        lowest[name] = Math.min(lowest[name] ?? 100, Math.round((score ?? 0) * 100));
    }
    return lowest;
  } finally {
    chrome.kill();
    await served.site.close();
    rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  }
}

if (import.meta.main) {
  const services = Number(process.argv[2] ?? 1_000);
  const seen = await measureSite({ services, turns: 3 });
  const ms = (n: number): string => n.toFixed(2);
  process.stdout.write(
    `${[
      `site of ${services} services × 90 days, ${seen.pages} pages: ${ms(seen.msPerPage)} ms a page (the first build ${ms(seen.firstMsPerPage)}), bare files ${ms(seen.bareMsPerPage)} ms a page; bar ≤ 10 ms`,
      `largest service page ${(seen.largestBytes / 1024).toFixed(1)} KB; bar ≤ 60 KB; overview ${(seen.overviewBytes / 1024).toFixed(0)} KB`,
      `Lighthouse, lowest of two pages: ${JSON.stringify(seen.lighthouse)}; bar ≥ 99`,
    ].join("\n")}\n`,
  );
}
