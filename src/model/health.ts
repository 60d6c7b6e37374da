import type { Ms, ServiceId } from "./basics.ts";
import type { Diagnosed, Diagnostic } from "./diagnostic.ts";

/** What samples say. (`status:` in the file is the desired status.) */
export type Verdict = "operational" | "degraded" | "down" | "maintenance" | "unknown";

/** One asking of one service: what was asked, what came back, what it means. */
export interface Sample {
  readonly service: ServiceId;
  /** When the asking began, milliseconds since the Unix epoch. */
  readonly at: Ms;
  readonly outcome: "pass" | "warn" | "fail";
  /** Until the answer was read; absent when there was none. */
  readonly latencyMs?: Ms;
  readonly status?: number;
  /** Each condition as written, with the values it met where it failed: `[STATUS] (500) == 200`. */
  readonly conditions?: readonly { readonly condition: string; readonly held: boolean }[];
  /** Named checks from an `application/health+json` body, or `missing` where the body did not say. */
  readonly checks?: Readonly<Record<string, "pass" | "warn" | "fail" | "missing">>;
  readonly error?: string;
}

/** An immutable piece of history: what one run of one collector saw. */
export interface Segment {
  readonly version: 1;
  readonly collector: string;
  readonly environment: string;
  readonly from: Ms;
  readonly to: Ms;
  /** How many askings the collector's cadence called for, by service: uptime counts expected and actual runs. */
  readonly expected: Readonly<Record<ServiceId, number>>;
  readonly samples: readonly Sample[];
}

/** Appends segments and reads them back; over RefStore on `refs/fairlead/health`. */
export interface HealthStore {
  /** Empty when the segment is kept; else why it could not be, and the caller still holds it. */
  append(segment: Segment): Promise<readonly Diagnostic[]>;
  /** Segments that touch the stretch, oldest first; a file that cannot be used is skipped and named. */
  read(from: Ms, to: Ms): Promise<Diagnosed<readonly Segment[]>>;
}
