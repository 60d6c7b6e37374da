import type { Clock, Ms } from "../model/basics.ts";
import type { Answer } from "./conditions.ts";

/** One thing to ask, with every secret in its place. It is never shown; `says` of the target is. */
export interface Question {
  readonly url: URL;
  /** In small letters, without the colon. */
  readonly scheme: string;
  readonly method?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Unset: on the same origin only. */
  readonly followRedirects?: boolean;
  readonly ipVersion?: 4 | 6;
  readonly graphql?: string;
  readonly send?: string;
  readonly query?: string;
  readonly dns: { readonly name?: string; readonly type?: string; readonly value?: string };
  readonly grpcService: string;
}

/** What a kind of probe works with while it asks. */
export interface Asking {
  readonly clock: Clock;
  /** Whole, as clients want it. */
  readonly timeoutMs: Ms;
  /** Aborts at the timeout, and when the asking is called off. */
  readonly signal: AbortSignal;
  /** What is met on the way, for conditions to look at even where the rest fails. */
  readonly met: { -readonly [Key in keyof Answer]: Answer[Key] };
  /** Registers what closes a socket or a client: it runs at the end, whatever the end is. */
  closing(close: () => void): void;
}

/** What came of an asking that was answered. */
export interface Answered {
  /** Why the answer is no good one where no condition says otherwise: `answered 503`. */
  readonly rejected?: string;
  /** The body claims to be JSON about the service's own health. */
  readonly json?: boolean;
}

/**
 * Asks once over one protocol. It may throw and it may hang: `ask-target.ts` bounds it, closes what it opened, and puts the
 * error into words. A `Refusal` brings its own words.
 */
export type Ask = (question: Question, asking: Asking) => Promise<Answered>;

/** An end with words of its own, fit to be published: neither host names nor addresses nor credentials. */
export class Refusal extends Error {}
