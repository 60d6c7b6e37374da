import type { Digest, ServiceId } from "../model/basics.ts";
import type { Artifact, CatalogEntry } from "../model/catalog.ts";
import type { SourceRange } from "../model/diagnostic.ts";
import type { Spec } from "../model/service.ts";
import type { TreeEntry } from "../model/tree.ts";
import type { CompiledService } from "./compile-service.ts";
import type { Origin } from "./origin.ts";

/** One service of the Catalog. The spec stays the compiled service's own, which may have it still unread. */
export function catalogEntry(input: {
  readonly entry: TreeEntry;
  readonly service: CompiledService;
  readonly artifact: Artifact;
  readonly artifactDigest: Digest;
  readonly where: () => Origin;
}): CatalogEntry {
  return new Entry(input);
}

/** A class for the sake of `spec`: ten thousand objects with a getter of their own each would cost more than all the rest. */
class Entry implements CatalogEntry {
  readonly id: ServiceId;
  readonly specDigest: Digest;
  readonly artifact: Artifact;
  readonly artifactDigest: Digest;
  readonly previousId?: ServiceId;
  readonly file: string;
  readonly blob: string;
  readonly dependencies: readonly ServiceId[];
  readonly protected: boolean;
  readonly #service: CompiledService;
  readonly #where: () => Origin;

  constructor({ entry, service, artifact, artifactDigest, where }: Parameters<typeof catalogEntry>[0]) {
    const { facts } = service;
    this.id = facts.id;
    this.specDigest = service.specDigest;
    this.artifact = artifact;
    this.artifactDigest = artifactDigest;
    if (facts.previousId !== undefined) this.previousId = facts.previousId;
    this.file = entry.path;
    this.blob = entry.blob;
    this.dependencies = facts.dependencies;
    this.protected = facts.protected;
    this.#service = service;
    this.#where = where;
  }

  get spec(): Spec {
    return this.#service.spec;
  }

  rangeOf(path: string): SourceRange {
    return this.#where().rangeOf(path === "" ? [] : path.split("."));
  }
}
