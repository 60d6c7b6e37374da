import type { Ms } from "../model/basics.ts";

/** For how long each layer of history is kept. Months are kept for ever. */
export interface Retention {
  /** Samples one by one. */
  readonly rawMs: Ms;
  readonly hoursMs: Ms;
  readonly daysMs: Ms;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export const DEFAULT_RETENTION: Retention = { rawMs: 48 * HOUR_MS, hoursMs: 90 * DAY_MS, daysMs: 400 * DAY_MS };

/**
 * Each layer outlives the one that it is made of, by what is needed to make it: an hour of samples, the day of an hour, the
 * month of a day.
 */
export function retentionOf({ rawMs, hoursMs, daysMs }: Partial<Retention>): Retention {
  const raw = Math.max(HOUR_MS, rawMs ?? DEFAULT_RETENTION.rawMs);
  const hours = Math.max(raw + 2 * DAY_MS, hoursMs ?? DEFAULT_RETENTION.hoursMs);
  return { rawMs: raw, hoursMs: hours, daysMs: Math.max(hours + 32 * DAY_MS, daysMs ?? DEFAULT_RETENTION.daysMs) };
}
