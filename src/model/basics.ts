/**
 * `model/` holds the nouns of Fairlead and the ports between its rooms, as data and types.
 * Everything else imports from here; nothing here imports from anywhere else. No disk, network, clock or randomness.
 */

/** A Git object id, 40 (SHA-1) or 64 (SHA-256) hex digits. */
export type Oid = string;

/** SHA-256 over canonical JSON (RFC 8785), 64 hex digits. See `digest.ts`. */
export type Digest = string;

/** An RFC 1123 label, unique in the repository. */
export type ServiceId = string;

/** Milliseconds, as a duration or since the Unix epoch; the name of the field says which. */
export type Ms = number;

/** Bytes. */
export type Bytes = number;

/** An instant in UTC, ISO 8601 with milliseconds, for people and for records. */
export type Instant = string;

/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Time as the executor and the loops see it: handed in, so that tests and simulations own it. */
export interface Clock {
  /** Wall time, milliseconds since the Unix epoch: for records. */
  now(): Ms;
  /** Monotonic milliseconds from an arbitrary start: for every deadline and time-to-live. */
  monotonic(): Ms;
  /** Resolves after `ms`, or as soon as `signal` aborts. Never rejects. */
  sleep(ms: Ms, signal?: AbortSignal): Promise<void>;
}
