import { parseDuration } from "../model/duration.ts";

/** Go writes `1h30m`, of which Fairlead knows the single parts. https://pkg.go.dev/time#ParseDuration */
export function durationOf(value: unknown): number | null {
  if (typeof value !== "string" || value.length > 40) return null;
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/.test(value)) return null;
  let total = 0;
  for (const part of value.match(/\d+(?:\.\d+)?(?:ms|s|m|h)/g) ?? []) total += parseDuration(part) ?? 0;
  return Number.isSafeInteger(total) ? total : null;
}
