import type { ServicePage } from "../../../src/model/site-data.ts";
import { counted } from "./format.ts";
import { VERDICT_WORDS } from "./words.ts";

type Day = ServicePage["days"][number];
type Verdict = Day["verdict"];

/** Height of a day's bar in percent: the shape says what the colour says. A day without data is a mark on the ground. */
export const BAR_HEIGHTS: Readonly<Record<Verdict, number>> = {
  operational: 100,
  degraded: 66,
  down: 36,
  maintenance: 100,
  unknown: 12,
};

/** One path a verdict, in a box of `days` × `height` units: small enough to draw a thousand services on a page. */
export function barPaths(days: readonly Day[], height: number): readonly { verdict: Verdict; d: string }[] {
  const paths = new Map<Verdict, string>();
  for (const [index, { verdict }] of days.entries()) {
    const length = Math.round((height * BAR_HEIGHTS[verdict]) / 100);
    paths.set(verdict, `${paths.get(verdict) ?? ""}M${index * 4 + 1.5} ${height}v-${length}`);
  }
  return [...paths].map(([verdict, d]) => ({ verdict, d }));
}

/** The bars in words, for those who hear the page. */
export function barsInWords(days: readonly Day[]): string {
  const known = days.filter((day) => day.verdict !== "unknown");
  if (known.length === 0) return `Last ${days.length} days: no results yet`;
  const parts = (["operational", "degraded", "down", "maintenance"] as const)
    .map((verdict) => [verdict, known.filter((day) => day.verdict === verdict).length] as const)
    .filter(([, n]) => n > 0)
    .map(([verdict, n]) => `${counted(n, "day")} ${VERDICT_WORDS[verdict].toLowerCase()}`);
  const without = days.length - known.length;
  return `Last ${days.length} days: ${[...parts, ...(without > 0 ? [`${counted(without, "day")} without results`] : [])].join(", ")}`;
}
