import type { Weights } from "../model/fleet.ts";

/**
 * Chooses a release for each request so that every stretch of requests matches the weights as closely as whole numbers
 * can: the "smooth weighted round robin" of nginx (ngx_http_upstream_round_robin.c). No chance is involved, so a test
 * and a canary see exact shares.
 */
export class ReleaseWheel {
  #weights: readonly (readonly [release: number, weight: number])[] = [];
  readonly #credit = new Map<number, number>();

  /** New shares; the credit of releases that stay is kept, so that a change of weights starts no burst. */
  turnTo(weights: Weights): void {
    this.#weights = Object.entries(weights)
      .map(([release, weight]) => [Number(release), weight] as const)
      .filter(([, weight]) => weight > 0);
    const named = new Set(this.#weights.map(([release]) => release));
    for (const release of this.#credit.keys()) if (!named.has(release)) this.#credit.delete(release);
  }

  /** The next release among those that `usable` accepts; null when there is none. */
  next(usable: (release: number) => boolean): number | null {
    let best: number | null = null;
    let bestCredit = Number.NEGATIVE_INFINITY;
    let total = 0;
    for (const [release, weight] of this.#weights) {
      if (!usable(release)) continue;
      total += weight;
      const credit = (this.#credit.get(release) ?? 0) + weight;
      this.#credit.set(release, credit);
      if (credit > bestCredit) {
        best = release;
        bestCredit = credit;
      }
    }
    if (best !== null) this.#credit.set(best, bestCredit - total);
    return best;
  }
}

/** The candidate with the fewest requests in flight; among equals, the one after the last chosen, so that idle ones take turns. */
export function leastBusy<T extends { readonly inFlight: number }>(candidates: readonly T[], turn: number): T | null {
  let best: T | null = null;
  for (let step = 0; step < candidates.length; step++) {
    const candidate = candidates[(turn + step) % candidates.length];
    if (candidate && (best === null || candidate.inFlight < best.inFlight)) best = candidate;
  }
  return best;
}
