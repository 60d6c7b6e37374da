import { isMapping } from "./overlay.ts";
import type { PathProblem } from "./path-problem.ts";
import { readSchema, resolveNode, type SchemaNode } from "./schemas.ts";
import type { KeyPath } from "./source-file.ts";

/**
 * What a document declares that the schema marks `x-enforced: false`, or a value that is not among those it lists as
 * enforced: accepted, kept and shown, but nothing acts on it yet. The topmost marked block alone, as a dotted path.
 */
export function notEnforced(document: unknown, name: "service" | "fairlead" = "service"): string[] {
  return [...unenforced(readSchema(name), document)].map(({ label }) => label);
}

/** The same as notes for `fairlead validate`. */
export function notEnforcedNotes(document: unknown, name: "service" | "fairlead" = "service"): PathProblem[] {
  return [...unenforced(readSchema(name), document)].map(({ keys, label }) => ({
    keys,
    at: "key",
    problem: {
      code: "not-enforced-yet",
      severity: "info",
      summary: `not enforced yet: \`${label}\``,
      detail: "It is checked, kept, planned and shown, but nothing acts on it in this version.",
    },
  }));
}

interface Unenforced {
  readonly keys: KeyPath;
  readonly label: string;
}

function* unenforced(root: SchemaNode, document: unknown): Generator<Unenforced> {
  const visit = function* (unresolved: SchemaNode, value: unknown, keys: KeyPath): Generator<Unenforced> {
    // `false` switches a feature off: there is nothing to enforce.
    if (value === undefined || value === false) return;
    const node = resolveNode(root, unresolved);
    const enforced = node["x-enforced"];
    if (enforced === false) yield { keys, label: labelOf(keys) };
    else if (
      typeof value === "string" &&
      enforced !== undefined &&
      node.enum?.includes(value) &&
      !enforced.includes(value)
    )
      yield { keys, label: `${labelOf(keys)}: ${value}` };
    else if (Array.isArray(value) && node.items)
      for (const [index, item] of value.entries()) yield* visit(node.items, item, [...keys, String(index)]);
    else if (isMapping(value))
      for (const [key, child] of Object.entries(value)) {
        if (key.startsWith("x-")) continue;
        const rule = node.properties && Object.hasOwn(node.properties, key) ? node.properties[key] : undefined;
        const free = typeof node.additionalProperties === "object" ? node.additionalProperties : undefined;
        if (rule ?? free) yield* visit((rule ?? free) as SchemaNode, child, [...keys, key]);
      }
  };
  yield* visit(root, document, []);
}

/** Without positions in lists: which of them is meant shows in the value. */
function labelOf(keys: KeyPath): string {
  return keys.filter((key) => !/^\d+$/.test(key)).join(".");
}
