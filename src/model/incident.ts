import type { Ms, ServiceId } from "./basics.ts";

export type Severity = "degraded" | "down" | "notice";

/** A stretch of being down or degraded, or what somebody wrote of one. */
export interface Incident {
  /** Permanent; becomes part of addresses: `orders-api-2026-11-24-0931`, or a hand-written file's name. */
  readonly id: string;
  readonly title: string;
  /** While it is open, how it is now; afterwards the gravest that it was. */
  readonly severity: Severity;
  /** Service ids, sorted. */
  readonly affected: readonly ServiceId[];
  /**
   * Each time it was so, oldest first: more than one where it became better or worse (the next begins where this one ends), or
   * came back. How long it lasted is their sum. The incident is open exactly where the last one's `to` is null.
   */
  readonly stretches: readonly Stretch[];
  /** Oldest first. */
  readonly updates: readonly IncidentUpdate[];
  /** Markdown, by hand. */
  readonly text?: string;
  readonly postmortem?: string;
  readonly source: "automatic" | "written";
}

export interface Stretch {
  readonly from: Ms;
  readonly to: Ms | null;
  readonly severity: Severity;
}

export interface IncidentUpdate {
  readonly at: Ms;
  readonly status: "investigating" | "identified" | "monitoring" | "resolved";
  /** Plain text where automatic, Markdown where written. */
  readonly says: string;
}

/** Something that happened to an automatic incident, and that people may want to be told of. */
export interface IncidentEvent {
  /** The incident's id. */
  readonly incident: string;
  readonly service: ServiceId;
  readonly is: "down" | "degraded" | "recovered";
  /** When it happened, to the second: with the incident's id and `is` its permanent name. */
  readonly at: Ms;
  readonly says: string;
  /** What was met: `connection refused`. */
  readonly reason?: string;
  /** A dependency that is down as well: nobody is woken by this one as long as it is. */
  readonly heldBy?: ServiceId;
}

/** What somebody wrote about an incident that was opened by itself. */
export interface IncidentNote {
  /** The incident's id. */
  readonly incident: string;
  readonly title?: string;
  readonly updates: readonly IncidentUpdate[];
  /** Markdown. */
  readonly text?: string;
  readonly postmortem?: string;
}

/** Work that is announced, once or again and again; `incidents/maintenance.ts` works out when. */
export interface MaintenanceSeries {
  /** The file's name. */
  readonly id: string;
  readonly title: string;
  /** Service ids, sorted; empty: all of them. */
  readonly affected: readonly ServiceId[];
  /** Markdown, by hand. */
  readonly text?: string;
  /** The first one's begin. */
  readonly from: Ms;
  /** How long each of them takes, whatever clocks do meanwhile. */
  readonly lastsMs: Ms;
  /** A recurrence rule of RFC 5545 without UNTIL, the zone whose clocks it follows, and after when none begins. */
  readonly repeats?: { readonly rule: string; readonly timeZone: string; readonly until?: Ms };
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

/** What is kept of an automatic incident, beside the health history. */
export interface IncidentRecord {
  readonly incident: Incident;
  /** The GitHub issue about it. */
  readonly issue?: number;
  /** Messages by their key: when each left; null while it still has to. */
  readonly told: Readonly<Record<string, Ms | null>>;
}
