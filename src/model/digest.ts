import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import type { Digest } from "./basics.ts";

/** SHA-256 of a value's canonical JSON (RFC 8785): equal values have equal digests, whatever the order of their keys. */
export function digestOf(value: unknown): Digest {
  const text = canonicalize(value);
  // `undefined`, a function or a symbol has no JSON form: a bug of ours, never of a user's file.
  if (text === undefined) throw new TypeError("digestOf needs a value that JSON can carry");
  return createHash("sha256").update(text).digest("hex");
}

/** How a digest is shown to people: the first 12 digits. */
export function shortDigest(digest: Digest): string {
  return digest.slice(0, 12);
}
