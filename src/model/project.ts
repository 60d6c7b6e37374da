import type { Ms, ServiceId } from "./basics.ts";
import type { SecretRef } from "./service.ts";

/** `fairlead.yaml`, resolved: defaults filled, durations parsed. Input and output are named apart: the file's own type is generated. */
export interface Project {
  readonly project: string;
  /** Globs of service files, relative to the repository. */
  readonly services: readonly string[];
  readonly environments: Readonly<Record<string, EnvironmentSpec>>;
  /** Merged under every service file before its own keys; raw, as written. */
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly safety: { readonly max_delete_percent: number };
  readonly health: WatchSpec;
  readonly site: SiteSpec;
  readonly notifications: readonly NotificationSpec[];
}

export interface EnvironmentSpec {
  readonly target: { readonly kind: string; readonly [key: string]: unknown };
  readonly apply: "on_merge" | "manual" | { readonly after: string };
  /** Teams (`platform`) and people (`@octocat`), one of whom must have let a change through; empty: nobody is asked. */
  readonly approvers: readonly string[];
}

/** How services are watched. */
export interface WatchSpec {
  /** A URL that is always there: where it fails together with a service, the trouble is the watcher's. */
  readonly control?: string;
  /** Names of collectors that should never fall silent. */
  readonly watchers: readonly string[];
  /** How long what was seen is kept: samples in full, counts of hours, counts of days. */
  readonly retention: { readonly samples: Ms; readonly hours: Ms; readonly days: Ms };
}

export interface SiteSpec {
  readonly title: string;
  readonly description?: string;
  readonly url?: string;
  readonly base: string;
  /** Internal facts to publish: none by default, since a page of a private repository is public. */
  readonly include: readonly ("dependencies" | "releases" | "configuration")[];
  readonly language: "en" | "de" | "zh" | "es";
  /** A picture in the repository. */
  readonly logo?: string;
  /** `#rrggbb`. */
  readonly accent?: string;
  readonly links: readonly { readonly text: string; readonly url: string }[];
  /** The shortest time between two rebuilds while `fairlead up` runs. */
  readonly refresh: Ms;
}

/** One way of telling people. Names are unique: what was told is remembered by them. */
export interface NotificationSpec {
  readonly name: string;
  readonly type: "webhook" | "slack" | "email";
  readonly to: string | SecretRef;
  readonly events: readonly ("down" | "degraded" | "recovered" | "fast_burn" | "deployed" | "failed")[];
  /** Ids, or all of an owner; unset: every service. */
  readonly services?: readonly (ServiceId | { readonly owner: string })[];
  readonly reminder?: Ms;
  /** JSON with `{{json NAME}}`; of a webhook alone. */
  readonly template?: string;
  readonly sign_with?: SecretRef;
  /** Of email alone. */
  readonly from?: string;
  readonly server?: string | SecretRef;
}
