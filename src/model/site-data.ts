import type { Instant, Ms, ServiceId } from "./basics.ts";
import type { Verdict } from "./health.ts";

/** Everything that the status site shows, computed once (`health/site-data.ts`); components only show it. */
export interface SiteData {
  readonly title: string;
  readonly description?: string;
  readonly project: string;
  readonly environment: string;
  /** Where the site is served: `/` or `/status/`. */
  readonly base: string;
  readonly generatedAt: Instant;
  readonly verdict: Verdict;
  readonly groups: readonly { readonly name: string; readonly services: readonly ServiceId[] }[];
  readonly services: readonly ServicePage[];
}

export interface ServicePage {
  readonly id: ServiceId;
  readonly name: string;
  readonly description?: string;
  readonly icon?: string;
  readonly type: string;
  readonly kind?: string;
  readonly owner?: string;
  readonly verdict: Verdict;
  /** One sentence for people: why this verdict. */
  readonly says: string;
  readonly endpoints: readonly string[];
  readonly address?: string;
  readonly lastSampleAt: Instant | null;
  readonly intervalMs: Ms;
  /** The newest samples, oldest first, at most 120. */
  readonly samples: readonly {
    readonly at: Instant;
    readonly outcome: "pass" | "warn" | "fail";
    readonly latencyMs?: Ms;
    readonly error?: string;
  }[];
  /** Oldest first; a day without samples is `unknown`, never up. */
  readonly days: readonly {
    readonly day: string;
    readonly verdict: Verdict;
    readonly expected: number;
    readonly actual: number;
    readonly passed: number;
  }[];
  readonly uptime: { readonly expected: number; readonly actual: number; readonly passed: number };
  readonly latency: { readonly p50: Ms; readonly p95: Ms; readonly p99: Ms } | null;
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
  }[];
  /** Declared blocks, as label and value, secrets never among them. */
  readonly configuration?: readonly { readonly path: string; readonly value: string }[];
  readonly notEnforced?: readonly string[];
}
