import { readdir, readFile } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import type { Clock, Ms } from "../model/basics.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { SiteData } from "../model/site-data.ts";
import { filesBesidePages } from "./files/files.ts";
import { iconBodies } from "./icon-bodies.ts";
import { prepareTemplate } from "./prepare-template.ts";
import { canDrawPreview, previewPicture } from "./preview-picture.ts";
import { publishFiles } from "./publish-files.ts";
import { readLogo } from "./read-logo.ts";
import { pageAddresses, siteViews } from "./site-views.ts";

/** Plain JSON: it crosses to the process that builds. */
export interface SiteRequest {
  readonly data: SiteData;
  /** Where the finished site is kept; made when it is missing. Files in it that are not ours are left alone. */
  readonly outDir: string;
  /** Where the logo is looked for; without it there is none. */
  readonly repository?: string;
  /** The package's `site/` folder. May be read-only. */
  readonly siteRoot: string;
  /** A folder of ours for copies and caches, on a disk that can be written. */
  readonly cacheDir: string;
}

export interface SiteBuilt {
  readonly pages: number;
  /** Files that differed from the ones already there. */
  readonly written: number;
  /** What the site had to do without. */
  readonly diagnostics: readonly Diagnostic[];
  readonly ms: Ms;
}

const NO_LOGO = { value: null, diagnostics: [] } as const;

/** The pages read this (`site/src/lib/site.ts`): they render in this process. */
const KEY = Symbol.for("fairlead.site");

/**
 * Builds the status site from its data with Astro, beside the folder that is served, and then puts it there file by file
 * (`publishFiles`): whatever fails, the site that was there stays whole. Throws what Astro throws; one at a time in a
 * process. A second build in the same process takes less than half the first's time,
 * and must be of the same pages: Astro remembers its list of pages (`siteProcess` sees to it).
 */
export async function buildSite({
  data,
  outDir,
  siteRoot,
  cacheDir,
  repository,
  clock,
  onProgress = () => undefined,
}: SiteRequest & {
  readonly clock: Pick<Clock, "monotonic">;
  readonly onProgress?: (says: string) => void;
}): Promise<SiteBuilt> {
  const start = clock.monotonic();
  const cache = resolve(cacheDir);
  onProgress("preparing the site's template");
  const root = await prepareTemplate({ siteRoot: resolve(siteRoot), cacheDir: cache });
  // Inside the template: what is drawn looks for its packages from where it lies.
  const fresh = join(root, "built");
  const [icons, logo] = await Promise.all([
    iconBodies(data.services.flatMap(({ icon, type }) => [icon ?? type, type])),
    data.logo === undefined || repository === undefined ? NO_LOGO : readLogo(repository, data.logo),
  ]);
  const input = {
    data,
    views: siteViews(data),
    icons,
    logo: logo.value?.file ?? null,
    hasPreview: canDrawPreview(data),
  };
  (globalThis as { [KEY]?: unknown })[KEY] = input;
  onProgress(`drawing ${pageAddresses(data).length} pages`);
  // Astro is large: only a process that builds loads it.
  const { build } = await import("astro");
  await build({
    root,
    outDir: fresh,
    base: data.base,
    cacheDir: join(cache, "astro"),
    vite: {
      cacheDir: join(cache, "vite"),
      logLevel: "error",
      // One stylesheet of everything, fetched once: a component may then use another's classes on any page.
      build: { cssCodeSplit: false },
      // What draws the pages carries its packages in itself. Left to look for them where it lies, below the user's
      // repository, it would meet the user's: other versions, or none.
      environments: { prerender: { resolve: { noExternal: true } } },
    },
    configFile: false,
    logLevel: "error",
    trailingSlash: "always",
    // Writing pages is waiting for the disk: the next are drawn meanwhile.
    build: { format: "directory", inlineStylesheets: "never", concurrency: 8 },
    compressHTML: true,
    devToolbar: { enabled: false },
  });
  onProgress("putting the site in place");
  const pages = await pagesIn(fresh);
  const preview = await previewPicture(data, await bannerIn(fresh));
  const written = await publishFiles({
    from: fresh,
    to: resolve(outDir),
    extra: new Map<string, string | Buffer>([
      ...filesBesidePages(data, pages),
      ...(logo.value === null ? [] : [[logo.value.file, logo.value.content] as const]),
      ...(preview === null ? [] : [["preview.png", preview] as const]),
    ]),
    record: join(cache, "published.json"),
  });
  return { pages: pages.length, written, diagnostics: logo.diagnostics, ms: clock.monotonic() - start };
}

/**
 * The banner's sentence in the site's language, as the front page gives it for the picture: what the picture says in place of a picture
 * is what it shows.
 */
async function bannerIn(folder: string): Promise<string | null> {
  const html = await readFile(join(folder, "index.html"), "utf8");
  return /<meta property="og:image:alt" content="([^"&<]*)"/.exec(html)?.[1] ?? null;
}

/** Their addresses below the site's root, sorted: `services/orders-api/`. */
async function pagesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true });
  return names
    .filter((name) => name.endsWith(".html"))
    .map((name) => name.replaceAll(sep, "/").replace(/(^|\/)index\.html$/, "$1"))
    .sort();
}
