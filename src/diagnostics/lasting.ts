import type { Ms } from "../model/basics.ts";

const UNITS: readonly (readonly [string, Ms])[] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
];

/** How long something lasted, for people, in its two largest units: `2 hours 5 minutes`. */
export function lasting(duration: Ms): string {
  let rest = Math.floor(duration / 1_000) * 1_000;
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${unit}${count === 1 ? "" : "s"}`);
    if (parts.length === 2 || (parts.length === 1 && count === 0)) break;
  }
  return parts.join(" ") || "less than a second";
}
