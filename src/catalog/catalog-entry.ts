import type { Artifact, CatalogEntry } from "../model/catalog.ts";
import { digestOf } from "../model/digest.ts";
import type { TreeEntry } from "../model/tree.ts";
import type { CompiledService } from "./compile-service.ts";
import type { Origin } from "./origin.ts";

/** One service of the Catalog. */
export function catalogEntry(input: {
  readonly entry: TreeEntry;
  readonly service: CompiledService;
  readonly artifact: Artifact;
  readonly where: () => Origin;
}): CatalogEntry {
  const { entry, service, artifact, where } = input;
  const { facts } = service;
  return {
    id: facts.id,
    spec: service.spec,
    specDigest: service.specDigest,
    artifact,
    artifactDigest: digestOf(artifact),
    ...(facts.previousId === undefined ? {} : { previousId: facts.previousId }),
    file: entry.path,
    blob: entry.blob,
    dependencies: facts.dependencies,
    protected: facts.protected,
    rangeOf: (path) => where().rangeOf(path === "" ? [] : path.split(".")),
  };
}
