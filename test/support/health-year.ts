import type { Sample, Segment, Watching } from "../../src/model/health.ts";

const MINUTE = 60_000;
export const CADENCE_MS = 5 * MINUTE;
export const YEAR_START = Date.UTC(2025, 10, 24);

const WATCHING: Watching = { cadenceMs: CADENCE_MS, timeoutMs: 5_000, failure_threshold: 3, success_threshold: 2 };

/**
 * What a collector sees of services over a stretch, asked every five minutes: each with a latency of its own that varies as
 * networks do (log-normal), slow afternoons, single failures that mean nothing, and an outage now and then. The same seed gives
 * the same samples, whatever the stretches that it is cut into.
 */
export function healthSegment(
  from: number,
  to: number,
  { services, seed }: { services: number; seed: number },
): Segment {
  const ids = Array.from({ length: services }, (_, index) => `service-${String(index).padStart(3, "0")}`);
  const samples: Sample[] = [];
  for (let at = from; at < to; at += CADENCE_MS)
    for (const [index, service] of ids.entries()) samples.push(sampleOf(service, at, index, seed));
  const beats = Math.round((to - from) / CADENCE_MS);
  return {
    version: 1,
    collector: "actions",
    region: "default",
    environment: "production",
    from,
    to,
    ...(from > YEAR_START ? { after: from } : {}),
    watching: Object.fromEntries(ids.map((id) => [id, WATCHING])),
    expected: Object.fromEntries(ids.map((id) => [id, beats])),
    samples,
  };
}

function sampleOf(service: string, at: number, index: number, seed: number): Sample {
  const beat = Math.round((at - YEAR_START) / CADENCE_MS);
  const random = (salt: number): number => hashed(seed + salt * 7_919 + index * 104_729 + beat * 15_485_863);
  // Askings are spread over some seconds of the run.
  const asked = at + Math.floor(random(1) * 4_000);
  // One outage of about an hour in a fortnight; a single failure in 2,000 askings.
  const isOut = hashed(seed + index * 31 + Math.floor(beat / 12) * 6_151) < 12 / (14 * 288);
  if (isOut || random(2) < 1 / 2_000)
    return { service, at: asked, outcome: "fail", error: "no answer within 5s", ...(isOut ? { attempts: 3 } : {}) };
  const base = 8 + ((index * 37) % 160);
  const spread = Math.exp(0.3 * Math.sqrt(-2 * Math.log(random(3) || 1e-9)) * Math.cos(2 * Math.PI * random(4)));
  const hour = new Date(at).getUTCHours();
  const latencyMs = Math.round(base * spread * (hour >= 13 && hour < 17 ? 1.4 : 1) * 10) / 10;
  return { service, at: asked, outcome: latencyMs > base * 3 ? "warn" : "pass", latencyMs, status: 200 };
}

/** A hash of an integer in [0, 1): murmur3's finaliser. */
function hashed(value: number): number {
  let h = (value ^ Math.floor(value / 4_294_967_296)) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 4_294_967_296;
}
