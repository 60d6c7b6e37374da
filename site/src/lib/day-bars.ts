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

/** One path a verdict, in a box of `days` × `height` units: small enough to draw a thousand services on a page. */
export function barPaths(
  days: readonly Pick<Day, "verdict">[],
  height: number,
): readonly { verdict: Verdict; d: string }[] {
  const paths = new Map<Verdict, string>();
  for (const [index, { verdict }] of days.entries()) {
    const length = Math.round((height * BAR_HEIGHTS[verdict]) / 100);
    paths.set(verdict, `${paths.get(verdict) ?? ""}M${index * 4 + 1.5} ${height}v-${length}`);
  }
  return [...paths].map(([verdict, d]) => ({ verdict, d }));
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
