import type { Ms, ServiceId } from "../model/basics.ts";
import type { Sample, Segment, Standing, Watching } from "../model/health.ts";
import { watchingOf } from "./watching.ts";

/** What one collector, in one region, knows of one service. */
export interface Track {
  readonly collector: string;
  readonly region: string;
  /** By time; never two samples of one moment. */
  readonly events: readonly TrackEvent[];
  /** Askings that the cadence called for and that were not made. */
  readonly missed: readonly Missed[];
  /** Where the collector's last segment ends, and how it watched the service then; null where nobody expects it to come again. */
  readonly end: { readonly at: Ms; readonly watching: Watching } | null;
}

/** A sample, or the standing that stands for all of them before. */
export type TrackEvent =
  | {
      readonly is: "sample";
      readonly at: Ms;
      readonly watching: Watching;
      readonly sample: Sample;
      readonly due: boolean;
    }
  | { readonly is: "standing"; readonly at: Ms; readonly watching: Watching; readonly sample: Standing };

/** `count` askings at `at`, `at + stepMs`, and so on. */
export interface Missed {
  readonly at: Ms;
  readonly stepMs: Ms;
  readonly count: number;
}

interface Gathered {
  collector: string;
  region: string;
  events: TrackEvent[];
  missed: Missed[];
  watching: Watching | null;
  /** Up to where the collector is known to have watched the service. */
  covered: Ms;
}

/**
 * Sorts segments by service and by who watched it. Neither their order nor the way in which a stretch is cut into segments
 * matters, and a sample that comes twice counts once. `before` is how services stood where the segments begin.
 */
export function tracksOf({
  segments,
  before = [],
}: {
  readonly segments: readonly Segment[];
  readonly before?: readonly Standing[];
}): ReadonlyMap<ServiceId, readonly Track[]> {
  const lanes = new Map<string, Lane>();
  const laneOf = ({ collector, region }: Pick<Segment, "collector" | "region">): Lane => {
    const key = `${collector}\n${region}`;
    const lane = lanes.get(key) ?? { segments: [], services: new Map() };
    lanes.set(key, lane);
    return lane;
  };
  for (const standing of before) {
    const { at, watching } = standing;
    const of = gather(laneOf(standing), standing, standing.service);
    of.events.push({ is: "standing", at, watching, sample: standing });
    of.covered = Math.max(of.covered, at);
  }
  for (const segment of segments) laneOf(segment).segments.push(segment);
  const tracks = new Map<ServiceId, Track[]>();
  for (const [, lane] of [...lanes].sort(([a], [b]) => (a < b ? -1 : 1))) {
    lane.segments.sort((a, b) => a.from - b.from || a.to - b.to);
    for (const segment of lane.segments) addSegment(lane, segment);
    const last = lane.segments.reduce<Segment | null>(
      (one, next) => (one !== null && one.to > next.to ? one : next),
      null,
    );
    for (const [service, { collector, region, events, missed, watching }] of lane.services) {
      const track: Track = {
        collector,
        region,
        events: inOrder(events),
        missed,
        end: watching === null || last === null || last.once ? null : { at: last.to, watching },
      };
      tracks.set(service, [...(tracks.get(service) ?? []), track]);
    }
  }
  return tracks;
}

interface Lane {
  readonly segments: Segment[];
  readonly services: Map<ServiceId, Gathered>;
}

function gather(
  lane: Lane,
  { collector, region }: Pick<Segment, "collector" | "region">,
  service: ServiceId,
): Gathered {
  let found = lane.services.get(service);
  if (found === undefined) {
    found = { collector, region, events: [], missed: [], watching: null, covered: Number.NEGATIVE_INFINITY };
    lane.services.set(service, found);
  }
  return found;
}

function addSegment(lane: Lane, segment: Segment): void {
  const { from, to, after, expected } = segment;
  const samples = new Map<ServiceId, Sample[]>();
  for (const sample of segment.samples) {
    const known = samples.get(sample.service);
    if (known === undefined) samples.set(sample.service, [sample]);
    else known.push(sample);
  }
  for (const service of new Set([...samples.keys(), ...Object.keys(expected), ...Object.keys(segment.watching)])) {
    const of = gather(lane, segment, service);
    const watching = watchingOf(segment, service);
    const made = (samples.get(service) ?? []).sort((a, b) => a.at - b.at);
    const due = Object.hasOwn(expected, service) ? (expected[service] ?? 0) : 0;
    for (const [index, sample] of made.entries())
      of.events.push({ is: "sample", at: sample.at, watching, sample, due: index < due });
    // Beats that were dropped have no moment of their own: they are spread over the segment.
    const dropped = due - made.length;
    const stepMs = (to - from) / Math.max(1, dropped);
    if (dropped > 0) of.missed.push({ at: from + stepMs / 2, stepMs, count: dropped });
    if (Object.hasOwn(segment.watching, service)) {
      of.watching = watching;
      if (after !== undefined) of.missed.push(...since(Math.max(after, of.covered), from, watching.cadenceMs));
    }
    of.covered = Math.max(of.covered, to);
  }
}

/** What the cadence called for between two moments at which somebody watched, both left out. */
export function since(last: Ms, next: Ms, cadenceMs: Ms): readonly Missed[] {
  const count = Math.ceil((next - last) / cadenceMs) - 1;
  return count > 0 ? [{ at: last + cadenceMs, stepMs: cadenceMs, count }] : [];
}

/** How many of them lie in the stretch: what is counted of two halves adds up to what is counted of the whole. */
export function countMissed({ at, stepMs, count }: Missed, from: Ms, to: Ms): number {
  const before = (moment: Ms): number => {
    if (stepMs === 0) return at < moment ? count : 0;
    return Math.min(count, Math.max(0, Math.ceil((moment - at) / stepMs)));
  };
  return Math.max(0, before(to) - before(from));
}

const GRAVEST_FIRST = { fail: 0, warn: 1, pass: 2, unknown: 3 } as const;

/** A service is asked once at a time: two samples of one moment are one that was written down twice. */
function inOrder(events: readonly TrackEvent[]): readonly TrackEvent[] {
  const sorted = events.toSorted(
    (a, b) =>
      a.at - b.at ||
      (a.is === b.is ? 0 : a.is === "sample" ? -1 : 1) ||
      GRAVEST_FIRST[a.sample.outcome] - GRAVEST_FIRST[b.sample.outcome] ||
      (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1),
  );
  return sorted.filter((event, index) => {
    const other = sorted[index - 1];
    return event.is === "standing" || other?.is !== "sample" || other.at !== event.at;
  });
}
