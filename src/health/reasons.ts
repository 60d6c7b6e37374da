import type { Ms, ServiceId } from "../model/basics.ts";
import type { History, Sample } from "../model/health.ts";

/**
 * What the first sample of a service met that was not well, from a moment on; null where nothing is said. Samples are sorted at the
 * first question and once: a fleet that flaps for a day asks thousands of times.
 */
export function reasonsOf({ segments }: Pick<History, "segments">): (service: ServiceId, at: Ms) => string | null {
  let ailing: ReadonlyMap<ServiceId, readonly Sample[]> | undefined;
  return (service, at) => {
    ailing ??= ailingIn(segments);
    const samples = ailing.get(service) ?? [];
    const first = samples[firstFrom(samples, at)];
    return first?.error ?? first?.conditions?.find(({ held }) => !held)?.condition ?? null;
  };
}

function ailingIn(segments: History["segments"]): ReadonlyMap<ServiceId, readonly Sample[]> {
  const ailing = new Map<ServiceId, Sample[]>();
  for (const { samples } of segments)
    for (const sample of samples) {
      if (sample.outcome !== "fail" && sample.outcome !== "warn") continue;
      const own = ailing.get(sample.service);
      if (own === undefined) ailing.set(sample.service, [sample]);
      else own.push(sample);
    }
  for (const own of ailing.values()) own.sort((a, b) => a.at - b.at);
  return ailing;
}

/** Index of the first sample that is not before the moment. */
function firstFrom(samples: readonly Sample[], at: Ms): number {
  let [low, high] = [0, samples.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((samples[middle]?.at ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
