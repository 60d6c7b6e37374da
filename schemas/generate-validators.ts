import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020, type Options } from "ajv/dist/2020.js";
import standalone from "ajv/dist/standalone/index.js";

/*
 * Writes the validators of what is read often, service files and State, as code: no command pays the 150 ms that compiling
 * a schema takes. Written by `generate-types.ts`.
 */

const schemas = import.meta.dirname;

/** Name and text of each generated file, in order. */
export function generateValidators(): readonly { readonly name: string; readonly text: string }[] {
  return [
    // All errors of a user's file at once; their words are ours.
    ...["fairlead", "incident", "service"].map((name) => fileOf(name, { allErrors: true, messages: false })),
    // Of a file that only Fairlead writes, the first error tells all.
    fileOf("state", { allErrors: false, messages: true }, ["environment", "journal", "record"]),
  ];
}

/** One exported function `validate`, or one for each of the definitions. */
function fileOf(
  name: string,
  wanted: Pick<Options, "allErrors" | "messages">,
  definitions: readonly string[] = [],
): { readonly name: string; readonly text: string } {
  const schema = bare(JSON.parse(readFileSync(join(schemas, `${name}.schema.json`), "utf8"))) as { $id: string };
  const ajv = new Ajv2020({
    ...wanted,
    // `strict` would refuse our own keywords and the unions of types that the short forms are.
    strict: false,
    validateSchema: false,
    inlineRefs: false,
    code: { source: true, esm: true },
  });
  ajv.addSchema(schema);
  const parts = Object.fromEntries(definitions.map((one) => [one, `${schema.$id}#/$defs/${one}`]));
  const code = standalone.default(ajv, definitions.length > 0 ? parts : { validate: schema.$id });
  return { name: `validate-${name}.ts`, text: asModule(code, name) };
}

function asModule(code: string, name: string): string {
  const [, ...body] = /^"use strict";([\s\S]*)$/.exec(code) ?? [];
  const runtime = ["equal", "ucs2length"].filter((helper) => code.includes(`ajv/dist/runtime/${helper}`));
  return [
    `// Generated from schemas/${name}.schema.json by \`npm run types\`; edit the schema instead.`,
    "// @ts-nocheck",
    // The library writes `require`, which modules do not have; loaders differ in what they take for a CommonJS default.
    ...runtime.flatMap((helper) => [
      `import ${helper}Module from "ajv/dist/runtime/${helper}.js";`,
      `const ${helper} = { default: ${helper}Module.default ?? ${helper}Module };`,
    ]),
    `${body[0]?.replaceAll(/require\("ajv\/dist\/runtime\/(\w+)"\)/g, "$1")}`,
    "",
  ].join("\n");
}

/** Without what only people read: it would be loaded with every start. */
function bare(node: unknown, areNames = false): unknown {
  if (Array.isArray(node)) return node.map((item) => bare(item));
  if (typeof node !== "object" || node === null) return node;
  const entries = Object.entries(node).filter(([key]) => areNames || !(PROSE.has(key) || key.startsWith("x-")));
  return Object.fromEntries(
    entries.map(([key, value]) => [
      key,
      bare(value, !areNames && (key === "properties" || key === "$defs" || key === "patternProperties")),
    ]),
  );
}

const PROSE = new Set(["$comment", "title", "description", "examples", "default"]);
