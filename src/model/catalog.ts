import type { Digest, Oid, ServiceId } from "./basics.ts";
import type { SourceRange } from "./diagnostic.ts";
import type { Project } from "./project.ts";
import type { Spec } from "./service.ts";

/** What runs. Two artifacts are the same if and only if their digests (`digestOf`) are. */
export type Artifact =
  | { readonly kind: "image"; readonly reference: string }
  /** Git tree ids of `source` and `watch`, by path: editing a service's code is a change that the plan shows. */
  | { readonly kind: "files"; readonly trees: Readonly<Record<string, Oid>> }
  | { readonly kind: "template"; readonly template: string; readonly version: string }
  | { readonly kind: "none" };

export interface CatalogEntry {
  readonly id: ServiceId;
  /** The resolved service. May be computed on first use: most entries of a no-op plan are never looked at. */
  readonly spec: Spec;
  readonly specDigest: Digest;
  readonly artifact: Artifact;
  readonly artifactDigest: Digest;
  readonly previousId?: ServiceId;
  readonly file: string;
  readonly blob: Oid;
  /** Facts that order and rules need without the spec. */
  readonly dependencies: readonly ServiceId[];
  readonly protected: boolean;
  /** Where a dotted path of the file stands (`""` is the top); falls back to the nearest parent. */
  rangeOf(path: string): SourceRange;
}

/** All services of one Tree, validated and resolved for one environment. */
export interface Catalog {
  readonly project: Project;
  readonly environment: string;
  /** Sorted by id. */
  readonly services: ReadonlyMap<ServiceId, CatalogEntry>;
  /** Declared in a file that could not be used: neither planned nor deleted. */
  readonly broken: ReadonlySet<ServiceId>;
  /** The commit that the Tree came from; null for a working folder without one. */
  readonly commit: Oid | null;
  /** True when the Tree is a working folder that may differ from `commit`. */
  readonly dirty: boolean;
}
