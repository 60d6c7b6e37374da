import type { ServiceId } from "../model/basics.ts";
import type { CatalogEntry } from "../model/catalog.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { TreeEntry } from "../model/tree.ts";
import type { ArtifactFinding } from "./artifacts.ts";
import { catalogEntry } from "./catalog-entry.ts";
import type { Compiled } from "./compile-service.ts";
import type { Facts, Runs } from "./facts.ts";
import { type Layer, type Origin, origin } from "./origin.ts";
import type { Declared } from "./rule.ts";
import { CATALOG_RULES } from "./rules.ts";

/** One file, compiled now or remembered. */
export interface Assembly {
  readonly entry: TreeEntry;
  readonly compiled: Compiled;
  /** The texts that its values stand in: asked for only where something is said about them. */
  readonly layers: () => readonly [Layer, ...Layer[]];
}

export interface AssembleContext {
  readonly artifactOf: (runs: Runs) => Promise<ArtifactFinding>;
  /** Files that were not even read. */
  readonly refused: readonly string[];
}

export interface Assembled {
  readonly services: ReadonlyMap<ServiceId, CatalogEntry>;
  readonly broken: ReadonlySet<ServiceId>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Puts the services of all files together: artifacts, the rules between services, entries sorted by id. Parts come in file order. */
export async function assemble(parts: readonly Assembly[], context: AssembleContext): Promise<Assembled> {
  const diagnostics: Diagnostic[] = [];
  const broken = new Set<ServiceId>(context.refused.map(idFromPath));
  const services: (Declared & { readonly part: Assembly; readonly where: () => Origin })[] = [];
  for (const part of parts) {
    diagnostics.push(...part.compiled.diagnostics);
    if (part.compiled.service === null) {
      const { ids } = part.compiled;
      for (const id of ids.length > 0 ? ids : [idFromPath(part.entry.path)]) broken.add(id);
      continue;
    }
    services.push(declared(part, part.compiled.service.facts));
  }

  const byId = new Map<ServiceId, (typeof services)[number]>();
  const twice = new Set<ServiceId>();
  for (const service of services) {
    if (byId.has(service.facts.id)) twice.add(service.facts.id);
    else byId.set(service.facts.id, service);
  }
  for (const rule of CATALOG_RULES)
    for (const { service, keys, at, problem } of rule.find({ services, byId, broken }))
      diagnostics.push((service as (typeof services)[number]).where().diagnosticAt(keys, at, problem));

  const entries: CatalogEntry[] = [];
  for (const { part, facts, where } of services) {
    const { artifact, artifactDigest, problems } = await context.artifactOf(facts.runs);
    for (const { keys, at, problem } of problems) diagnostics.push(where().diagnosticAt(keys, at, problem));
    if (part.compiled.service && !twice.has(facts.id))
      entries.push(
        catalogEntry({ entry: part.entry, service: part.compiled.service, artifact, artifactDigest, where }),
      );
  }
  for (const id of twice) broken.add(id);
  entries.sort((a, b) => (a.id < b.id ? -1 : 1));
  return { services: new Map(entries.map((entry) => [entry.id, entry])), broken, diagnostics };
}

function declared(part: Assembly, facts: Facts): Declared & { readonly part: Assembly; readonly where: () => Origin } {
  let known: Origin | undefined;
  const where = (): Origin => {
    known ??= origin(part.layers());
    return known;
  };
  return {
    facts,
    file: part.entry.path,
    placeOf: (keys) => {
      const { file, start } = where().rangeOf(keys);
      return `${file}:${start.line}`;
    },
    part,
    where,
  };
}

/** What a file that cannot be read at all most likely declares: guarded, so that a broken file is never taken for a deletion. */
function idFromPath(path: string): ServiceId {
  const parts = path.split("/");
  const name = (parts.at(-1) ?? "").replace(/\.ya?ml$/, "");
  return name === "service" ? (parts.at(-2) ?? name) : name;
}
