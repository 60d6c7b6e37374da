import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";

export type SchemaName =
  | "service"
  | "fairlead"
  | "plan"
  | "state"
  | "health"
  | "diagnostics"
  | "status"
  | "apply"
  | "drift"
  | "history"
  | "incident"
  | "incident-record";
export type SchemaNode = Readonly<Record<string, unknown>>;

const folder = join(import.meta.dirname, "..", "..", "schemas");

/** One of our schemas, as it stands. */
export function readSchema(name: SchemaName): SchemaNode {
  return JSON.parse(readFileSync(join(folder, `${name}.schema.json`), "utf8"));
}

/** A validator of all problems at once that knows our own keywords. */
export function newAjv(): Ajv2020 {
  const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false });
  return ajv.addVocabulary(["x-impact", "x-format", "x-enforced"]);
}

/**
 * Checks JSON that Fairlead writes against one of our schemas, or a part of it (`#/$defs/CheckOutput`): returns its
 * problems as readable lines, none when it is valid.
 */
export function problemsAgainst(name: SchemaName, part = "#"): (value: unknown) => readonly string[] {
  const schema = readSchema(name);
  const ajv = newAjv();
  ajv.addSchema(schema, name);
  const validate = ajv.getSchema(part === "#" ? name : `${schema["$id"]}${part}`);
  if (!validate) throw new Error(`${name}.schema.json has no ${part}`);
  return (value) => (validate(value) ? [] : (validate.errors ?? []).map(inWords));
}

function inWords(error: ErrorObject): string {
  const what = Object.values(error.params)[0];
  return `${error.instancePath || "/"} ${error.message}${typeof what === "string" ? ` (${what})` : ""}`;
}
