import { chmod, cp, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { serveSite } from "../../src/cli/serve-site.ts";
import { systemClock } from "../../src/cli/system-clock.ts";
import { siteProcess } from "../../src/site/site-process.ts";
import { pageAddresses } from "../../src/site/site-views.ts";
import { SITE_ENTRY, SITE_ROOT } from "../support/demo-site-server.ts";
import { temporaryFolder } from "../support/git-folder.ts";
import { demoSite } from "../support/site-demo.ts";

test("a site is built from a read-only template, leaves foreign files alone, and removes what it no longer has", async () => {
  const root = temporaryFolder();
  const template = join(root, "site");
  for (const part of ["src", "public", "tsconfig.json"])
    await cp(join(SITE_ROOT, part), join(template, part), { recursive: true });
  const listing = async () => (await readdir(template, { recursive: true })).sort();
  const before = await listing();
  await chmod(template, 0o555);
  onTestFinished(() => chmod(template, 0o755));
  const builder = siteProcess({ entry: SITE_ENTRY, env: process.env, clock: systemClock });
  onTestFinished(() => builder.close());
  const outDir = join(root, "out");
  const build = (data: ReturnType<typeof demoSite>) =>
    builder.build({ data, outDir, siteRoot: template, cacheDir: join(root, "cache") });
  const data = demoSite();
  expect((await build(data)).pages).toBe(pageAddresses(data).length);
  // A root user may write anywhere, so the folder is compared as well.
  expect(await listing()).toEqual(before);

  await writeFile(join(outDir, "CNAME"), "status.example.com\n");
  const front = await stat(join(outDir, "404.html"));
  expect((await build(data)).written).toBe(0);
  expect((await stat(join(outDir, "404.html"))).mtimeMs).toBe(front.mtimeMs);

  await build({ ...data, services: data.services.filter(({ id }) => id !== "mailer") });
  expect(await readdir(join(outDir, "services"))).not.toContain("mailer");
  expect(await readFile(join(outDir, "CNAME"), "utf8")).toBe("status.example.com\n");
});

test("other versions of its packages in the user's repository are none of its business", async () => {
  const repository = temporaryFolder();
  for (const name of ["cookie", "devalue", "clsx", "d3-scale", "d3-shape", "@oslojs/encoding"]) {
    const folder = join(repository, "node_modules", name);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "package.json"), JSON.stringify({ name, version: "0.0.1", main: "index.js" }));
    await writeFile(join(folder, "index.js"), "module.exports = {};\n");
  }
  const builder = siteProcess({ entry: SITE_ENTRY, env: process.env, clock: systemClock });
  onTestFinished(() => builder.close());
  const outDir = join(repository, "dist");
  const request = { data: demoSite(), outDir, siteRoot: SITE_ROOT, cacheDir: join(repository, "cache") };
  expect((await builder.build(request)).pages).toBeGreaterThan(2);
});

test("until it is open a site tells visitors to wait, whatever pages an earlier run has left", async () => {
  const folder = temporaryFolder();
  await writeFile(join(folder, "index.html"), "yesterday");
  const served = await serveSite({ folder, port: 0 });
  if (!("site" in served)) throw new Error("the site could not listen");
  onTestFinished(() => served.site.close());
  const early = await fetch(served.site.url);
  expect([early.status, early.headers.get("retry-after")]).toEqual([503, "2"]);
  expect(await early.text()).toContain("Services are starting");
  served.site.open();
  expect(await (await fetch(served.site.url)).text()).toBe("yesterday");
});

test("a port that is in use is a diagnostic that says what to do", async () => {
  const folder = temporaryFolder();
  const first = await serveSite({ folder, port: 0 });
  if (!("site" in first)) throw new Error("the first could not listen");
  onTestFinished(() => first.site.close());
  const port = Number(new URL(first.site.url).port);
  expect(await serveSite({ folder, port })).toEqual({
    diagnostic: {
      code: "site-port-unavailable",
      severity: "error",
      summary: `port ${port} is in use by another program, so the status site cannot be served there`,
      hint: "End that program, or choose another port with --port.",
    },
  });
});
