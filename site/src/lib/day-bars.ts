import type { ServicePage } from "../../../src/model/site-data.ts";
import { texts } from "./texts.ts";

type Day = ServicePage["days"][number];
type Verdict = Day["verdict"];

/** Height of a day's bar in percent: the shape says what the colour says. A day without data is a mark on the ground. */
const BAR_HEIGHTS: Readonly<Record<Verdict, number>> = {
  operational: 100,
  degraded: 66,
  down: 36,
  maintenance: 82,
  unknown: 12,
};

/**
 * One path a verdict, in a box of `days` × `height` units: small enough to draw a thousand services on a page. Days in a row are one
 * stroke as thick as the bars are high, and dashes of 3 with gaps of 1 (the style's) make bars of it.
 */
export function barPaths(
  days: readonly Pick<Day, "verdict">[],
  height: number,
): readonly { readonly verdict: Verdict; readonly d: string; readonly thickness: number }[] {
  const paths = new Map<Verdict, string>();
  const thicknessOf = (verdict: Verdict): number => Math.round((height * BAR_HEIGHTS[verdict]) / 100);
  let from = 0;
  for (const [index, { verdict }] of days.entries()) {
    if (days[index + 1]?.verdict === verdict) continue;
    const length = (index + 1 - from) * 4 - 1;
    paths.set(verdict, `${paths.get(verdict) ?? ""}M${from * 4} ${height - thicknessOf(verdict) / 2}h${length}`);
    from = index + 1;
  }
  return [...paths].map(([verdict, d]) => ({ verdict, d, thickness: thicknessOf(verdict) }));
}

/** The bars in words, for those who hear the page. */
export function barsInWords(days: readonly Pick<Day, "verdict">[]): string {
  const { counted, overview, verdicts } = texts();
  const all = counted.days(days.length);
  const known = days.filter((day) => day.verdict !== "unknown");
  if (known.length === 0) return overview.barsNothing(all);
  const parts = (["operational", "degraded", "down", "maintenance"] as const)
    .map((verdict) => [verdict, known.filter((day) => day.verdict === verdict).length] as const)
    .filter(([, n]) => n > 0)
    .map(([verdict, n]) => overview.barsPart(counted.days(n), verdicts[verdict]));
  const without = days.length - known.length;
  if (without > 0) parts.push(overview.barsWithout(counted.days(without)));
  return overview.bars(all, parts.join(", "));
}
