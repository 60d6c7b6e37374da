import type { Ms, ServiceId } from "../model/basics.ts";
import type { History, LiveHistory, Segment } from "../model/health.ts";
import { DAY_MS, dayOf, HOUR_MS, hourOf, startOfHour } from "./calendar.ts";
import { compact, type Layers, oldestHour, type RawSegment, withRaw } from "./compact.ts";
import { digestOfSegment } from "./history-files.ts";
import { periodOfHour } from "./layers.ts";
import { DEFAULT_RETENTION, type Retention } from "./retention.ts";
import { encodeSegment } from "./segment-codec.ts";

/** What was read of an environment: its layers as far as they are shown, and the samples that are raw. */
export interface Base {
  readonly environment: string;
  readonly retention: Retention;
  readonly layers: Layers;
  readonly raw: readonly RawSegment[];
  /** Days whose hours are at hand. */
  readonly dates: readonly string[];
  /** Days whose hours cannot be read: samples of them tell how it is now, and are counted nowhere until somebody has looked. */
  readonly closed: ReadonlySet<string>;
}

/** Samples at hand while watching: some forty megabytes. The last hours are kept however many they are. */
const SAMPLES_MAX = 250_000;
const HELD_MS: Ms = 3 * HOUR_MS;

/** The history at a moment, with every figure as compaction would come to it. Pure. */
export function historyOf({ environment, retention, layers, raw, dates, closed }: Base, now: Ms): History {
  const whole = withRaw(layers, openOnly(raw, closed), { now, retention, dates });
  const inOrder = <T extends { readonly at: string }>(items: Iterable<T>): T[] =>
    [...items].sort((a, b) => (a.at < b.at ? -1 : 1));
  const [first, last] = [hourOf(Math.max(0, now - 2 * DAY_MS)), hourOf(now)];
  return {
    environment,
    at: now,
    segments: raw.map(({ segment }) => segment).sort((a, b) => a.from - b.from || (a.collector < b.collector ? -1 : 1)),
    before: layers.before,
    hours: inOrder(whole.hours.values())
      .filter(({ at }) => at >= first && at <= last)
      .map((hour) => periodOfHour(hour, now)),
    days: inOrder(whole.days.values()),
    months: inOrder(whole.months.values()),
  };
}

function openOnly(raw: readonly RawSegment[], closed: ReadonlySet<string>): readonly RawSegment[] {
  return closed.size === 0 ? raw : raw.filter(({ segment }) => !closed.has(dayOf(segment.from)));
}

/**
 * Goes on from what was read. Samples that have left the window, or that are more than memory should hold, are counted into
 * hours here as they are in the store, so that weeks of watching a thousand services stay as light as a day.
 */
export function liveHistory(base: Base): LiveHistory {
  let { layers, raw, dates } = { ...base, raw: [...base.raw] };
  let samples = raw.reduce((sum, { segment }) => sum + segment.samples.length, 0);

  function letGo(until: Ms, now: Ms): void {
    const before = new Set(dates);
    for (let at = until - 2 * DAY_MS; at <= now; at += DAY_MS) before.add(dayOf(at));
    const after = compact(layers, openOnly(raw, base.closed), {
      until,
      now,
      oldest: oldestHour(now, base.retention),
      ended: [...before],
    });
    const gone = new Set(after.gone);
    layers = after.layers;
    raw = raw.filter((one) => !gone.has(one));
    samples = raw.reduce((sum, { segment }) => sum + segment.samples.length, 0);
    // Days that are over and shown by their sums alone.
    const oldest = hourOf(until - 3 * DAY_MS);
    layers = { ...layers, hours: new Map([...layers.hours].filter(([at]) => at >= oldest)) };
    dates = [...new Set([...layers.hours.keys()].map((hour) => hour.slice(0, 10)))];
    // The first of them may have lost hours: it is over, and its sum stays.
    if (dates[0] === oldest.slice(0, 10)) dates = dates.slice(1);
  }

  function tidy(now: Ms): void {
    const left = startOfHour(now - base.retention.rawMs);
    if (raw.some(({ segment }) => segment.to <= left - HOUR_MS)) letGo(left, now);
    if (samples <= SAMPLES_MAX) return;
    const oldest = raw.reduce((first, { segment }) => Math.min(first, segment.from), now);
    const latest = startOfHour(now - HELD_MS);
    for (let until = startOfHour(oldest) + HOUR_MS; samples > SAMPLES_MAX && until <= latest; until += HOUR_MS)
      letGo(until, now);
  }

  return {
    add(segment) {
      raw.push(rawOf(segment));
      samples += segment.samples.length;
      // Whoever only watches never asks for the history.
      tidy(segment.to);
    },
    at(now, unsealed = null) {
      tidy(now);
      return historyOf({ ...base, layers, raw: unsealed === null ? raw : [...raw, rawOf(unsealed)], dates }, now);
    },
  };
}

function rawOf(segment: Segment): RawSegment {
  const digest = digestOfSegment(encodeSegment(segment));
  return { path: digest, digest, segment };
}

/** A collector that keeps what it saw every few minutes is awaited for as long, or for two of its own segments. */
const AWAITED_MS: Ms = 15 * 60_000;

/**
 * The history as one collector may judge it between two segments of the others: these keep what they see every few minutes only, and
 * until the next is due, the last asking of each service vouches on. Without it, a service that one of them sees down would be up
 * again for everybody else before it has told anything new. For incidents, not for figures. Pure.
 */
export function awaitingOthers(
  history: History,
  own: { readonly collector: string; readonly region: string },
): History {
  const newest = new Map<string, Segment>();
  for (const segment of history.segments) {
    const key = JSON.stringify([segment.collector, segment.region]);
    if (segment.to >= (newest.get(key)?.to ?? 0)) newest.set(key, segment);
  }
  newest.delete(JSON.stringify([own.collector, own.region]));
  const awaited = new Set(
    [...newest.values()].filter(
      ({ from, to, once }) => !once && to < history.at && history.at - to <= Math.max(AWAITED_MS, 2 * (to - from)),
    ),
  );
  const segments = history.segments.map((segment) =>
    awaited.has(segment) ? vouchingUntil(segment, history.at) : segment,
  );
  return { ...history, segments };
}

function vouchingUntil(segment: Segment, at: Ms): Segment {
  const last = new Map<ServiceId, Ms>();
  for (const sample of segment.samples) last.set(sample.service, Math.max(last.get(sample.service) ?? 0, sample.at));
  const watching = Object.entries(segment.watching).map(([id, one]) => {
    const since = last.get(id);
    // To the end of the second in which it is asked.
    const cadenceMs = since === undefined ? one.cadenceMs : Math.max(one.cadenceMs, at - since + 2_000);
    return [id, { ...one, cadenceMs }] as const;
  });
  return { ...segment, watching: Object.fromEntries(watching) };
}

/** A history of samples that nothing else is kept of: of one command's, or a test's. */
export function historyOfSegments(environment: string, segments: readonly Segment[], now: Ms): History {
  const layers: Layers = { hours: new Map(), days: new Map(), months: new Map(), before: [] };
  const raw = segments.filter((segment) => segment.environment === environment).map(rawOf);
  return historyOf({ environment, retention: DEFAULT_RETENTION, layers, raw, dates: [], closed: new Set() }, now);
}
