import ms from "ms";
import type { Ms } from "./basics.ts";

/**
 * Parses a duration as service files write it: `30s`, `5m`, `24h`, `7d`, `1w`, `250ms`, `30-days`, or bare milliseconds
 * (the seed's `timeout: 30000`). Returns null when it is none. Months and years are not accepted: their length varies.
 */
export function parseDuration(input: unknown): Ms | null {
  if (typeof input === "number") return Number.isFinite(input) && input >= 0 ? Math.round(input) : null;
  if (typeof input !== "string") return null;
  const match =
    /^(\d+(?:\.\d+)?)[ -]?(ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)$/.exec(
      input.trim(),
    );
  if (!match) return null;
  const value = ms(`${match[1]} ${match[2]}` as ms.StringValue);
  return Number.isFinite(value) ? Math.round(value) : null;
}

const UNITS: readonly (readonly [string, Ms])[] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
];

/** The shortest exact form that `parseDuration` reads back: 90000 → `90s`, 3600000 → `1h`, 1500 → `1500ms`. */
export function formatDuration(value: Ms): string {
  if (value === 0) return "0s";
  for (const [unit, size] of UNITS) if (value % size === 0) return `${value / size}${unit}`;
  return `${value}ms`;
}
