import { createRequire } from "node:module";
import type { Verdict } from "../model/health.ts";
import type { ServicePage, SiteData } from "../model/site-data.ts";

/** What is used of sharp, which Astro brings along where it can be installed. */
type Sharp = (input: Buffer) => { png(options: { readonly palette: boolean }): { toBuffer(): Promise<Buffer> } };

/** The last one drawn in this process: most builds change no mark and no bar. */
let last: { readonly svg: string; readonly png: Buffer } | undefined;

/**
 * The picture that chats and networks show beside a link to the site, 1200 × 630: the banner's mark and the days of the
 * services that are worst off. It has no words, since those of a picture depend on the fonts of the machine that draws it; title
 * and description say them. Null where sharp is not installed, or nobody knows the picture's whole address.
 */
export async function previewPicture(data: SiteData): Promise<Buffer | null> {
  if (data.url === undefined) return null;
  const sharp = loadSharp();
  if (sharp === null) return null;
  const svg = previewSvg(data);
  if (last?.svg !== svg) last = { svg, png: await sharp(Buffer.from(svg)).png({ palette: true }).toBuffer() };
  return last.png;
}

function loadSharp(): Sharp | null {
  try {
    return createRequire(import.meta.resolve("astro"))("sharp") as Sharp;
  } catch {
    return null;
  }
}

const COLOURS: Readonly<Record<Verdict, { readonly wash: string; readonly mark: string; readonly bar: string }>> = {
  operational: { wash: "#e4f3ea", mark: "#1a7a48", bar: "#3aa06c" },
  degraded: { wash: "#fbefd9", mark: "#8f5a00", bar: "#d9951f" },
  down: { wash: "#fbe6e4", mark: "#b3261e", bar: "#cf3b32" },
  maintenance: { wash: "#e6ecf8", mark: "#3659a8", bar: "#5a7cc7" },
  unknown: { wash: "#ecebe7", mark: "#65625c", bar: "#c4c0b8" },
};

/** The outlines of `site/src/components/MarkShapes.astro`, in a box of 20. */
const SHAPES: Readonly<Record<Verdict, string>> = {
  operational: '<circle cx="10" cy="10" r="9"/><path class="s" d="m5.8 10.4 2.8 2.8 5.6-6"/>',
  degraded: '<path d="M10 1.6 19.2 18H.8z"/><path class="s" d="M10 7.4v4.8m0 2.8v.01"/>',
  down: '<path d="M6.3 1h7.4L19 6.3v7.4L13.7 19H6.3L1 13.7V6.3z"/><path class="s" d="m7 7 6 6m0-6-6 6"/>',
  maintenance:
    '<rect x="3.6" y="3.6" width="12.8" height="12.8" rx="1.6" transform="rotate(45 10 10)"/><path class="s" d="M8 7v6m4-6v6"/>',
  unknown: '<circle cx="10" cy="10" r="9"/><circle class="s" cx="10" cy="10" r=".9"/>',
};

const GRAVEST_FIRST: readonly Verdict[] = ["down", "degraded", "unknown", "maintenance", "operational"];
const ROWS_MAX = 5;
const HEIGHTS: Readonly<Record<Verdict, number>> = {
  operational: 1,
  degraded: 0.66,
  down: 0.36,
  maintenance: 0.82,
  unknown: 0.12,
};

function previewSvg({ verdict, services }: SiteData): string {
  const { wash, mark } = COLOURS[verdict];
  const rows = services
    .filter(({ status }) => status !== "inactive")
    .toSorted((a, b) => GRAVEST_FIRST.indexOf(a.verdict) - GRAVEST_FIRST.indexOf(b.verdict))
    .slice(0, ROWS_MAX);
  const top = 315 - (rows.length * 90 - 30) / 2;
  const bars = rows.map((service, row) => barsOf(service, top + row * 90)).join("");
  return `<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="630"><style>.s{fill:none;stroke:${wash};stroke-width:2.1;stroke-linecap:round;stroke-linejoin:round}</style><rect width="1200" height="630" fill="${wash}"/><svg x="90" y="185" width="260" height="260" viewBox="0 0 20 20" fill="${mark}">${SHAPES[verdict]}</svg>${bars}</svg>`;
}

function barsOf({ days, verdict }: ServicePage, y: number): string {
  const step = 630 / Math.max(1, days.length);
  const bars = days
    .map((day, index) => {
      const height = 60 * HEIGHTS[day.verdict];
      return `<rect x="${(480 + index * step).toFixed(1)}" y="${(y + 60 - height).toFixed(1)}" width="${(step * 0.7).toFixed(1)}" height="${height.toFixed(1)}" fill="${COLOURS[day.verdict].bar}"/>`;
    })
    .join("");
  return `<svg x="420" y="${y + 12}" width="36" height="36" viewBox="0 0 20 20" fill="${COLOURS[verdict].mark}">${SHAPES[verdict]}</svg>${bars}`;
}
