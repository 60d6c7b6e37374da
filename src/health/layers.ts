import type { Ms, ServiceId } from "../model/basics.ts";
import type { Period, Segment, Span, Standing, Tally } from "../model/health.ts";
import { DAY_MS, HOUR_MS, hourOf, SECOND_MS, startOfHour, stretchOf } from "./calendar.ts";
import { mergeSketches } from "./latency-sketch.ts";
import { replay, verdictAt, vouchesUntil } from "./replay.ts";
import { askingsOf, filledUp, mergeTallies, NOTHING } from "./tally.ts";
import { mergeTimelines, timelineOf, wholeSecond } from "./timeline.ts";
import { since, type Track, type TrackEvent, tracksOf } from "./tracks.ts";
import { layTexts, secondsIn, textOf } from "./verdict-text.ts";
import { staleAfterMs } from "./watching.ts";

/** What is kept of a service's hour: verdicts to the second, so that what comes late can be laid over them. */
export interface KeptTally extends Omit<Tally, "seconds"> {
  /** `o3500x100` (`verdict-text.ts`). */
  readonly verdicts: string;
}

/** An hour of all services. */
export interface KeptHour {
  readonly at: string;
  /** Digests of the segments that began in it and have gone into the hours, sorted: none goes in twice. */
  readonly segments: readonly string[];
  readonly services: Readonly<Record<ServiceId, KeptTally>>;
}

/** Hours by their `at`. */
export type Hours = ReadonlyMap<string, KeptHour>;

/**
 * What segments add to each hour, service by service. Counts are those of `counted`; verdicts are judged with everything that
 * is `known`, since a confirmation reaches back and an asking vouches for what comes after. Pure.
 */
export function hoursOf(of: {
  readonly counted: readonly Segment[];
  readonly known: readonly Segment[];
  readonly before: readonly Standing[];
  /** Hours before are not kept any more. */
  readonly oldest: Ms;
  /** Up to where verdicts are given. */
  readonly until: Ms;
  readonly now: Ms;
  /** Also expects what the cadence has called for since the collectors' last segments. */
  readonly isLive?: boolean;
}): ReadonlyMap<string, Readonly<Record<ServiceId, KeptTally>>> {
  const { counted, known, before, oldest, until, now, isLive = false } = of;
  const tracks = tracksOf({ segments: counted, before });
  const all = counted === known ? tracks : tracksOf({ segments: known, before });
  const hours = new Map<string, Record<ServiceId, KeptTally>>();
  const put = (hour: string, service: ServiceId, tally: KeptTally): void => {
    const services = hours.get(hour) ?? {};
    hours.set(hour, services);
    const other = Object.hasOwn(services, service) ? services[service] : undefined;
    services[service] = other === undefined ? tally : layTally(other, tally);
  };
  for (const [service, own] of tracks) {
    for (const [from, part] of partsByHour(isLive ? own.map((track) => awaited(track, now)) : own, oldest))
      put(hourOf(from), service, { ...askingsOf(part, { from, to: from + HOUR_MS }), verdicts: "" });
    const first = judgedFrom(own);
    if (first === null) continue;
    const spans = timelineOf(all.get(service), { from: startOfHour(Math.max(first, oldest)), to: until, now });
    for (const [from, text] of textsByHour(spans)) put(hourOf(from), service, { ...NO_ASKINGS, verdicts: text });
    for (const [from, text] of textsByHour(vouchedAfter(own, all.get(service) ?? [], { until, now })))
      put(hourOf(from), service, { ...NO_ASKINGS, verdicts: text });
  }
  return hours;
}

const { seconds: _, ...NO_ASKINGS } = NOTHING;

/** The first sample, or the standing that still vouches for the time before it; null where nothing was asked. */
function judgedFrom(tracks: readonly Track[]): Ms | null {
  let from: Ms | null = null;
  for (const { events } of tracks) {
    const index = events.findIndex(({ is }) => is === "sample");
    const first = events[index];
    if (first === undefined) continue;
    const standing = events[index - 1];
    const isNear = standing !== undefined && first.at - standing.at <= staleAfterMs(standing.watching);
    from = Math.min(from ?? Number.POSITIVE_INFINITY, isNear ? standing.at : first.at);
  }
  return from;
}

/** What the last askings vouch for beyond `until`, a day at most: nothing may come after them that would count it. */
function vouchedAfter(
  own: readonly Track[],
  all: readonly Track[],
  { until, now }: { readonly until: Ms; readonly now: Ms },
): readonly Span[] {
  const nothing: readonly Span[] = [{ from: until, to: until + DAY_MS, verdict: "unknown" }];
  return own.reduce((merged, { collector, region, events }) => {
    const last = events.at(-1);
    if (last?.is !== "sample" || last.at >= until || last.sample.outcome === "unknown") return merged;
    const track = all.find((one) => one.collector === collector && one.region === region);
    const known = track?.events.filter(({ at }) => at <= now) ?? [];
    const next = known.find(({ at }) => at > last.at)?.at ?? now;
    const to = Math.min(until + DAY_MS, wholeSecond(vouchesUntil(last, next)));
    if (to <= until) return merged;
    const isMaintenance = last.sample.during === "maintenance";
    const verdict = isMaintenance ? "maintenance" : verdictAt(replay(known).changes, last.at);
    const rest: readonly Span[] = to < until + DAY_MS ? [{ from: to, to: until + DAY_MS, verdict: "unknown" }] : [];
    return mergeTimelines(merged, [{ from: until, to, verdict }, ...rest]);
  }, nothing);
}

function awaited(track: Track, now: Ms): Track {
  const { end, missed } = track;
  return end === null ? track : { ...track, missed: [...missed, ...since(end.at, now, end.watching.cadenceMs)] };
}

/** Each hour's own events and missed askings, by the hour's beginning. */
function partsByHour(tracks: readonly Track[], oldest: Ms): ReadonlyMap<Ms, readonly Track[]> {
  const parts = new Map<Ms, Track[]>();
  const put = (from: Ms, track: Track): void => {
    if (from < oldest) return;
    const known = parts.get(from);
    if (known === undefined) parts.set(from, [track]);
    else known.push(track);
  };
  for (const track of tracks) {
    const events = new Map<Ms, TrackEvent[]>();
    for (const event of track.events) {
      const hour = startOfHour(event.at);
      const known = events.get(hour);
      if (known === undefined) events.set(hour, [event]);
      else known.push(event);
    }
    for (const [from, own] of events)
      if (own.some(({ is }) => is === "sample")) put(from, { ...track, events: own, missed: [] });
    for (const missed of track.missed) {
      const end = missed.at + missed.stepMs * (missed.count - 1);
      for (let from = startOfHour(Math.max(missed.at, oldest)); from <= end; from += HOUR_MS)
        put(from, { ...track, events: [], missed: [missed] });
    }
  }
  return parts;
}

function textsByHour(spans: ReturnType<typeof timelineOf>): readonly (readonly [Ms, string])[] {
  const hours = new Map<Ms, { from: Ms; to: Ms; verdict: (typeof spans)[number]["verdict"] }[]>();
  for (const { from, to, verdict } of spans) {
    for (let hour = startOfHour(from); hour < to; hour += HOUR_MS) {
      const part = { from: Math.max(from, hour), to: Math.min(to, hour + HOUR_MS), verdict };
      const known = hours.get(hour);
      if (known === undefined) hours.set(hour, [part]);
      else known.push(part);
    }
  }
  return [...hours].map(([hour, parts]) => [hour, textOf(parts)] as const).filter(([, text]) => text !== "");
}

function layTally(one: KeptTally, other: KeptTally): KeptTally {
  const sum = (key: "expected" | "actual" | "passed" | "warned" | "failed" | "unknown" | "maintenance"): number =>
    one[key] + other[key];
  return {
    expected: sum("expected"),
    actual: sum("actual"),
    passed: sum("passed"),
    warned: sum("warned"),
    failed: sum("failed"),
    unknown: sum("unknown"),
    maintenance: sum("maintenance"),
    latency: mergeSketches(one.latency, other.latency),
    verdicts: layTexts(one.verdicts, other.verdicts),
  };
}

/** Lays hours over those that are kept; `digests` are of the segments that came in, by the hour in which they began. */
export function layHours(
  kept: Hours,
  fresh: ReturnType<typeof hoursOf>,
  digests: ReadonlyMap<string, readonly string[]>,
): Hours {
  const hours = new Map(kept);
  for (const at of new Set([...fresh.keys(), ...digests.keys()])) {
    const hour = hours.get(at) ?? { at, segments: [], services: {} };
    const services: Record<ServiceId, KeptTally> = { ...hour.services };
    for (const [service, tally] of Object.entries(fresh.get(at) ?? {})) {
      const other = Object.hasOwn(services, service) ? services[service] : undefined;
      services[service] = other === undefined ? tally : layTally(other, tally);
    }
    const segments = [...new Set([...hour.segments, ...(digests.get(at) ?? [])])].sort();
    hours.set(at, { at, segments, services: byId(services) });
  }
  return hours;
}

/** An hour as a period; `now` where it is not over yet. */
export function periodOfHour({ at, services }: KeptHour, now = Number.POSITIVE_INFINITY): Period {
  const from = stretchOf(at)?.from ?? 0;
  const passed = Math.max(0, Math.min(HOUR_MS, now - from));
  const tallies = Object.entries(services).map(([service, { verdicts, ...counts }]): [ServiceId, Tally] => {
    const { latency, ...askings } = counts;
    return [service, { ...askings, seconds: secondsIn(verdicts, Math.floor(passed / SECOND_MS)), latency }];
  });
  return { at, services: Object.fromEntries(tallies) };
}

/** A day of its hours; an hour in which a service was not watched is unknown time. */
export function dayOfHours(at: string, hours: Hours, now = Number.POSITIVE_INFINITY): Period {
  const from = stretchOf(at)?.from ?? 0;
  const periods = Array.from({ length: DAY_MS / HOUR_MS }, (_, n) => hours.get(hourOf(from + n * HOUR_MS)))
    .filter((hour) => hour !== undefined)
    .map((hour) => periodOfHour(hour, now));
  return summed(at, periods, Math.max(0, Math.min(DAY_MS, now - from)));
}

/** A month of its days, up to the last of them: a day on which a service was not watched is unknown time. */
export function monthOfDays(at: string, days: readonly Period[], now = Number.POSITIVE_INFINITY): Period {
  const from = stretchOf(at)?.from ?? 0;
  const own = days.filter((day) => day.at.startsWith(`${at}-`));
  const end = Math.max(from, ...own.map((day) => stretchOf(day.at)?.to ?? from));
  return summed(at, own, Math.max(0, Math.min(end, now) - from));
}

function summed(at: string, periods: readonly Period[], lengthMs: Ms): Period {
  const sums = new Map<ServiceId, Tally>();
  for (const { services } of periods)
    for (const [service, tally] of Object.entries(services)) {
      const sum = sums.get(service);
      sums.set(service, sum === undefined ? tally : mergeTallies(sum, tally));
    }
  const seconds = Math.floor(lengthMs / SECOND_MS);
  return { at, services: byId(Object.fromEntries([...sums].map(([id, sum]) => [id, filledUp(sum, seconds)]))) };
}

function byId<T>(services: Readonly<Record<ServiceId, T>>): Record<ServiceId, T> {
  return Object.fromEntries(Object.entries(services).sort(([a], [b]) => (a < b ? -1 : 1)));
}
