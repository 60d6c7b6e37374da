import bytes from "bytes";
import type { Bytes } from "./basics.ts";

/** Parses a size as service files write it: `512MB`, `1GB`, `64KB`, `1.5 GB`, with powers of 1024, or bare bytes. Null when it is none. */
export function parseSize(input: unknown): Bytes | null {
  if (typeof input === "number") return Number.isInteger(input) && input >= 0 ? input : null;
  if (typeof input !== "string" || !/^\d+(?:\.\d+)? ?(?:[KMGT]i?)?B?$/i.test(input.trim())) return null;
  return bytes.parse(input.trim().replace(/^([\d.]+) ?([KMGT])?i?B?$/i, (_, n, unit) => `${n}${unit ?? ""}B`));
}

/** The shortest exact form that `parseSize` reads back: 536870912 → `512MB`. */
export function formatSize(value: Bytes): string {
  return bytes.format(value, { decimalPlaces: 3 }) ?? `${value}B`;
}
