import type { ServicePage } from "../../../src/model/site-data.ts";

type Seconds = ServicePage["uptime"]["seconds"];

/** Seconds of known time: those that uptime is worked out of. */
export function knownSeconds({ operational, degraded, down }: Seconds): number {
  return operational + degraded + down;
}

/** (operational + degraded) / (operational + degraded + down); null where nothing is known, which is no figure. */
export function uptimeShare(seconds: Seconds): number | null {
  const known = knownSeconds(seconds);
  return known === 0 ? null : (seconds.operational + seconds.degraded) / known;
}

/** How much of the time is known, announced maintenance included. */
export function knownShare(seconds: Seconds): number {
  const known = knownSeconds(seconds) + seconds.maintenance;
  return known + seconds.unknown === 0 ? 0 : known / (known + seconds.unknown);
}
