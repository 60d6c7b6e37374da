import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import type { Digest } from "./basics.ts";

/** SHA-256 of a value's canonical JSON (RFC 8785): equal values have equal digests, whatever the order of their keys. */
export function digestOf(value: unknown): Digest {
  const text = canonicalText(value);
  // `undefined`, a function or a symbol has no JSON form: a bug of ours, never of a user's file.
  if (text === undefined) throw new TypeError("digestOf needs a value that JSON can carry");
  return createHash("sha256").update(text).digest("hex");
}

/**
 * RFC 8785 refuses halves of surrogate pairs, which a YAML escape or a tampered State can hold: then every text is taken as
 * JSON spells it, marked, so that no hostile text can make a plan throw and no two values come to share a digest.
 */
function canonicalText(value: unknown): string | undefined {
  try {
    return canonicalize(value);
  } catch {
    return `spelled ${canonicalize(spelled(value))}`;
  }
}

function spelled(value: unknown): unknown {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(spelled);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [JSON.stringify(key), spelled(item)]));
}

/** How a digest is shown to people: the first 12 digits. */
export function shortDigest(digest: Digest): string {
  return digest.slice(0, 12);
}
