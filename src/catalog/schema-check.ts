import { createRequire } from "node:module";
import type { ErrorObject, ValidateFunction } from "ajv";
import { readSchema } from "./schemas.ts";

/** What ajv found; `instancePath` split into keys. */
export interface SchemaError {
  readonly keyword: string;
  readonly keys: readonly string[];
  readonly params: Readonly<Record<string, unknown>>;
}

type SchemaName = "service" | "fairlead";

const compiled = new Map<SchemaName, ValidateFunction>();

/**
 * All errors of a document against one of the package's schemas; empty when it fits. ajv is loaded and the schema compiled
 * with the first question: a plan whose files are all remembered never asks, and saves the better part of 100 ms.
 */
export function schemaErrors(name: SchemaName, document: unknown): readonly SchemaError[] {
  let validate = compiled.get(name);
  if (!validate) {
    validate = compile(name);
    compiled.set(name, validate);
  }
  if (validate(document)) return NONE;
  return (validate.errors ?? NONE).map(plain);
}

const NONE: readonly never[] = [];

function compile(name: SchemaName): ValidateFunction {
  // CommonJS both: `require` is synchronous and loads only when asked.
  const require = createRequire(import.meta.url);
  const { Ajv2020 } = require("ajv/dist/2020.js") as typeof import("ajv/dist/2020.js");
  // `strict` would refuse our own keywords and the unions of types that the short forms are.
  const ajv = new Ajv2020({ allErrors: true, strict: false, validateSchema: false, messages: false });
  return ajv.compile(readSchema(name));
}

function plain(error: ErrorObject): SchemaError {
  const keys = error.instancePath.split("/").slice(1).map(unescapePointer);
  const named = error.propertyName === undefined ? {} : { ofKey: error.propertyName };
  return { keyword: error.keyword, keys, params: { ...error.params, ...named } };
}

function unescapePointer(part: string): string {
  return part.replaceAll("~1", "/").replaceAll("~0", "~");
}
