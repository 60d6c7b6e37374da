import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compile, type JSONSchema } from "json-schema-to-typescript";
import { generateValidators } from "./generate-validators.ts";

/*
 * Writes a TypeScript file for each schema, so that code which reads or writes one of these documents is checked against
 * it, and validators (`generate-validators.ts`). Run by `npm run types`; a test proves that the files are current.
 */

const schemas = import.meta.dirname;
const generated = join(schemas, "..", "src", "model", "generated");

/** Name and text of each generated file, in order. */
export async function generateTypes(): Promise<readonly { readonly name: string; readonly text: string }[]> {
  const files = [];
  for (const file of readdirSync(schemas)
    .filter((name) => name.endsWith(".schema.json"))
    .sort()) {
    const schema = JSON.parse(readFileSync(join(schemas, file), "utf8")) as Node;
    const text = await compile(
      forTypes(schema, schema["$defs"] as Readonly<Record<string, Node>>) as JSONSchema,
      file,
      {
        additionalProperties: false,
        bannerComment: `/** Generated from schemas/${file} by \`npm run types\`; edit the schema instead. */`,
        ignoreMinAndMaxItems: true,
        unreachableDefinitions: true,
        style: { printWidth: 120 },
      },
    );
    files.push({ name: file.replace(".schema.json", ".ts"), text: text.replace(REFERENCED, "") });
  }
  return files;
}

type Node = Readonly<Record<string, unknown>>;

/**
 * What a type cannot say and what only blurs it: the user's own `x-*` keys would give each object an index signature,
 * and conditions between keys would give unions that nobody can read.
 */
const LEFT_OUT = new Set(["$id", "patternProperties", "propertyNames", "allOf", "if", "then", "examples", "default"]);

/** The library's note on where a type comes from: the banner says it once. */
const REFERENCED = / \*\n \* This interface was referenced by [\s\S]*?(?= \*\/)/g;

/** Definitions of objects become named types; the small ones (an id, a duration) are put in where they are used. */
function forTypes(node: unknown, definitions: Readonly<Record<string, Node>>, areNames = false): unknown {
  if (Array.isArray(node)) return node.map((item) => forTypes(item, definitions));
  if (typeof node !== "object" || node === null) return node;
  const { $ref, ...beside } = node as Node;
  const definition = typeof $ref === "string" ? definitions[$ref.slice("#/$defs/".length)] : undefined;
  if (definition && definition["type"] !== "object") return forTypes({ ...definition, ...beside }, definitions);
  if (definition) return { $ref };
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key]) => areNames || !(LEFT_OUT.has(key) || key.startsWith("x-")))
      .map(([key, value]) => {
        const isDefinitions = !areNames && key === "$defs";
        const kept = isDefinitions ? objectsOf(value as Readonly<Record<string, Node>>) : value;
        return [key, forTypes(kept, definitions, isDefinitions || (!areNames && key === "properties"))];
      }),
  );
}

function objectsOf(definitions: Readonly<Record<string, Node>>): Node {
  return Object.fromEntries(Object.entries(definitions).filter(([, definition]) => definition["type"] === "object"));
}

if (process.argv[1] === import.meta.filename) {
  mkdirSync(generated, { recursive: true });
  const files = [...(await generateTypes()), ...generateValidators()];
  for (const { name, text } of files) writeFileSync(join(generated, name), text);
}
