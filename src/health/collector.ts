import type { Clock, ServiceId } from "../model/basics.ts";
import type { Sample, Segment } from "../model/health.ts";

/** Gathers what one collector sees until it is sealed into a segment. */
export interface Collector {
  beat(service: ServiceId, beats: number): void;
  sample(sample: Sample): void;
  /** What was seen since the last seal, or null when there was nothing. The caller keeps it until it is stored. */
  seal(): Segment | null;
}

/** `collector` names the run: letters, digits, dots and dashes, since it becomes part of a file's name. */
export function collect({
  collector,
  environment,
  clock,
}: {
  readonly collector: string;
  readonly environment: string;
  readonly clock: Clock;
}): Collector {
  let from = clock.now();
  let expected = new Map<ServiceId, number>();
  let samples: Sample[] = [];
  return {
    beat(service, beats) {
      expected.set(service, (expected.get(service) ?? 0) + beats);
    },
    sample(sample) {
      samples.push(sample);
    },
    seal() {
      const to = clock.now();
      if (expected.size === 0 && samples.length === 0) {
        from = to;
        return null;
      }
      // An asking that began before the last seal is counted where it ended, so the stretch reaches back to it.
      const first = Math.min(from, ...samples.map((sample) => sample.at));
      const segment: Segment = {
        version: 1,
        collector,
        environment,
        from: first,
        to: Math.max(to, first),
        expected: Object.fromEntries([...expected].sort(([a], [b]) => (a < b ? -1 : 1))),
        samples: samples.toSorted((a, b) => a.at - b.at || (a.service < b.service ? -1 : 1)),
      };
      from = to;
      expected = new Map();
      samples = [];
      return segment;
    },
  };
}
