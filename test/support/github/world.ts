import type { Json } from "./openapi.ts";

/** What the forge remembers. Commits and branches are not here: those are Git's. */
export interface World {
  readonly owner: string;
  readonly name: string;
  readonly folder: string;
  readonly defaultBranch: string;
  /** Bare repositories by owner, the first among them. */
  readonly forks: Map<string, { readonly owner: string; readonly name: string; readonly folder: string }>;
  readonly people: Map<string, Role>;
  readonly teams: Map<string, Set<string>>;
  readonly pulls: Pull[];
  readonly issues: Issue[];
  readonly comments: Comment[];
  readonly reviews: Review[];
  readonly labels: Label[];
  readonly checks: Check[];
  readonly deployments: Deployment[];
  /** Where the server listens, known once it does. */
  url: string;
  /** The forge's clock: a second later at each reading, so that every order is told by time too. */
  now(): string;
  nextId(): number;
}

export type Role = "admin" | "maintain" | "write" | "triage" | "read";
export type Level = "read" | "write";

/** Who asks. */
export interface Identity {
  readonly login: string;
  /** As in a workflow: `pull-requests`, `contents`, `members`. */
  readonly permissions: Readonly<Record<string, Level>>;
  /** The slug of the app whose token it is; a person's has none. */
  readonly app: string | null;
}

export interface Pull {
  readonly number: number;
  readonly id: number;
  readonly author: string;
  readonly headOwner: string;
  readonly headRef: string;
  /** Frozen when it is closed, or its branch gone. */
  headSha: string;
  readonly baseRef: string;
  /** The base's tip when it was opened, and at last just before its merge. */
  baseSha: string;
  title: string;
  body: string;
  draft: boolean;
  state: "open" | "closed";
  mergedAt: string | null;
  mergedBy: string | null;
  /** Of an open one the merge on trial; null where it conflicts. */
  mergeCommit: string | null;
  /** `base head` that the merge on trial is of. */
  tried: string;
  /** Commits that the merge brought to the base, itself included. */
  brought: string[];
  labels: string[];
  readonly createdAt: string;
  updatedAt: string;
}

export interface Issue {
  readonly number: number;
  readonly id: number;
  readonly author: string;
  title: string;
  body: string;
  state: "open" | "closed";
  labels: string[];
  readonly createdAt: string;
  updatedAt: string;
}

export interface Comment {
  readonly id: number;
  readonly number: number;
  readonly author: string;
  readonly app: string | null;
  body: string;
  minimized: string | null;
  readonly createdAt: string;
  updatedAt: string;
}

export interface Review {
  readonly id: number;
  readonly number: number;
  readonly author: string;
  readonly state: "APPROVED" | "CHANGES_REQUESTED" | "COMMENTED" | "DISMISSED";
  readonly commit: string;
  readonly body: string;
  readonly at: string;
}

export interface Label {
  readonly id: number;
  readonly name: string;
  color: string;
  description: string | null;
}

export interface Check {
  readonly id: number;
  readonly app: string;
  name: string;
  readonly head: string;
  externalId: string;
  detailsUrl: string | null;
  status: "queued" | "in_progress" | "completed";
  conclusion: string | null;
  readonly startedAt: string;
  completedAt: string | null;
  title: string | null;
  summary: string | null;
  text: string | null;
  readonly annotations: Json[];
}

export interface Deployment {
  readonly id: number;
  readonly sha: string;
  readonly ref: string;
  readonly task: string;
  readonly environment: string;
  readonly description: string | null;
  readonly payload: unknown;
  readonly transient: boolean;
  readonly production: boolean;
  readonly by: string;
  readonly app: string | null;
  readonly createdAt: string;
  updatedAt: string;
  readonly statuses: DeploymentStatus[];
}

export interface DeploymentStatus {
  readonly id: number;
  readonly state: string;
  readonly description: string;
  readonly logUrl: string;
  readonly environmentUrl: string;
  readonly by: string;
  readonly createdAt: string;
}
