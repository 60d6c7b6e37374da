import { hash } from "node:crypto";
import canonicalize from "canonicalize";
import { suggest } from "../diagnostics/suggest.ts";
import type { Digest, ServiceId } from "../model/basics.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Project } from "../model/project.ts";
import type { Spec } from "../model/service.ts";
import { explain } from "./explain.ts";
import { type Facts, factsOf, readableFacts } from "./facts.ts";
import { compileNormaliser, type Normalised } from "./normalise.ts";
import { type Layer, type Origin, origin } from "./origin.ts";
import { isMapping, overlay, type Raw, withoutShortForm } from "./overlay.ts";
import type { Read } from "./read-text.ts";
import type { ServiceContext } from "./rule.ts";
import { SERVICE_RULES } from "./rules.ts";
import type { SchemaCheck } from "./schema-check.ts";
import { readSchema } from "./schemas.ts";
import type { SourceFile } from "./source-file.ts";

/** What one file declares in one environment. */
export interface Compiled {
  /** Null where the file could not be used; then `ids` are still declared. */
  readonly service: CompiledService | null;
  readonly ids: readonly ServiceId[];
  /** What can be read of a service that could not be used, for the rules between services. */
  readonly readable: Facts | null;
  readonly diagnostics: readonly Diagnostic[];
}

export interface CompiledService {
  readonly facts: Facts;
  /** Canonical JSON of the Spec. */
  readonly specText: string;
  readonly specDigest: Digest;
  readonly spec: Spec;
}

export interface CompileContext extends ServiceContext {
  readonly project: Project;
  /** Where `defaults` stand; null where there are none. */
  readonly projectFile: SourceFile | null;
  /** Null compiles the file alone. */
  readonly environment: string | null;
}

/**
 * One file to one service: the schema's say, the overlay of the environment and the project's defaults merged in, values
 * typed, the rules about a single service. Pure: the same text gives the same bytes.
 */
export function compileService(read: Read, context: CompileContext, check: SchemaCheck): Compiled {
  const { file, raw } = read;
  const layers = layersOf(file, context);
  const where = origin(layers);
  if (!isMapping(raw)) {
    const diagnostics = [...read.diagnostics, ...(raw === undefined ? [] : [notAMapping(where)])];
    return { service: null, ids: read.ids, readable: null, diagnostics };
  }
  const diagnostics = [...read.diagnostics, ...unknownEnvironments(raw, where, context.project)];
  const base = withDefaults(raw, context.project);
  const own = overlayOf(raw, context.environment);
  const { environments: _, ...withoutOverlays } = base;
  const merged = own === null ? base : overlay(withoutOverlays, own);
  // The file itself is asked even where an overlay hides the wrong value, which another environment would meet.
  const alone = explain(readSchema("service"), base, check(base));
  const inFile = origin(withoutOverlay(layers));
  for (const { keys, at, problem } of alone) diagnostics.push(inFile.diagnosticAt(keys, at, problem));
  if (own !== null) {
    // What is wrong in the overlay was found in the file already, by its way through `environments`.
    const known = new Set(diagnostics.map(placeOf));
    for (const { keys, at, problem } of explain(readSchema("service"), merged, check(merged))) {
      const diagnostic = where.diagnosticAt(keys, at, problem);
      if (!known.has(placeOf(diagnostic))) diagnostics.push(diagnostic);
    }
  }
  if (diagnostics.some(({ severity }) => severity === "error")) {
    const { environments: _overlays, ...readable } = withoutShortForm(merged);
    for (const rule of SERVICE_RULES)
      if (rule.readsAnything === true)
        for (const { keys, at, problem } of rule.find(readable as unknown as Spec, context))
          diagnostics.push(where.diagnosticAt(keys, at, problem));
    return {
      service: null,
      ids: idsOf(raw, read.ids),
      // Of a service without a right id nobody could say what collides with what.
      readable: alone.some(({ keys }) => keys[0] === "id") ? null : readableFacts(readable),
      diagnostics,
    };
  }

  const { value, sorted } = resolve(raw, own, context.project);
  const spec = value as unknown as Spec;
  for (const rule of SERVICE_RULES)
    for (const { keys, at, problem } of rule.find(spec, context))
      diagnostics.push(where.diagnosticAt(keys, at, problem));
  const specText = sorted ? JSON.stringify(spec) : (canonicalize(spec) ?? "");
  const facts = factsOf(spec, raw["previous_id"]);
  const service = { facts, spec, specText, specDigest: hash("sha256", specText) };
  return { service, ids: [], readable: null, diagnostics };
}

function placeOf({ code, range }: Diagnostic): string {
  return `${code} ${range?.file} ${range?.start.offset}`;
}

/** Where the values of a file's service may stand, in one environment; topmost first. */
export function layersOf(
  file: SourceFile,
  { projectFile, environment }: Pick<CompileContext, "projectFile" | "environment">,
): readonly [Layer, ...Layer[]] {
  const own: Layer = { file, prefix: [] };
  const defaults: Layer[] = projectFile === null ? [] : [{ file: projectFile, prefix: ["defaults"] }];
  return environment === null
    ? [own, ...defaults]
    : [{ file, prefix: ["environments", environment] }, own, ...defaults];
}

function withoutOverlay(layers: readonly [Layer, ...Layer[]]): readonly [Layer, ...Layer[]] {
  const [first, second, ...rest] = layers;
  return first.prefix[0] === "environments" && second !== undefined ? [second, ...rest] : layers;
}

/** `environments` and `previous_id` are no part of what a service is; the short form has been rewritten. */
const LEFT_OUT: ReadonlySet<string> = new Set(["environments", "previous_id", "configuration"]);

let normalise: ((document: Raw) => Normalised) | undefined;

function resolve(raw: Raw, own: Raw | null, project: Project): Normalised {
  const base = withDefaults(withoutShortForm(raw), { defaults: withoutShortForm(project.defaults) });
  const merged = own === null ? base : overlay(base, withoutShortForm(own));
  normalise ??= compileNormaliser(readSchema("service"), LEFT_OUT);
  return normalise(Object.hasOwn(merged, "project") ? merged : { ...merged, project: project.project });
}

function withDefaults(raw: Raw, { defaults }: Pick<Project, "defaults">): Raw {
  for (const _ in defaults) return overlay(defaults, raw);
  return raw;
}

function overlayOf(raw: Raw, environment: string | null): Raw | null {
  const overlays = raw["environments"];
  if (environment === null || !isMapping(overlays) || !Object.hasOwn(overlays, environment)) return null;
  const own = overlays[environment];
  return isMapping(own) ? own : null;
}

function unknownEnvironments(raw: Raw, where: Origin, { environments }: Project): Diagnostic[] {
  const overlays = raw["environments"];
  if (!isMapping(overlays)) return [];
  return Object.keys(overlays).flatMap((name) => {
    if (name.startsWith("x-") || Object.hasOwn(environments, name)) return [];
    const known = Object.keys(environments);
    const meant = suggest(name, known);
    return where.diagnosticAt(["environments", name], "key", {
      code: "environment-unknown",
      severity: "error",
      summary: `there is no environment \`${name}\``,
      detail: `fairlead.yaml names: ${known.join(", ")}.`,
      hint:
        meant === undefined
          ? "add it to `environments` of fairlead.yaml, or remove the overlay"
          : `did you mean \`${meant}\`?`,
    });
  });
}

function notAMapping(where: Origin): Diagnostic {
  return where.diagnosticAt([], "value", {
    code: "value-type",
    severity: "error",
    summary: "the file holds no mapping of keys to values",
    detail: "A service file holds at least `id`, `name` and `type`.",
    hint: "is it a service file? If not, narrow `services` in fairlead.yaml",
  });
}

function idsOf(raw: Raw, readable: readonly string[]): string[] {
  const ids = [raw["id"], raw["previous_id"]].filter((id) => typeof id === "string");
  return ids.length > 0 ? ids : [...readable];
}
