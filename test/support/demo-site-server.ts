import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serveSite } from "../../src/cli/serve-site.ts";
import { systemClock } from "../../src/cli/system-clock.ts";
import type { SiteData } from "../../src/model/site-data.ts";
import { siteProcess } from "../../src/site/site-process.ts";

export const SITE_ROOT = join(import.meta.dirname, "../../site");
export const SITE_ENTRY = join(import.meta.dirname, "../../src/cli/build-site-main.ts");

/** A site built from `data` in a process of its own and served on a free port, until closed. */
export async function servedSite(data: SiteData): Promise<{
  readonly url: string;
  readonly folder: string;
  close(): Promise<void>;
}> {
  const root = await mkdtemp(join(tmpdir(), "fairlead-site-"));
  const folder = join(root, "out");
  const builder = siteProcess({ entry: SITE_ENTRY, env: process.env, clock: systemClock });
  try {
    await builder.build({ data, outDir: folder, siteRoot: SITE_ROOT, cacheDir: join(root, "cache") });
  } finally {
    await builder.close();
  }
  const served = await serveSite({ folder, port: 0, base: data.base });
  if ("diagnostic" in served) throw new Error(served.diagnostic.summary);
  served.site.open();
  return {
    url: served.site.url,
    folder,
    async close() {
      await served.site.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}
