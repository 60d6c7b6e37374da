import type { Ms } from "../model/basics.ts";
import type { Period, Segment, Standing } from "../model/health.ts";
import { DAY_MS, dayOf, HOUR_MS, hourOf, startOfDay, startOfHour, stretchOf } from "./calendar.ts";
import { dayOfHours, type Hours, hoursOf, layHours, monthOfDays } from "./layers.ts";
import { judges, replay, verdictAt } from "./replay.ts";
import type { Retention } from "./retention.ts";
import { type Track, type TrackEvent, tracksOf } from "./tracks.ts";

/** What is kept of an environment beside its samples: all of it, or the part that a task needs. */
export interface Layers {
  readonly hours: Hours;
  readonly days: ReadonlyMap<string, Period>;
  readonly months: ReadonlyMap<string, Period>;
  readonly before: readonly Standing[];
}

/** A segment as it lies in a file of its own; the digest is of the file's bytes. */
export interface RawSegment {
  readonly path: string;
  readonly digest: string;
  readonly segment: Segment;
}

/** At most so many hours of samples go into one compaction: an append that finds a year of them stays an append. */
const HOURS_MAX = 24;
/** A collector that has been silent for longer begins anew. */
const STANDING_MAX_MS: Ms = 8 * DAY_MS;

/** Up to where samples may go now: whole hours that have left the window; null where there are none. `oldest` is of the samples. */
export function compactUntil(oldest: Ms, now: Ms, { rawMs }: Retention): Ms | null {
  const until = Math.min(startOfHour(now - rawMs), startOfHour(oldest) + HOURS_MAX * HOUR_MS);
  return until >= startOfHour(oldest) + HOUR_MS ? until : null;
}

/**
 * The moment by which things are let go for being old: the clock's, but never far behind the newest hours that are kept (dates,
 * in order). One wrong clock among the collectors would otherwise end years of history at once; so it has to be wrong for days.
 */
export function calmNow(dates: readonly string[], first: Ms, now: Ms, { rawMs }: Retention): Ms {
  const newest = stretchOf(dates.at(-1) ?? "")?.to ?? first;
  return Math.min(now, newest + rawMs + 2 * DAY_MS);
}

/** Hours before this one are not kept any more, and nothing can be added to them. */
export function oldestHour(now: Ms, { hoursMs }: Retention): Ms {
  return startOfDay(now - hoursMs);
}

/**
 * Moves the segments that ended before `until` into their hours, and says which they are: what is counted of them is then in
 * the hours and nowhere else. Each day that is over is made anew of its hours, each month of its days; `ended` names days
 * whose last hours nobody watched. `layers.hours` holds every hour of the days that are touched. Pure: the same input, the
 * same layers.
 */
export function compact(
  layers: Layers,
  raw: readonly RawSegment[],
  at: { readonly until: Ms; readonly now: Ms; readonly oldest: Ms; readonly ended: readonly string[] },
): { readonly layers: Layers; readonly gone: readonly RawSegment[] } {
  const { until, now, oldest, ended } = at;
  // One that claims to end long after it began must not stay for ever.
  const gone = raw.filter(({ segment }) => segment.to <= until || segment.from <= until - DAY_MS);
  const counted = gone.filter(({ digest, segment }) => segment.from >= oldest && !isIn(layers.hours, segment, digest));
  const known = raw.filter(({ digest, segment }) => segment.from >= oldest && !isIn(layers.hours, segment, digest));
  const { hours, touched } = withSegments(layers, counted, known, { oldest, until, now });
  const dates = [...new Set([...touched, ...ended])].filter((date) => (stretchOf(date)?.to ?? now) <= until);
  return {
    layers: {
      hours,
      ...withDays(layers, hours, dates, now),
      before: standingsAfter(layers.before, counted, known, { until, now }),
    },
    gone,
  };
}

/**
 * What is kept with the samples that are still raw laid over it, up to `now`: for reading. Nothing is compacted, and the
 * figures are those that compaction would come to.
 */
export function withRaw(
  layers: Layers,
  raw: readonly RawSegment[],
  at: { readonly now: Ms; readonly retention: Retention; readonly dates: readonly string[] },
): Layers {
  const { now, retention, dates } = at;
  const oldest = oldestHour(now, retention);
  const known = raw.filter(({ digest, segment }) => segment.from >= oldest && !isIn(layers.hours, segment, digest));
  const { hours, touched } = withSegments(layers, known, known, { oldest, until: now, now, isLive: true });
  return { ...layers, hours, ...withDays(layers, hours, [...new Set([...touched, ...dates])], now) };
}

/** Dates of every hour that the segments can touch, `until` included. */
export function datesOf(segments: readonly Segment[], oldest: Ms, until: Ms): readonly string[] {
  const dates = new Set<string>();
  for (const { from, to, after } of segments) {
    const end = Math.max(to, until);
    for (let at = startOfDay(Math.max(oldest, Math.min(from, after ?? from) - DAY_MS)); at <= end; at += DAY_MS)
      dates.add(dayOf(at));
  }
  return [...dates].sort();
}

function isIn(hours: Hours, { from }: Segment, digest: string): boolean {
  return hours.get(hourOf(from))?.segments.includes(digest) ?? false;
}

function withSegments(
  layers: Layers,
  counted: readonly RawSegment[],
  known: readonly RawSegment[],
  at: { readonly oldest: Ms; readonly until: Ms; readonly now: Ms; readonly isLive?: boolean },
): { readonly hours: Hours; readonly touched: readonly string[] } {
  const digests = new Map<string, string[]>();
  for (const { segment, digest } of counted) {
    const hour = hourOf(segment.from);
    digests.set(hour, [...(digests.get(hour) ?? []), digest]);
  }
  const [own, all] = [counted.map(({ segment }) => segment), known.map(({ segment }) => segment)];
  const fresh = hoursOf({ counted: own, known: counted === known ? own : all, before: layers.before, ...at });
  const touched = new Set([...fresh.keys(), ...digests.keys()].map((hour) => hour.slice(0, 10)));
  return { hours: layHours(layers.hours, fresh, digests), touched: [...touched] };
}

function withDays(
  layers: Layers,
  hours: Hours,
  dates: readonly string[],
  now: Ms,
): { readonly days: Layers["days"]; readonly months: Layers["months"] } {
  const days = new Map(layers.days);
  for (const date of dates) {
    const day = dayOfHours(date, hours, now);
    if (Object.keys(day.services).length > 0) days.set(date, day);
  }
  const months = new Map(layers.months);
  const inOrder = [...days.values()].sort((a, b) => (a.at < b.at ? -1 : 1));
  for (const month of new Set(dates.map((date) => date.slice(0, 7)))) {
    const sum = monthOfDays(month, inOrder, now);
    if (Object.keys(sum.services).length > 0) months.set(month, sum);
  }
  return { days, months };
}

/** How each service stands with each collector once the counted samples are gone. */
function standingsAfter(
  before: readonly Standing[],
  counted: readonly RawSegment[],
  known: readonly RawSegment[],
  { until, now }: { readonly until: Ms; readonly now: Ms },
): readonly Standing[] {
  const all = tracksOf({ segments: known.map(({ segment }) => segment), before });
  const standings: Standing[] = [];
  for (const [service, tracks] of tracksOf({ segments: counted.map(({ segment }) => segment), before })) {
    for (const track of tracks) {
      const last = track.events.at(-1);
      if (last === undefined || last.at < until - STANDING_MAX_MS) continue;
      const events = sameTrack(all.get(service), track)?.events.filter(({ at }) => at <= now) ?? [];
      const { outcome, during } = last.sample;
      standings.push({
        collector: track.collector,
        region: track.region,
        service,
        at: last.at,
        outcome,
        ...(during === undefined ? {} : { during }),
        verdict: verdictAt(replay(events).changes, last.at),
        ...judgedBy(events, last.at),
        watching: last.watching,
      });
    }
  }
  return standings.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function judgedBy(events: readonly TrackEvent[], until: Ms): Pick<Standing, "judgedAt"> {
  const last = events.findLast((event) => event.at <= until && (event.is === "standing" || judges(event)));
  const at = last?.is === "standing" ? last.sample.judgedAt : last?.at;
  return at === undefined ? {} : { judgedAt: at };
}

function sameTrack(tracks: readonly Track[] | undefined, { collector, region }: Track): Track | undefined {
  return tracks?.find((track) => track.collector === collector && track.region === region);
}

function keyOf({ service, collector, region }: Standing): string {
  return `${service}\n${collector}\n${region}`;
}

/** Of the months of the given days, and their years: the files that have to be at hand. */
export function monthsOf(dates: readonly string[]): readonly string[] {
  return [...new Set(dates.map((date) => date.slice(0, 7)))];
}
