import type { ServiceId } from "../model/basics.ts";
import type { CatalogEntry } from "../model/catalog.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Project } from "../model/project.ts";
import type { Tree, TreeEntry } from "../model/tree.ts";
import { artifactFinder } from "./artifacts.ts";
import { catalogEntry } from "./catalog-entry.ts";
import { type Compiled, layersOf } from "./compile-service.ts";
import type { Facts } from "./facts.ts";
import { type Origin, origin } from "./origin.ts";
import type { Read } from "./read-text.ts";
import type { Declared } from "./rule.ts";
import { CATALOG_RULES } from "./rules.ts";
import type { SourceFile } from "./source-file.ts";

/** One file, compiled. */
export interface Assembly {
  readonly entry: TreeEntry;
  readonly compiled: Compiled;
  readonly read: Read;
}

export interface AssembleContext {
  readonly tree: Tree;
  readonly project: Project;
  readonly projectFile: SourceFile | null;
  readonly environment: string | null;
  readonly templates: ReadonlyMap<string, string>;
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
    services.push(declared(part, part.compiled.service.facts, context));
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

  const artifactOf = artifactFinder(context.tree, context.templates);
  const entries: CatalogEntry[] = [];
  for (const { part, facts, where } of services) {
    const { artifact, problems } = await artifactOf(facts.runs);
    for (const { keys, at, problem } of problems) diagnostics.push(where().diagnosticAt(keys, at, problem));
    if (part.compiled.service && !twice.has(facts.id))
      entries.push(catalogEntry({ entry: part.entry, service: part.compiled.service, artifact, where }));
  }
  for (const id of twice) broken.add(id);
  entries.sort((a, b) => (a.id < b.id ? -1 : 1));
  return { services: new Map(entries.map((entry) => [entry.id, entry])), broken, diagnostics };
}

function declared(
  part: Assembly,
  facts: Facts,
  context: AssembleContext,
): Declared & { readonly part: Assembly; readonly where: () => Origin } {
  let known: Origin | undefined;
  const where = (): Origin => {
    known ??= origin(layersOf(part.read.file, part.read.raw, context));
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
