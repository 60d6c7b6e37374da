import type { Ms, Oid, ServiceId } from "./basics.ts";
import type { Diagnosed, Diagnostic } from "./diagnostic.ts";

/** What samples say. (`status:` in the file is the desired status.) */
export type Verdict = "operational" | "degraded" | "down" | "maintenance" | "unknown";

/**
 * What one asking says. `warn`: it answers, but slowly or with a warning of its own. `unknown`: it could not be asked, since
 * the asker itself had no network; that is nobody's downtime.
 */
export type Outcome = "pass" | "warn" | "fail" | "unknown";

/** One asking of one service: what was asked, what came back, what it means. */
export interface Sample {
  readonly service: ServiceId;
  /** When the asking began, milliseconds since the Unix epoch. */
  readonly at: Ms;
  readonly outcome: Outcome;
  /** Until the answer was read; absent when there was none. */
  readonly latencyMs?: Ms;
  readonly status?: number;
  /** Each condition as written, with the values it met where it failed: `[STATUS] (500) == 200`. */
  readonly conditions?: readonly { readonly condition: string; readonly held: boolean }[];
  /** Named checks from an `application/health+json` body, or `missing` where nothing says. */
  readonly checks?: Readonly<Record<string, "pass" | "warn" | "fail" | "missing">>;
  readonly error?: string;
  /** How often it was asked until this outcome stood, where more than once: a failure that a retry confirmed. */
  readonly attempts?: number;
  /** Taken while maintenance was declared: it counts neither for nor against the service. */
  readonly during?: "maintenance";
}

/** How a collector watched one service: what its samples are judged by, kept with them, so that history explains itself. */
export interface Watching {
  /** Time between two askings. */
  readonly cadenceMs: Ms;
  readonly timeoutMs: Ms;
  readonly failure_threshold: number;
  readonly success_threshold: number;
}

/** An immutable piece of history: what one run of one collector saw. */
export interface Segment {
  readonly version: 1;
  /** Who watched: a name that its runs share, `actions` or a host's. */
  readonly collector: string;
  /** Where from; `default` where nobody said. */
  readonly region: string;
  readonly environment: string;
  readonly from: Ms;
  readonly to: Ms;
  /** Where the same collector's last segment ended: what lies between should have been watched and was not. */
  readonly after?: Ms;
  /** A person's check: nobody expects another. */
  readonly once?: true;
  /** By service. */
  readonly watching: Readonly<Record<ServiceId, Watching>>;
  /** How many askings the collector's cadence called for between `from` and `to`, by service. */
  readonly expected: Readonly<Record<ServiceId, number>>;
  readonly samples: readonly Sample[];
}

/** A stretch of time in which one verdict held; `to` is the next one's `from`. */
export interface Span {
  readonly from: Ms;
  readonly to: Ms;
  readonly verdict: Verdict;
}

/**
 * How a service stood with one collector at its last sample that is kept no longer. What comes after is judged from here on,
 * so that letting samples go changes no verdict.
 */
export interface Standing extends Pick<Sample, "service" | "at" | "outcome" | "during"> {
  readonly collector: string;
  readonly region: string;
  readonly verdict: "operational" | "degraded" | "down" | "unknown";
  /** When the last asking began that said something of the service, in and out of maintenance; absent where none did. */
  readonly judgedAt?: Ms;
  readonly watching: Watching;
}

/**
 * What is counted of a service over a stretch of time. Every published figure is made of these; two of them add up.
 * `actual = passed + warned + failed + unknown + maintenance`; seconds add up to the stretch, or to the part of it that has passed.
 */
export interface Counts {
  /** Askings that the cadence called for. */
  readonly expected: number;
  /** Askings that were made. */
  readonly actual: number;
  readonly passed: number;
  readonly warned: number;
  readonly failed: number;
  readonly unknown: number;
  /** Asked while maintenance was declared. */
  readonly maintenance: number;
  /** How long each verdict held, in seconds. Uptime is (operational + degraded) / (operational + degraded + down). */
  readonly seconds: Readonly<Record<Verdict, number>>;
}

/** Counts with the sketch that percentiles are read from. */
export interface Tally extends Counts {
  /** Answers by latency: a mergeable sketch, bucket → how many (`health/latency-sketch.ts`). Empty without answers. */
  readonly latency: Readonly<Record<string, number>>;
}

/** Counts of one hour, day or month, by service. `at` is UTC: `2026-11-24T13`, `2026-11-24`, `2026-11`. */
export interface Period {
  readonly at: string;
  readonly services: Readonly<Record<ServiceId, Tally>>;
}

/** History as it is kept: what is recent sample by sample, what is older as counts. */
export interface History {
  readonly environment: string;
  /** The moment at which it is told: every figure is of the time until then. */
  readonly at: Ms;
  /** The commit of refs/fairlead/health that all of it was read from; absent where something was seen since. */
  readonly commit?: Oid;
  /** Oldest first: the last days, in full. */
  readonly segments: readonly Segment[];
  /** How services stood where the segments begin. */
  readonly before: readonly Standing[];
  /** Each UTC hour of the last days, the segments' included, oldest first. */
  readonly hours: readonly Period[];
  /** Each UTC day that is kept, the segments' included, oldest first. */
  readonly days: readonly Period[];
  /** Each UTC month since the beginning, oldest first. */
  readonly months: readonly Period[];
}

/** History that goes on while somebody watches, whether it can be stored at the moment or not. */
export interface LiveHistory {
  add(segment: Segment): void;
  /** As it is at this moment; `unsealed` is what belongs to it and is still being gathered. */
  at(now: Ms, unsealed?: Segment | null): History;
}

/** Live history that can also take in what others have stored meanwhile; what was added here is known when it comes back. */
export interface FollowedHistory extends LiveHistory {
  /** Adds the segments of the last hours that were stored since the last look. Throws a GitError where the ref is out of reach. */
  catchUp(): Promise<readonly Diagnostic[]>;
}

/** Over RefStore on `refs/fairlead/health`. */
export interface HealthStore {
  /** Empty when the segment is kept; else why it could not be, and the caller still holds it. */
  append(segment: Segment): Promise<readonly Diagnostic[]>;
  /** An environment's history as it is now; a file that cannot be used is left out and named. */
  read(environment: string): Promise<Diagnosed<History>>;
  /** The same, to go on from while watching. */
  follow(environment: string): Promise<Diagnosed<FollowedHistory>>;
  /** Counts samples that have left the window into their hours now; how many segments. An append does it too, bit by bit. */
  compact(environment: string): Promise<Diagnosed<number>>;
}

/** What a service promises; `availability` is a share: 0.999. */
export interface SloSpec {
  readonly availability?: number;
  /** Percentile → the longest latency: `{p95: 300}`. */
  readonly latency?: Readonly<Record<string, Ms>>;
  readonly window: Ms;
}

/** How long a service may be down over a window, and how long it was. */
export interface ErrorBudget {
  readonly totalSeconds: number;
  readonly spentSeconds: number;
  /** Below zero where the promise is broken. */
  readonly leftSeconds: number;
  /** Of the known time; null where none is known. */
  readonly availability: number | null;
}

/** How a promise is kept (`health/slo.ts`). */
export interface SloFigures {
  readonly slo: SloSpec;
  /** The rest is there where an availability is promised, `latency` where one is. */
  readonly budget?: ErrorBudget;
  /** 1 spends exactly the budget in the window; null where no time is known. */
  readonly burnRates?: Readonly<Record<"1h" | "6h", number | null>>;
  /** Somebody should look now. */
  readonly isFastBurn?: boolean;
  readonly latency?: readonly {
    readonly percentile: string;
    readonly limitMs: Ms;
    readonly seenMs: Ms | null;
    readonly isMet: boolean | null;
  }[];
  /** Newest first, `2026-11`; the budget is a share of the known time. */
  readonly months: readonly (ErrorBudget & { readonly month: string; readonly isMet: boolean | null })[];
}
