/**
 * `github/` is where people meet Fairlead: what a pull request would do, said in its comment, its check and its labels; what
 * a merge did, said in deployments and comments; and whether a step was approved. It promises that nothing which comes out of
 * a file, a branch or a comment is ever markup, a mention or a permission by itself, and that every write may be repeated.
 * It decides neither what changes (`plan/`) nor makes it so (`apply/`).
 */
import type { Oid, ServiceId } from "../model/basics.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Plan } from "../model/plan.ts";
import type { EnvironmentSpec } from "../model/project.ts";

/** What merging a pull request would mean, from Git alone. */
export interface Review {
  readonly head: Oid;
  readonly base: Oid;
  /** Of `fairlead.yaml`, of the rules that it changes (`rules-changed`), and of files where no environment is shared. */
  readonly diagnostics: readonly Diagnostic[];
  /** Every environment that a team shares, in the order in which it gets the change; empty: nothing is deployed from here. */
  readonly environments: readonly EnvironmentReview[];
}

/** One environment as merging would leave it. */
export interface EnvironmentReview {
  readonly name: string;
  readonly apply: EnvironmentSpec["apply"];
  /** Who has to approve it, on the commit that is merged: teams as `platform`, people as `@octocat`. One of them is enough. */
  readonly approvers?: readonly string[];
  /** Null where there could be none; the diagnostics say why. */
  readonly plan: Plan | null;
  /** Services of whose steps the base has the very same: merged earlier and not applied yet, so not this pull request's. */
  readonly pending: ReadonlySet<ServiceId>;
  /** Of the files and of the plan. With an error among them nothing would be applied. */
  readonly diagnostics: readonly Diagnostic[];
  /** What would stop an apply although every file is right: destroys that nobody has confirmed. */
  readonly safety: readonly Diagnostic[];
}
