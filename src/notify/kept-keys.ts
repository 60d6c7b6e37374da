import type { Ms } from "../model/basics.ts";

/** What is older is not told any more: whoever was asleep for a day wants to know how it is now. */
export const STALE_MS: Ms = 24 * 3_600_000;
/** So many fit into an incident's record (`incidents/record-codec.ts`), however long each of them is. */
const KEYS_MAX = 1_500;

/**
 * Of the messages of one incident those that have to be remembered: what still has to leave, what left within the time in which it
 * could be asked for again, and the newest of each kind to each of those who are told, by which it is known whether they were told
 * at all, and when last. Of more than can be kept, the newest. Pure.
 */
export function keptKeys(told: Readonly<Record<string, Ms | null>>, now: Ms): Readonly<Record<string, Ms | null>> {
  const waiting = Number.MAX_SAFE_INTEGER;
  const newestFirst = Object.entries(told)
    .reverse()
    .sort(([, a], [, b]) => (b ?? waiting) - (a ?? waiting));
  const newest = new Map(
    newestFirst
      .filter(([, at]) => at !== null)
      .reverse()
      .map(([key]) => [kindOf(key), key]),
  );
  const isNewest = (key: string): boolean => newest.get(kindOf(key)) === key;
  const kept = newestFirst.filter(([key, at]) => at === null || now - at <= STALE_MS || isNewest(key));
  const first = kept.toSorted(([a], [b]) => Number(isNewest(b)) - Number(isNewest(a)));
  return Object.fromEntries(first.slice(0, KEYS_MAX));
}

/** What a key is of, and to whom: `ENVIRONMENT:INCIDENT:EVENT:SECONDS:NAME` without the moment. */
function kindOf(key: string): string {
  const [place, incident, event, , ...name] = key.split(":");
  return [place, incident, event, ...name].join(":");
}
