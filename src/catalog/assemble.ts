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
  /** True where the rules between services are known to hold of just these facts. */
  readonly rulesHold?: boolean;
}

export interface Assembled {
  readonly services: ReadonlyMap<ServiceId, CatalogEntry>;
  readonly broken: ReadonlySet<ServiceId>;
  readonly diagnostics: readonly Diagnostic[];
  /** No file is broken and every rule between services holds. */
  readonly rulesHold: boolean;
}

/** Puts the services of all files together: artifacts, the rules between services, entries sorted by id. Parts come in file order. */
export async function assemble(parts: readonly Assembly[], context: AssembleContext): Promise<Assembled> {
  const diagnostics: Diagnostic[] = [];
  const broken = new Set<ServiceId>(context.refused.map(idFromPath));
  const all: DeclaredInFile[] = [];
  for (const part of parts) {
    const { service, ids, readable, diagnostics: own } = part.compiled;
    if (own.length > 0) diagnostics.push(...own);
    const facts = service?.facts ?? readable;
    if (facts !== null) all.push(new DeclaredInFile(part, facts));
    if (service === null) for (const id of ids.length > 0 ? ids : [idFromPath(part.entry.path)]) broken.add(id);
  }

  const between = context.rulesHold && broken.size === 0 ? NOTHING : betweenServices(all, broken);
  diagnostics.push(...between.diagnostics);

  const findings = new Map<Runs, ArtifactFinding>();
  const entries: CatalogEntry[] = [];
  for (const one of all) {
    const { facts } = one;
    const { service } = one.part.compiled;
    if (service === null) continue;
    // Remembered services share what runs: most are answered here, without a turn of the event loop each.
    const finding = findings.get(facts.runs) ?? (await context.artifactOf(facts.runs));
    findings.set(facts.runs, finding);
    for (const { keys, at, problem } of finding.problems) diagnostics.push(one.where().diagnosticAt(keys, at, problem));
    if (!between.twice.has(facts.id))
      entries.push(catalogEntry({ part: one.part, service, where: () => one.where() }, finding));
  }
  const rulesHold = broken.size === 0 && between.diagnostics.length === 0;
  for (const id of between.twice) broken.add(id);
  entries.sort((a, b) => (a.id < b.id ? -1 : 1));
  return { services: new Map(entries.map((entry) => [entry.id, entry])), broken, diagnostics, rulesHold };
}

/** A service among the others, usable or not. A class, since there are ten thousand of them. */
class DeclaredInFile implements Declared {
  readonly part: Assembly;
  readonly facts: Facts;
  #where: Origin | undefined;

  constructor(part: Assembly, facts: Facts) {
    this.part = part;
    this.facts = facts;
  }

  get file(): string {
    return this.part.entry.path;
  }

  where(): Origin {
    this.#where ??= origin(this.part.layers());
    return this.#where;
  }

  placeOf(keys: readonly string[]): string {
    const { file, start } = this.where().rangeOf(keys);
    return `${file}:${start.line}`;
  }
}

interface Between {
  readonly diagnostics: readonly Diagnostic[];
  readonly twice: ReadonlySet<ServiceId>;
}

const NOTHING: Between = { diagnostics: [], twice: new Set() };

function betweenServices(services: readonly DeclaredInFile[], broken: ReadonlySet<ServiceId>): Between {
  const byId = new Map<ServiceId, DeclaredInFile>();
  const twice = new Set<ServiceId>();
  for (const service of services) {
    if (byId.has(service.facts.id)) twice.add(service.facts.id);
    else byId.set(service.facts.id, service);
  }
  const diagnostics = CATALOG_RULES.flatMap((rule) =>
    [...rule.find({ services, byId, broken })].map(({ service, keys, at, problem }) =>
      (service as DeclaredInFile).where().diagnosticAt(keys, at, problem),
    ),
  );
  return { diagnostics, twice };
}

/** What a file that cannot be read at all most likely declares: guarded, so that a broken file is never taken for a deletion. */
function idFromPath(path: string): ServiceId {
  const parts = path.split("/");
  const name = (parts.at(-1) ?? "").replace(/\.ya?ml$/, "");
  return name === "service" ? (parts.at(-2) ?? name) : name;
}
