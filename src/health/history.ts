import { GitError } from "../git/git-error.ts";
import type { Clock, Ms } from "../model/basics.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { HealthStore, Segment } from "../model/health.ts";
import type { RefStore } from "../model/ref-store.ts";
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
  rawPath,
} from "./history-files.ts";
import { type Base, historyOf, liveHistory } from "./live-history.ts";
import { type Retention, retentionOf } from "./retention.ts";
import { encodeSegment } from "./segment-codec.ts";
import { isSquashDue, SINCE_PATH, sinceFile, squash } from "./squash.ts";
import { type PublishedFigures, verifyFigures, verifyLayers } from "./verify.ts";

export const HEALTH_REF = "refs/fairlead/health";

/** How often an append tries again when other collectors were faster. */
const ATTEMPTS_MAX = 8;
/** A failure is confirmed by what comes within this time after it: a dozen askings of a collector that comes hourly. */
const LOOKAHEAD_MS: Ms = 12 * HOUR_MS;
/** Days are read of as many days as any page shows, and a whole month more. */
const DAYS_READ_MS: Ms = 122 * DAY_MS;

/**
 * Health history over a RefStore. A segment is an immutable file of its own, so that two collectors never edit the same
 * one: losing the race for the ref means trying again on the new tip. Once its hour has left the window it is counted into
 * the hour, and the file goes, in one commit: at every commit each segment counts once. Where things lie: `history-files.ts`.
 */
export function healthStore({
  refs,
  random,
  clock,
  ref = HEALTH_REF,
  retention: asked = {},
}: {
  readonly refs: RefStore;
  /** A fresh nonce of hex digits at each call. */
  readonly random: () => string;
  /** For waiting between attempts, and for what is old. */
  readonly clock: Pick<Clock, "sleep" | "now">;
  readonly ref?: string;
  readonly retention?: Partial<Retention>;
}): HealthStore & { verify(environment: string, site?: PublishedSite): Promise<readonly Diagnostic[]> } {
  const retention = retentionOf(asked);

  /** Tries until a swap is won, each time on the tip as it is then; null where every attempt was overtaken. */
  async function swapped<T>(
    attempts: number,
    attempt: (tip: Awaited<ReturnType<RefStore["read"]>>) => Promise<Change<T>>,
  ): Promise<T | null> {
    const nonce = random();
    for (let n = 0; n < attempts; n++) {
      // Collectors that lost together must not meet again: the wait is spread by the nonce.
      if (n > 0) await clock.sleep(n * 50 * (1 + (Number.parseInt(nonce.slice(0, 4), 16) || 0) / 0xffff));
      const tip = await refs.read(ref);
      const { put, message, value } = await attempt(tip);
      if (put.size === 0) return value;
      const swap = await refs.swap({ ref, expected: tip.oid, put, parent: "expected", nonce, message });
      if (swap.is === "won") return value;
      // `conflict`: someone else was first. `unknown`: the next round looks whether our files are there.
    }
    return null;
  }

  async function compactOn(tree: Tree, environment: string): Promise<Change<Compacted>> {
    const now = clock.now();
    const files = historyFiles(tree);
    const put = await compaction(files, tree, { environment, now, retention });
    const moved = [...put].filter(([path, content]) => content === null && path.startsWith("raw/")).length;
    const value = { moved, diagnostics: files.diagnostics };
    return { put, message: `Counts ${count(moved, "segment")} of ${environment} into hours`, value };
  }

  /** What an append also does, where it is due: never a reason for it to fail, since the next one does it again. */
  async function keepTidy(tree: Tree, environment: string): Promise<void> {
    const now = clock.now();
    const oldest = stretchOf((await historyFiles(tree).oldestRaw(environment)) ?? "");
    if (oldest !== null && compactUntil(oldest.from, now, retention) !== null)
      await swapped(2, (tip) => compactOn(tip.tree, environment));
    if (await isSquashDue(tree, now)) await squash(refs, { ref, now, nonce: random() });
  }

  return {
    async append(segment) {
      const content = encodeSegment(segment);
      const path = rawPath(segment, content);
      const message = `Health of ${segment.environment}: ${count(segment.samples.length, "sample")} by ${segment.collector}`;
      let before: Tree | null = null;
      try {
        const problems = await swapped<readonly Diagnostic[]>(ATTEMPTS_MAX, async ({ oid, tree }) => {
          before = oid === null ? null : tree;
          const put = new Map<string, Uint8Array | null>();
          if (await isTooOld(tree, segment, clock.now(), retention))
            return { put, message, value: [tooOld(segment, retention)] };
          if (!(await isKept(tree, segment, path, content))) {
            put.set(path, content);
            if (oid === null) put.set(SINCE_PATH, sinceFile(clock.now()));
          }
          return { put, message, value: [] };
        });
        if (problems === null)
          return [notStored(segment, `${ATTEMPTS_MAX} attempts were overtaken by other collectors`)];
        if (problems.length > 0) return problems;
      } catch (error) {
        // A full disk, a remote out of reach: whoever watches services goes on watching them.
        if (!(error instanceof GitError)) throw error;
        return [notStored(segment, error.message)];
      }
      if (before !== null)
        await keepTidy(before, segment.environment).catch((error: unknown) => {
          if (!(error instanceof GitError)) throw error;
        });
      return [];
    },

    async read(environment) {
      const now = clock.now();
      const { tree } = await refs.read(ref);
      const files = historyFiles(tree);
      const base = await baseIn(files, { environment, now, retention });
      return { value: historyOf(base, now), diagnostics: files.diagnostics };
    },

    async follow(environment) {
      const now = clock.now();
      const { tree } = await refs.read(ref);
      const files = historyFiles(tree);
      const base = await baseIn(files, { environment, now, retention });
      return { value: liveHistory(base), diagnostics: files.diagnostics };
    },

    /** Checks what is kept against itself and, where it is given, what a site published of it. */
    async verify(environment, site) {
      const { tree } = await refs.read(ref);
      const files = historyFiles(tree);
      const layers = await everythingIn(files, environment);
      const until = clock.now() - retention.rawMs;
      const problems = [...files.diagnostics, ...verifyLayers(layers, { until })];
      if (site === undefined) return problems;
      // As it was when the site was made: what came later was not known then.
      const then = historyFiles(tree);
      const base = await baseIn(then, { environment, now: site.generatedAt, retention });
      const raw = base.raw.flatMap(({ segment, ...file }) => {
        const known = segmentUntil(segment, site.generatedAt);
        return known === null ? [] : [{ ...file, segment: known }];
      });
      const history = historyOf({ ...base, raw }, site.generatedAt);
      return [...problems, ...verifyFigures(site.services, { history, now: site.generatedAt })];
    },

    async compact(environment) {
      let moved = 0;
      const diagnostics: Diagnostic[] = [];
      try {
        // Each round takes at most a day of samples: a year's worth of rounds is bound enough.
        for (let round = 0; round < 400; round++) {
          const done = await swapped(ATTEMPTS_MAX, (tip) => compactOn(tip.tree, environment));
          if (done === null) return { value: moved, diagnostics: [...diagnostics, notCompacted(environment)] };
          moved += done.moved;
          if (done.moved === 0) {
            diagnostics.push(...done.diagnostics);
            break;
          }
        }
        await squash(refs, { ref, now: clock.now(), nonce: random() });
      } catch (error) {
        if (!(error instanceof GitError)) throw error;
        diagnostics.push(notCompacted(environment, error.message));
      }
      return { value: moved, diagnostics };
    },
  };
}

/** What of a segment had been seen by then; null where it was nothing. */
function segmentUntil(segment: Segment, at: Ms): Segment | null {
  if (segment.to <= at) return segment;
  if (segment.from > at) return null;
  const samples = segment.samples.filter((sample) => sample.at <= at);
  const expected = { ...segment.expected };
  for (const { service, at: began } of segment.samples)
    if (began > at && Object.hasOwn(expected, service)) expected[service] = Math.max(0, (expected[service] ?? 0) - 1);
  return { ...segment, to: at, samples, expected };
}

/** What a site's `data.json` says that can be counted again. */
export interface PublishedSite {
  readonly generatedAt: Ms;
  readonly services: readonly PublishedFigures[];
}

async function everythingIn(files: HistoryFiles, environment: string): Promise<Layers> {
  const folder = rawFolder(environment).slice("raw/".length);
  const names = async (layer: string): Promise<string[]> =>
    (await files.list(`${layer}/${folder}`)).map(({ path }) => dateIn(path));
  return files.layers(environment, {
    dates: await names("hours"),
    months: await names("days"),
    years: await names("months"),
  });
}

interface Change<T> {
  /** Nothing: there is nothing to be done. */
  readonly put: ReadonlyMap<string, Uint8Array | null>;
  readonly message: string;
  readonly value: T;
}

interface Compacted {
  readonly moved: number;
  readonly diagnostics: readonly Diagnostic[];
}

/** Whether it lies there, or has been counted into its hour already. */
async function isKept(tree: Tree, segment: Segment, path: string, content: Uint8Array): Promise<boolean> {
  if ((await tree.idAt(path)) !== null) return true;
  const date = dayOf(segment.from);
  if ((await tree.idAt(hoursPath(segment.environment, date))) === null) return false;
  const { hours } = await historyFiles(tree).layers(segment.environment, { dates: [date], months: [], years: [] });
  return hours.get(hourOf(segment.from))?.segments.includes(digestOfSegment(content)) ?? false;
}

/** Whether its hours are let go: by the clock, and by what is kept (`calmNow`). */
async function isTooOld(tree: Tree, { environment, from }: Segment, now: Ms, retention: Retention): Promise<boolean> {
  const hour = startOfHour(from);
  if (hour >= oldestHour(now, retention)) return false;
  const kept = await historyFiles(tree).list(hoursPath(environment, "").slice(0, -"/.json".length));
  const dates = kept.map(({ path }) => dateIn(path));
  return dates.length > 0 && hour < oldestHour(calmNow(dates, now, now, retention), retention);
}

interface Where {
  readonly environment: string;
  readonly now: Ms;
  readonly retention: Retention;
}

/** What a compaction changes: layers that say something else than before, and files that go. Empty where nothing is due. */
async function compaction(
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
  const isDue = entries.some(({ path }) => isIn(left)(hourOfPath(path)));
  const old = isDue ? entries.filter(({ path }) => isIn(left + LOOKAHEAD_MS)(hourOfPath(path))) : [];
  const raw = await files.raw(environment, old, now);
  // A file that nobody can read is passed by: it must not hold up the others.
  const first = raw.reduce((oldest, { segment }) => Math.min(oldest, segment.from), Number.POSITIVE_INFINITY);
  const until = raw.length === 0 ? null : compactUntil(first, now, retention);
  const calm = calmNow(kept, Math.min(first, now), now, retention);
  const oldest = oldestHour(calm, retention);
  if (until !== null) {
    const near = raw.filter(({ path }) => isIn(until + LOOKAHEAD_MS)(hourOfPath(path)));
    const segments = near.map(({ segment }) => segment).filter(({ from }) => from < until);
    // The last days may be over since; those of a file that somebody removed, since it could not be read, are made anew.
    const last = kept.filter(
      (date, index) => date < dayOf(until) && (index >= kept.length - 2 || !months.includes(date.slice(0, 7))),
    );
    const dates = [...new Set([...datesOf(segments, oldest, until), ...last])].sort();
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

function dateIn(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1, -".json".length);
}

async function holds(tree: Tree, path: string, content: Uint8Array): Promise<boolean> {
  const blob = await tree.idAt(path);
  if (blob === null) return false;
  for await (const { content: kept } of tree.read([blob])) return Buffer.compare(kept, content) === 0;
  return false;
}

/** What is needed of an environment to show it at `now`, and to go on from there. */
async function baseIn(files: HistoryFiles, { environment, now, retention }: Where): Promise<Base> {
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

function tooOld({ environment, from, collector }: Segment, { hoursMs }: Retention): Diagnostic {
  return {
    code: "health-too-old",
    severity: "warning",
    summary: `health history: what ${collector} saw on ${dayOf(from)} is too old to be counted`,
    detail: `Hours are kept for ${Math.round(hoursMs / DAY_MS)} days; what lies before is counted by day, and closed.`,
    hint: "Look at the clock of the machine that watches.",
    environment,
  };
}

function notStored({ environment, samples }: Segment, why: string): Diagnostic {
  return {
    code: "health-not-stored",
    severity: "warning",
    summary: `health history: ${count(samples.length, "sample")} could not be stored yet: ${why}`,
    detail: "They are kept in memory and tried again, as long as this command runs.",
    hint: `Look at ${HEALTH_REF} with \`git log\`.`,
    environment,
  };
}

function notCompacted(environment: string, why = "every attempt was overtaken by collectors"): Diagnostic {
  return {
    code: "health-not-stored",
    severity: "warning",
    summary: `health history: old samples could not be counted into hours yet: ${why}`,
    detail: "Nothing is lost: they stay as they are, and the next run tries again.",
    hint: `Look at ${HEALTH_REF} with \`git log\`.`,
    environment,
  };
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}
