import type { Digest, ServiceId } from "../model/basics.ts";
import type { Artifact, CatalogEntry } from "../model/catalog.ts";
import type { SourceRange } from "../model/diagnostic.ts";
import type { Spec } from "../model/service.ts";
import type { TreeEntry } from "../model/tree.ts";
import type { ArtifactFinding } from "./artifacts.ts";
import type { CompiledService } from "./compile-service.ts";
import type { Origin } from "./origin.ts";

/** What an entry is made from; it asks for positions, and for the spec, when somebody asks it. */
export interface EntrySource {
  readonly part: { readonly entry: TreeEntry };
  readonly service: CompiledService;
  where(): Origin;
}

/** One service of the Catalog. */
export function catalogEntry(source: EntrySource, finding: ArtifactFinding): CatalogEntry {
  return new Entry(source, finding);
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
  readonly #source: EntrySource;

  constructor(source: EntrySource, { artifact, artifactDigest }: ArtifactFinding) {
    const { facts, specDigest } = source.service;
    this.id = facts.id;
    this.specDigest = specDigest;
    this.artifact = artifact;
    this.artifactDigest = artifactDigest;
    if (facts.previousId !== undefined) this.previousId = facts.previousId;
    this.file = source.part.entry.path;
    this.blob = source.part.entry.blob;
    this.dependencies = facts.dependencies;
    this.protected = facts.protected;
    this.#source = source;
  }

  get spec(): Spec {
    return this.#source.service.spec;
  }

  rangeOf(path: string): SourceRange {
    return this.#source.where().rangeOf(path === "" ? [] : path.split("."));
  }
}
