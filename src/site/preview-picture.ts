import { createRequire } from "node:module";
import type { Verdict } from "../model/health.ts";
import type { ServicePage, SiteData } from "../model/site-data.ts";
import { linesOf, widthOf, wordsAsPath } from "./preview-words.ts";

/** What is used of sharp, which Astro brings along where it can be installed. */
type Sharp = (input: Buffer) => { png(options: { readonly palette: boolean }): { toBuffer(): Promise<Buffer> } };

/** The last one drawn in this process: most builds change no mark and no bar. */
let last: { readonly svg: string; readonly png: Buffer } | undefined;

/** Where sharp is installed, and it is known where the picture will be found: previews need its whole address. */
export function canDrawPreview({ url }: Pick<SiteData, "url">): boolean {
  return url !== undefined && loadSharp() !== null;
}

/**
 * The picture that chats and networks show beside a link to the site, 1200 × 630: its title, the banner's mark and sentence (`says`,
 * in the site's language), and its days as one row. Words are outlines that come with us (`preview-letters.ts`), so that the picture is
 * the same on a machine without a font. Other writing than Western European Latin has no outlines here, since a font of Chinese weighs
 * megabytes: such a line is left out, and title and description beside the picture say it. Null where it cannot be drawn.
 */
export async function previewPicture(data: SiteData, says: string | null): Promise<Buffer | null> {
  const sharp = loadSharp();
  if (sharp === null || data.url === undefined) return null;
  const svg = previewSvg(data, says);
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

/** What a day was for the whole site: the gravest that is known of it. */
const GRAVEST_FIRST: readonly Verdict[] = ["down", "degraded", "maintenance", "operational"];
/** Height of a day's bar: the shape says what the colour says, as on the pages. */
const HEIGHTS: Readonly<Record<Verdict, number>> = {
  operational: 1,
  degraded: 0.66,
  down: 0.36,
  maintenance: 0.82,
  unknown: 0.12,
};
const INK = "#1d1c1a";
const INK_SOFT = "#5b5852";
const LEFT = 80;
const WIDTH = 1040;
/** Of the banner's words, beside the mark. */
const INDENT = 190;

/** Exported for tests, which read words better than pixels. */
export function previewSvg({ title, verdict, services }: SiteData, says: string | null): string {
  const { wash, mark } = COLOURS[verdict];
  const days = daysOf(services);
  const told = linesOf(title, { width: WIDTH, sizes: [44, 36], most: 1 });
  const banner = says === null ? null : bannerLines(says);
  const size = banner === null ? 260 : 150;
  // Centred on the mark, whose middle is at 260.
  const top = banner === null ? 0 : 260 + banner.size * (0.35 - 0.575 * (banner.lines.length - 1));
  const words = [
    ...(told?.lines ?? []).map((line) => wordsAsPath(line, { x: LEFT, y: 116, size: told?.size ?? 0, fill: INK_SOFT })),
    ...(banner?.lines ?? []).map((line, index) => {
      const size = banner?.size ?? 0;
      return wordsAsPath(line, { x: LEFT + INDENT, y: top + index * size * 1.15, size, fill: INK });
    }),
    ...datesOf(days),
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="630">`,
    `<style>.s{fill:none;stroke:${wash};stroke-width:2.1;stroke-linecap:round;stroke-linejoin:round}</style>`,
    `<rect width="1200" height="630" fill="${wash}"/>`,
    `<svg x="${banner === null ? 600 - size / 2 : LEFT}" y="${260 - size / 2}" width="${size}" height="${size}" viewBox="0 0 20 20" fill="${mark}">${SHAPES[verdict]}</svg>`,
    ...words,
    ...days.map((day, index) => barOf(day.verdict, index, days.length)),
    "</svg>",
  ].join("");
}

/** On one line where it may be large there; else on two. */
function bannerLines(says: string): ReturnType<typeof linesOf> {
  const width = WIDTH - INDENT;
  const one = linesOf(says, { width, sizes: [92, 80, 68], most: 1 });
  return one === null || !one.lines[0]?.endsWith("…")
    ? one
    : linesOf(says, { width, sizes: [80, 68, 58, 50], most: 2 });
}

type Day = Pick<ServicePage["days"][number], "day" | "verdict">;

function daysOf(services: readonly ServicePage[]): readonly Day[] {
  const watched = services.filter(({ status }) => status !== "inactive");
  return (watched[0]?.days ?? []).map(({ day }, index) => {
    const verdicts = new Set(watched.map(({ days }) => days[index]?.verdict));
    return { day, verdict: GRAVEST_FIRST.find((verdict) => verdicts.has(verdict)) ?? "unknown" };
  });
}

/** The first day's and the last one's, in digits: they say how old the picture is, in any language. */
function datesOf(days: readonly Day[]): readonly string[] {
  const [first, newest] = [days[0]?.day, days.at(-1)?.day];
  if (first === undefined || newest === undefined) return [];
  const place = { y: 572, size: 26, fill: INK_SOFT };
  const right = LEFT + WIDTH - (widthOf(newest, place.size) ?? 0);
  return [wordsAsPath(first, { ...place, x: LEFT }) ?? "", wordsAsPath(newest, { ...place, x: right }) ?? ""];
}

function barOf(verdict: Verdict, index: number, all: number): string {
  const step = (WIDTH + 4) / all;
  const height = 110 * HEIGHTS[verdict];
  return `<rect x="${(LEFT + index * step).toFixed(1)}" y="${(524 - height).toFixed(1)}" width="${(step - 4).toFixed(1)}" height="${height.toFixed(1)}" rx="2" fill="${COLOURS[verdict].bar}"/>`;
}
