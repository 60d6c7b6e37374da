import type { Ms } from "../model/basics.ts";
import { parseDuration } from "../model/duration.ts";
import { parseSize } from "../model/size.ts";
import { isMapping, type Raw } from "./overlay.ts";
import { resolveNode, type SchemaNode } from "./schemas.ts";
import { secretName } from "./secret-name.ts";

export interface Normalised {
  readonly value: Raw;
  /** False where a key looks like a list index: JavaScript then orders keys its own way, and `JSON.stringify` is not canonical. */
  readonly sorted: boolean;
}

/**
 * Compiles a schema into one pass that turns a valid document into its typed form: durations in milliseconds, sizes in bytes,
 * marker words into `{secret: NAME}`, short forms of a mapping into the mapping, defaults filled in, `x-*` keys left out.
 * Keys come out sorted, so that `JSON.stringify` of the result is its canonical JSON (RFC 8785) without another walk.
 * The document must have passed the schema.
 */
export function compileNormaliser(root: SchemaNode, leftOut: ReadonlySet<string>): (document: Raw) => Normalised {
  const compiled = compileMapping(root, root, leftOut);
  return (document) => {
    const walk: Walk = { document, trail: [], sorted: true };
    const value = compiled(document, walk) as Raw;
    return { value, sorted: walk.sorted };
  };
}

interface Walk {
  readonly document: Raw;
  /** Keys from the top to the value at hand: kept only where a secret may need its name. */
  readonly trail: string[];
  sorted: boolean;
}

type Step = (value: unknown, walk: Walk) => unknown;

const same: Step = (value) => value;

function compile(root: SchemaNode, unresolved: SchemaNode): Step {
  const node = resolveNode(root, unresolved);
  switch (node["x-format"]) {
    case "duration":
      return memoised(parseDuration);
    case "size":
      return memoised(parseSize);
    case "secret":
      return (value, walk) => {
        if (isMapping(value)) return { secret: value["secret"] };
        return MARKERS.has(value as string) ? { secret: secretName(walk.document, walk.trail) } : value;
      };
  }
  const types = typeof node.type === "string" ? [node.type] : (node.type ?? []);
  if (types.includes("array") && node.items) {
    const item = compile(root, node.items);
    if (item === same) return same;
    return (value, walk) =>
      Array.isArray(value)
        ? value.map((one, index) => {
            walk.trail.push(String(index));
            const result = item(one, walk);
            walk.trail.pop();
            return result;
          })
        : value;
  }
  if (types.includes("object") || types.length === 0) {
    const mapping = compileMapping(root, node, new Set());
    // Short forms: `true` is the mapping with its defaults, `false` is none, a text alone is an event's `type`.
    if (types.includes("boolean"))
      return (value, walk) => (value === true ? mapping({}, walk) : value === false ? undefined : mapping(value, walk));
    if (types.includes("string") && node.properties && Object.hasOwn(node.properties, "type"))
      return (value, walk) => mapping(typeof value === "string" ? { type: value } : value, walk);
    return mapping;
  }
  return same;
}

/** Words of the seed that stand for a secret at their place. */
const MARKERS: ReadonlySet<string> = new Set(["encrypted", "encrypted_token", "environment_variable"]);

/** Few different durations and sizes occur in thousands of files. */
function memoised(read: (value: unknown) => Ms | null): Step {
  const known = new Map<unknown, Ms | null>();
  return (value) => {
    let result = known.get(value);
    if (result === undefined) {
      result = read(value);
      if (known.size < 1_000) known.set(value, result);
    }
    return result ?? value;
  };
}

function compileMapping(root: SchemaNode, node: SchemaNode, leftOut: ReadonlySet<string>): Step {
  const fields = Object.entries(node.properties ?? {})
    .filter(([key]) => !leftOut.has(key))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, child]) => {
      const step = compile(root, child);
      const { default: fallback } = resolveNode(root, child);
      return { key, step, fallback: fallback === undefined ? undefined : () => step(fallback, FALLBACK_WALK) };
    });
  const free = node.additionalProperties;
  if (free === false || (free === undefined && fields.length > 0)) {
    return (value, walk) => {
      if (!isMapping(value)) return value;
      const result: Record<string, unknown> = {};
      for (const { key, step, fallback } of fields) {
        const own = value[key];
        if (own === undefined) {
          if (fallback) result[key] = fallback();
          continue;
        }
        if (step === same) {
          result[key] = own;
          continue;
        }
        walk.trail.push(key);
        const typed = step(own, walk);
        walk.trail.pop();
        if (typed !== undefined) result[key] = typed;
      }
      return result;
    };
  }
  const step = typeof free === "object" ? compile(root, free) : sortedDeeply;
  const own = node.patternProperties && Object.hasOwn(node.patternProperties, "^x-");
  return (value, walk) => {
    if (!isMapping(value)) return sortedDeeply(value, walk);
    const result: Record<string, unknown> = {};
    for (const key of Object.keys(value).sort()) {
      if (own && key.startsWith("x-")) continue;
      if (isIndex(key)) walk.sorted = false;
      walk.trail.push(key);
      result[key] = step(value[key], walk);
      walk.trail.pop();
    }
    return result;
  };
}

/** Defaults name no secrets. */
const FALLBACK_WALK: Walk = { document: {}, trail: [], sorted: true };

function sortedDeeply(value: unknown, walk: Walk): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => sortedDeeply(item, walk));
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(value).sort()) {
    if (isIndex(key)) walk.sorted = false;
    result[key] = sortedDeeply((value as Raw)[key], walk);
  }
  return result;
}

function isIndex(key: string): boolean {
  const code = key.charCodeAt(0);
  return code >= 48 && code <= 57 && /^\d+$/.test(key);
}
