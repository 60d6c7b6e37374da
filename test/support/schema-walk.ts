import type { SchemaNode } from "./schemas.ts";

/** A place of a schema: what stands there once references are followed, and how it was reached. */
export interface Place {
  /** Keys from the top of a document; `*` stands for a key of the user's own and for a list item. */
  readonly path: readonly string[];
  /** JSON pointer of the place in the schema file, for compiling it alone. */
  readonly pointer: string;
  readonly node: SchemaNode;
  /** A named key, a key of the user's own, a list item, or a definition that stands for a document of its own. */
  readonly as: "top" | "property" | "any" | "item" | "definition";
}

/** Every place of a schema, references followed; keys beside `$ref` win. Circles are not expected and end in an error. */
export function* walkSchema(schema: SchemaNode): Generator<Place> {
  const walk = function* (raw: SchemaNode, place: Omit<Place, "node">): Generator<Place> {
    if (place.path.length > 12) throw new Error(`a circle at ${place.path.join(".")}`);
    const { node, pointer } = follow(schema, raw, place.pointer);
    yield { ...place, node };
    for (const [key, child] of Object.entries((node["properties"] ?? {}) as Record<string, SchemaNode>)) {
      yield* walk(child, { path: [...place.path, key], pointer: `${pointer}/properties/${key}`, as: "property" });
    }
    const any = node["additionalProperties"];
    if (isNode(any)) {
      yield* walk(any, { path: [...place.path, "*"], pointer: `${pointer}/additionalProperties`, as: "any" });
    }
    const items = node["items"];
    if (isNode(items)) yield* walk(items, { path: [...place.path, "*"], pointer: `${pointer}/items`, as: "item" });
  };
  yield* walk(schema, { path: [], pointer: "#", as: "top" });
  for (const [name, definition] of Object.entries((schema["$defs"] ?? {}) as Record<string, SchemaNode>)) {
    if (/^[A-Z]/.test(name)) yield* walk(definition, { path: [name], pointer: `#/$defs/${name}`, as: "definition" });
  }
}

/** The node with what it refers to put in, and where its own children are found. */
function follow(schema: SchemaNode, node: SchemaNode, pointer: string): { node: SchemaNode; pointer: string } {
  const reference = node["$ref"];
  if (typeof reference !== "string") return { node, pointer };
  const target = reference
    .slice(2)
    .split("/")
    .reduce((at, key) => at[key] as SchemaNode, schema);
  const { $ref: _, ...beside } = node;
  const followed = follow(schema, target, reference);
  return { node: { ...followed.node, ...beside }, pointer: followed.pointer };
}

function isNode(value: unknown): value is SchemaNode {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
