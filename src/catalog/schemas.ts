import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** One node of our JSON Schemas: the part of the language they use, and our own keywords (`$comment` of service.schema.json). */
export interface SchemaNode {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly patternProperties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: boolean | SchemaNode;
  readonly items?: SchemaNode;
  readonly $defs?: Readonly<Record<string, SchemaNode>>;
  readonly "x-impact"?: string;
  readonly "x-format"?: string;
  readonly "x-enforced"?: false | readonly string[];
}

/** Schemas of what people write. */
export type SchemaName = "service" | "fairlead" | "incident";

const read = new Map<string, { readonly text: string; readonly schema: SchemaNode }>();

/** A schema of the installed package, never one of the user's repository. */
export function readSchema(name: SchemaName): SchemaNode {
  return schemaFile(name).schema;
}

/** The file as it stands, for the cache's key. */
export function schemaText(name: SchemaName): string {
  return schemaFile(name).text;
}

function schemaFile(name: string): { readonly text: string; readonly schema: SchemaNode } {
  let file = read.get(name);
  if (!file) {
    const text = readFileSync(join(schemasFolder(), `${name}.schema.json`), "utf8");
    file = { text, schema: JSON.parse(text) as SchemaNode };
    read.set(name, file);
  }
  return file;
}

/** `schemas/` lies beside `src/` in development and two floors above the emitted file as published. */
function schemasFolder(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const candidate = join(folder, "schemas");
    if (existsSync(join(candidate, "service.schema.json"))) return candidate;
    if (folder === dirname(folder)) throw new Error("Fairlead's schemas are missing from its package");
  }
}

/** Follows `$ref`; keys beside it win over those of what it refers to. */
export function resolveNode(root: SchemaNode, node: SchemaNode): SchemaNode {
  if (node.$ref === undefined) return node;
  const name = /^#\/\$defs\/([^/]+)$/.exec(node.$ref)?.[1];
  const target = name === undefined ? undefined : root.$defs?.[name];
  if (!target) throw new Error(`the schema refers to ${node.$ref}, which is not there`);
  const { $ref: _, ...own } = node;
  return { ...resolveNode(root, target), ...own };
}

/** The node that governs a path of a document: the deepest one known, resolved. */
export function nodeAt(root: SchemaNode, keys: readonly string[]): SchemaNode {
  let node = resolveNode(root, root);
  for (const key of keys) {
    const next = childOf(node, key);
    if (!next) return node;
    node = resolveNode(root, next);
  }
  return node;
}

function childOf(node: SchemaNode, key: string): SchemaNode | undefined {
  if (node.properties && Object.hasOwn(node.properties, key)) return node.properties[key];
  if (node.items && /^\d+$/.test(key)) return node.items;
  return typeof node.additionalProperties === "object" ? node.additionalProperties : undefined;
}
