import type { Instant, Ms, Oid, ServiceId } from "./basics.ts";
import type { Because } from "./because.ts";
import type { Counts, Outcome, SloFigures, Verdict } from "./health.ts";
import type { Incident, IncidentUpdate, Severity } from "./incident.ts";
import type { SiteSpec } from "./project.ts";
import type { DesiredStatus } from "./service.ts";

/** Everything that the status site shows, computed once (`site/site-data.ts`); components only show it. */
export interface SiteData {
  readonly title: string;
  readonly description?: string;
  readonly project: string;
  readonly environment: string;
  /** Where the site is served: `/` or `/status/`. */
  readonly base: string;
  readonly generatedAt: Instant;
  /** The commit of refs/fairlead/health that figures are made of; absent where they were drawn while watching. */
  readonly history?: Oid;
  /** The gravest verdict of any service that is meant to run. */
  readonly verdict: Verdict;
  /** The banner's sentence. */
  readonly says: string;
  readonly counts: Readonly<Record<Verdict, number>>;
  /** When the newest sample was taken: how fresh the page is. */
  readonly dataFrom: Instant | null;
  /** The shortest cadence of any service. */
  readonly intervalMs: Ms;
  /** By project, or by type where there is one project: then `type` says which, for other languages. */
  readonly groups: readonly {
    readonly name: string;
    readonly type?: string;
    readonly services: readonly ServiceId[];
  }[];
  readonly services: readonly ServicePage[];
  /** Where the site is published, without a slash at its end; feeds and previews need it. */
  readonly url?: string;
  readonly language: SiteSpec["language"];
  readonly links: SiteSpec["links"];
  readonly accent?: string;
  /** Where the logo lies in the repository. */
  readonly logo?: string;
  /** Newest first: automatic and written ones. */
  readonly incidents: readonly SiteIncident[];
  /** By start: what ran in the days shown, what runs, what comes. */
  readonly maintenance: readonly SiteMaintenance[];
}

/** HTML without scripts, pictures and links that are not web or mail addresses (`site/markdown.ts`). */
export type Html = string;

export interface SiteIncident {
  /** Permanent; the incident's page is `incidents/<id>/`. */
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly affected: readonly { readonly id: ServiceId; readonly name: string }[];
  readonly from: Instant;
  /** Null while it goes on. */
  readonly to: Instant | null;
  /** The sum of its stretches, until now where it goes on. */
  readonly durationMs: Ms;
  readonly stretches: readonly { readonly from: Instant; readonly to: Instant | null }[];
  /** Oldest first. */
  readonly updates: readonly {
    readonly at: Instant;
    readonly status: IncidentUpdate["status"];
    readonly html: Html;
  }[];
  readonly html?: Html;
  readonly postmortem?: Html;
  readonly source: Incident["source"];
}

export interface SiteMaintenance {
  readonly id: string;
  readonly title: string;
  /** Empty: all services. */
  readonly affected: readonly { readonly id: ServiceId; readonly name: string }[];
  readonly from: Instant;
  readonly to: Instant;
  readonly phase: "scheduled" | "in_progress" | "completed";
  readonly html?: Html;
  readonly repeats?: { readonly rule: string; readonly timeZone: string };
}

export interface ServicePage {
  readonly id: ServiceId;
  readonly name: string;
  readonly description?: string;
  readonly icon?: string;
  readonly type: string;
  readonly kind?: string;
  readonly owner?: string;
  /** The desired status; an inactive service is shown and left out of the banner. */
  readonly status: DesiredStatus;
  readonly verdict: Verdict;
  /** One English sentence: why this verdict. */
  readonly says: string;
  /** The same as a code with its figures, for other languages. */
  readonly because?: Because;
  readonly endpoints: readonly string[];
  readonly address?: string;
  readonly lastSampleAt: Instant | null;
  readonly intervalMs: Ms;
  /** The newest samples, oldest first, at most 120. */
  readonly samples: readonly {
    readonly at: Instant;
    readonly outcome: Outcome;
    readonly latencyMs?: Ms;
    readonly status?: number;
    readonly error?: string;
  }[];
  /** Oldest first, today as far as it has passed; a day without samples is `unknown`, never up. */
  readonly days: readonly ({ readonly day: string; readonly verdict: Verdict } & Counts)[];
  /** Counts over `days`: any percentage on the site is made of their seconds (`Counts`). */
  readonly uptime: Counts;
  /** Percentiles over the last 24 hours, and of how many answers: `percentiles["24h"]`. */
  readonly latency: { readonly p50: Ms; readonly p95: Ms; readonly p99: Ms; readonly samples: number } | null;
  /** Each within 2 % of what was measured; hours and days are UTC, this one included. */
  readonly percentiles: Readonly<Record<"24h" | "7d" | "30d" | "90d", ServicePage["latency"]>>;
  /** Where the service promises something. */
  readonly slo?: SloFigures;
  readonly checks: readonly { readonly name: string; readonly status: "pass" | "warn" | "fail" | "missing" }[];
  readonly conditions: readonly { readonly condition: string; readonly held: boolean }[];
  /** Published only as `site.include` says. */
  readonly dependencies?: readonly { readonly id: ServiceId; readonly name: string; readonly verdict: Verdict }[];
  readonly dependents?: readonly { readonly id: ServiceId; readonly name: string; readonly verdict: Verdict }[];
  readonly releases?: readonly {
    readonly number: number;
    readonly at: Instant;
    readonly commit: string | null;
    readonly stable: boolean;
    /** `held`: rolled back, or failed, and not tried again. */
    readonly outcome?: "serving" | "replaced" | "held" | "rolling";
    /** Why it is held, and since when. */
    readonly reason?: string;
    readonly endedAt?: Instant;
  }[];
  /** Declared blocks, as label and value, secrets never among them. */
  readonly configuration?: readonly { readonly path: string; readonly value: string }[];
  readonly notEnforced?: readonly string[];
}
