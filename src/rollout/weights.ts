import type { Weights } from "../model/fleet.ts";

/** One release's claim on traffic: how many instances can take it. */
export interface Share {
  readonly release: number;
  readonly instances: number;
}

/**
 * Splits 100 percent between the release coming in and the others, in proportion to instances and in multiples of `step`;
 * `atLeast` is what the incoming one has already, since its weight only rises. Releases without instances get nothing;
 * with a step of 100, all goes to whoever has more. Null when nobody can serve.
 */
export function splitTraffic(split: {
  readonly incoming: Share & { readonly atLeast: number };
  readonly others: readonly Share[];
  readonly step: number;
}): Weights | null {
  const { incoming, step } = split;
  const others = split.others.filter((share) => share.instances > 0);
  const besides = others.reduce((sum, share) => sum + share.instances, 0);
  if (incoming.instances === 0 && incoming.atLeast === 0) return spread(others, besides, 100, step);
  if (besides === 0) return { [incoming.release]: 100 };
  const fair = Math.round((100 * incoming.instances) / (incoming.instances + besides) / step) * step;
  const given = Math.min(100, Math.max(fair, incoming.atLeast));
  return { ...spread(others, besides, 100 - given, step), ...(given > 0 ? { [incoming.release]: given } : {}) };
}

function spread(shares: readonly Share[], instances: number, percent: number, step: number): Weights | null {
  if (percent === 0) return {};
  const largest = [...shares].sort((a, b) => b.instances - a.instances || a.release - b.release)[0];
  if (largest === undefined) return null;
  const weights: Record<number, number> = {};
  let left = percent;
  for (const share of shares) {
    if (share === largest) continue;
    const weight = Math.floor((percent * share.instances) / instances / step) * step;
    if (weight > 0) weights[share.release] = weight;
    left -= weight;
  }
  weights[largest.release] = left;
  return weights;
}

/** Equal as far as traffic goes: a weight of 0 is no weight. */
export function sameWeights(a: Weights, b: Weights): boolean {
  const present = (weights: Weights): string =>
    Object.entries(weights)
      .filter(([, weight]) => weight > 0)
      .map(([release, weight]) => `${release}=${weight}`)
      .sort()
      .join();
  return present(a) === present(b);
}
