import type { Clock, Ms, ServiceId } from "../model/basics.ts";
import type { Sample, Segment, Watching } from "../model/health.ts";

/** Gathers what one collector sees until it is sealed into a segment. */
export interface Collector {
  /** `beats` askings were due; `watching` says how the service is watched from now on. */
  beat(service: ServiceId, beats: number, watching?: Watching): void;
  sample(sample: Sample): void;
  /** What was seen since the last seal, or null when there was nothing; it goes on to gather. */
  soFar(): Segment | null;
  /** The same, and the end of it: what comes next belongs to the next segment. The caller keeps it until it is stored. */
  seal(): Segment | null;
}

/** `collector` names the run: letters, digits, dots and dashes, since it becomes part of a file's name. */
export function collect({
  collector,
  region = "default",
  environment,
  after = () => null,
  once = false,
  clock,
}: {
  readonly collector: string;
  readonly region?: string;
  /** Where its last segment ended that was of the same services; asked once, when there is something to tell. Null where none is known. */
  readonly after?: () => Ms | null;
  /** Nobody expects it to come again. */
  readonly once?: boolean;
  readonly environment: string;
  readonly clock: Clock;
}): Collector {
  let from = clock.now();
  let expected = new Map<ServiceId, number>();
  let samples: Sample[] = [];
  let last: Ms | null | undefined;
  const watched = new Map<ServiceId, Watching>();
  const soFar = (): Segment | null => {
    // Nothing was due: the time was watched all the same, and belongs to the next stretch. Left out, it would be a gap.
    if (expected.size === 0 && samples.length === 0) return null;
    if (last === undefined) last = after();
    // An asking that began before the last seal is counted where it ended, so the stretch reaches back to it; a clock that
    // is set back meanwhile makes no segment that ends before what it holds.
    const [first, latest] = samples.reduce(([low, high], { at }) => [Math.min(low, at), Math.max(high, at)] as const, [
      from,
      clock.now(),
    ] as const);
    return {
      version: 1,
      collector,
      region,
      environment,
      from: first,
      to: Math.max(latest, first),
      ...(last !== null && last <= first ? { after: last } : {}),
      ...(once ? { once } : {}),
      watching: Object.fromEntries([...watched].filter(([id]) => expected.has(id)).sort(byId)),
      expected: Object.fromEntries([...expected].sort(byId)),
      samples: samples.toSorted((a, b) => a.at - b.at || (a.service < b.service ? -1 : 1)),
    };
  };
  return {
    beat(service, beats, watching) {
      if (watching !== undefined) watched.set(service, watching);
      expected.set(service, (expected.get(service) ?? 0) + beats);
    },
    sample(sample) {
      samples.push(sample);
    },
    soFar,
    seal() {
      const segment = soFar();
      if (segment === null) return null;
      from = clock.now();
      last = segment.to;
      expected = new Map();
      samples = [];
      return segment;
    },
  };
}

function byId([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
