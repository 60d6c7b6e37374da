import type { Ms } from "../model/basics.ts";
import type { Segment } from "../model/health.ts";
import type { Tree } from "../model/tree.ts";
import { DAY_MS, dayOf, HOUR_MS, hourOf, monthOf, startOfDay, startOfHour, stretchOf } from "./calendar.ts";
import { calmNow, compact, compactUntil, datesOf, type Layers, monthsOf, oldestHour } from "./compact.ts";
import {
  daysPath,
  digestOfSegment,
  filesOf,
  type HistoryFiles,
  historyFiles,
  hourOfPath,
  hoursPath,
  rawFolder,
} from "./history-files.ts";
import type { Base } from "./live-history.ts";
import type { Retention } from "./retention.ts";
import { watchingOf } from "./watching.ts";

/** A failure is confirmed by what comes within this time after it, unless it is watched so seldom that it needs more. */
const LOOKAHEAD_MS: Ms = 12 * HOUR_MS;
const LOOKAHEAD_MAX_MS: Ms = 48 * HOUR_MS;
/** Days are read of as many days as any page shows, and a whole month more. */
const DAYS_READ_MS: Ms = 122 * DAY_MS;

export interface Where {
  readonly environment: string;
  readonly now: Ms;
  readonly retention: Retention;
}

/** What is needed of an environment to show it at `now`, and to go on from there. */
export async function baseIn(files: HistoryFiles, { environment, now, retention }: Where): Promise<Base> {
  const raw = await files.raw(environment, await files.list(rawFolder(environment)), now);
  const folder = rawFolder(environment).slice("raw/".length);
  const segments = raw.map(({ segment }) => segment);
  const last = (await files.list(`hours/${folder}`)).slice(-2).map(({ path }) => dateIn(path));
  // The hours of the last two days are shown, whether there are samples of them or not.
  const shown = [now - 2 * DAY_MS, now - DAY_MS, now].map(dayOf);
  const dates = [...new Set([...datesOf(segments, oldestHour(now, retention), now), ...last, ...shown])].sort();
  const months = new Set(monthsOf(dates));
  for (let at = Math.max(0, startOfDay(now - DAYS_READ_MS)); at <= now; at += DAY_MS) months.add(monthOf(at));
  const years = (await files.list(`months/${folder}`)).map(({ path }) => dateIn(path));
  const layers = await files.layers(environment, { dates, months: [...months].sort(), years });
  return {
    environment,
    retention,
    layers,
    raw,
    dates: [...new Set([...layers.hours.keys()].map((hour) => hour.slice(0, 10)))],
    closed: new Set(dates.filter((date) => files.unusable.has(hoursPath(environment, date)))),
  };
}

/** Every layer that is kept. */
export async function everythingIn(files: HistoryFiles, environment: string): Promise<Layers> {
  const folder = rawFolder(environment).slice("raw/".length);
  const names = async (layer: string): Promise<string[]> =>
    (await files.list(`${layer}/${folder}`)).map(({ path }) => dateIn(path));
  return files.layers(environment, {
    dates: await names("hours"),
    months: await names("days"),
    years: await names("months"),
  });
}

/** Whether it lies there, or has been counted into its hour already. */
export async function isKept(tree: Tree, segment: Segment, path: string, content: Uint8Array): Promise<boolean> {
  if ((await tree.idAt(path)) !== null) return true;
  const date = dayOf(segment.from);
  if ((await tree.idAt(hoursPath(segment.environment, date))) === null) return false;
  const { hours } = await historyFiles(tree).layers(segment.environment, { dates: [date], months: [], years: [] });
  return hours.get(hourOf(segment.from))?.segments.includes(digestOfSegment(content)) ?? false;
}

/** Whether its hours are let go: by the clock, and by what is kept (`calmNow`). */
export async function isTooOld(
  tree: Tree,
  { environment, from }: Segment,
  now: Ms,
  retention: Retention,
): Promise<boolean> {
  const hour = startOfHour(from);
  if (hour >= oldestHour(now, retention)) return false;
  const kept = await historyFiles(tree).list(hoursPath(environment, "").slice(0, -"/.json".length));
  const dates = kept.map(({ path }) => dateIn(path));
  return dates.length > 0 && hour < oldestHour(calmNow(dates, now, now, retention), retention);
}

/** What a compaction changes: layers that say something else than before, and files that go. Empty where nothing is due. */
export async function compaction(
  files: HistoryFiles,
  tree: Tree,
  { environment, now, retention }: Where,
): Promise<ReadonlyMap<string, Uint8Array | null>> {
  const put = new Map<string, Uint8Array | null>();
  const entries = await files.list(rawFolder(environment));
  const folder = rawFolder(environment).slice("raw/".length);
  const kept = (await files.list(`hours/${folder}`)).map(({ path }) => dateIn(path));
  const months = (await files.list(`days/${folder}`)).map(({ path }) => dateIn(path));
  const left = startOfHour(now - retention.rawMs);
  const isIn = (end: Ms) => (hour: string | null) => hour !== null && hour < hourOf(end);
  const due = entries.filter(({ path }) => isIn(left)(hourOfPath(path)));
  const gone = await files.raw(environment, due, now);
  // Files that nobody can read stay: they are no reason to read the next hours each time.
  const ahead = (from: Ms, to: Ms) =>
    gone.length === 0 ? [] : entries.filter(({ path }) => isIn(to)(hourOfPath(path)) && !isIn(from)(hourOfPath(path)));
  const soon = [...gone, ...(await files.raw(environment, ahead(left, left + LOOKAHEAD_MS), now))];
  const lookahead = lookaheadOf(soon.map(({ segment }) => segment));
  const later = ahead(left + LOOKAHEAD_MS, left + lookahead);
  const raw = later.length === 0 ? soon : [...soon, ...(await files.raw(environment, later, now))];
  // A file that nobody can read is passed by: it must not hold up the others.
  const first = raw.reduce((oldest, { segment }) => Math.min(oldest, segment.from), Number.POSITIVE_INFINITY);
  const until = raw.length === 0 ? null : compactUntil(first, now, retention);
  const calm = calmNow(kept, Math.min(first, now), now, retention);
  const oldest = oldestHour(calm, retention);
  if (until !== null) {
    const near = raw.filter(({ path }) => isIn(until + lookahead)(hourOfPath(path)));
    const segments = near.map(({ segment }) => segment).filter(({ from }) => from < until);
    // The last days may be over since; those of a file that somebody removed, since it could not be read, are made anew.
    const last = kept.filter(
      (date, index) => date < dayOf(until) && (index >= kept.length - 2 || !months.includes(date.slice(0, 7))),
    );
    const dates = [...new Set([...datesOf(segments, oldest, until + DAY_MS), ...last])].sort();
    const of = { dates, months: monthsOf(dates), years: [...new Set(dates.map((date) => date.slice(0, 4)))] };
    const layers = await files.layers(environment, of);
    // A file that cannot be read must not be written over: its segments wait until somebody has looked at it.
    const usable = near.filter(({ segment }) => !files.unusable.has(hoursPath(environment, dayOf(segment.from))));
    const after = compact(layers, usable, { until, now, oldest, ended: last });
    for (const [path, content] of filesOf(environment, after.layers, of))
      if (!files.unusable.has(path) && !(await holds(tree, path, content))) put.set(path, content);
    for (const { path } of after.gone) put.set(path, null);
  }
  const isOver = (period: string, limit: Ms): boolean => (stretchOf(period)?.to ?? limit + 1) <= limit;
  for (const date of kept) if (isOver(date, oldest)) put.set(hoursPath(environment, date), null);
  for (const month of months) if (isOver(month, calm - retention.daysMs)) put.set(daysPath(environment, month), null);
  return put;
}

/** How long it takes, where it is watched least often, to confirm what was seen last: a beat more than is needed. */
function lookaheadOf(segments: readonly Segment[]): Ms {
  const needed = segments.flatMap((segment) =>
    Object.keys(segment.watching).map((service) => {
      const { cadenceMs, timeoutMs, failure_threshold, success_threshold } = watchingOf(segment, service);
      return Math.max(failure_threshold, success_threshold) * cadenceMs + timeoutMs;
    }),
  );
  return Math.min(
    LOOKAHEAD_MAX_MS,
    needed.reduce((most, one) => Math.max(most, one), LOOKAHEAD_MS),
  );
}

function dateIn(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1, -".json".length);
}

async function holds(tree: Tree, path: string, content: Uint8Array): Promise<boolean> {
  const blob = await tree.idAt(path);
  if (blob === null) return false;
  for await (const { content: kept } of tree.read([blob])) return Buffer.compare(kept, content) === 0;
  return false;
}
