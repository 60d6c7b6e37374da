import type { Ms, ServiceId } from "./basics.ts";

export type Severity = "degraded" | "down" | "notice";

/** A stretch of being down or degraded, or what somebody wrote of one. */
export interface Incident {
  /** Permanent; becomes part of addresses: `orders-api-2026-11-24-0931`, or a hand-written file's name. */
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  /** Service ids, sorted. */
  readonly affected: readonly ServiceId[];
  /** Each time it was so: more than one where it came back within the flapping window. The last is open where `to` is null. */
  readonly stretches: readonly { readonly from: Ms; readonly to: Ms | null }[];
  /** Oldest first. */
  readonly updates: readonly IncidentUpdate[];
  /** Markdown, by hand. */
  readonly text?: string;
  readonly postmortem?: string;
  readonly source: "automatic" | "written";
}

export interface IncidentUpdate {
  readonly at: Ms;
  readonly status: "investigating" | "identified" | "monitoring" | "resolved";
  /** Plain text where automatic, Markdown where written. */
  readonly says: string;
}

/** Work that is announced: its time counts neither for nor against a service, and nobody is woken by it. */
export interface MaintenanceWindow {
  readonly id: string;
  readonly title: string;
  /** Service ids, sorted; empty: all of them. */
  readonly affected: readonly ServiceId[];
  readonly from: Ms;
  readonly to: Ms;
  /** Markdown, by hand. */
  readonly text?: string;
  /** `FREQ=WEEKLY;BYDAY=SU` where it is one of a series (RFC 5545), with the zone that it keeps. */
  readonly repeats?: { readonly rule: string; readonly timeZone: string };
}
