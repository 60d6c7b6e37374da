import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ErrorObject, ValidateFunction } from "ajv";

/** The three kinds of file on a state ref. */
export type StateDocument = "environment" | "journal" | "record";

/** Where a document breaks the schema, as a JSON pointer, and how. */
interface Violation {
  readonly pointer: string;
  readonly message: string;
}

export type Validate = (document: StateDocument, value: unknown) => readonly Violation[];

let compiled: Promise<Validate> | undefined;

/**
 * Compiles `schemas/state.schema.json`, once and only when something has to be judged: the validator costs a tenth of a
 * second to load, which a warm no-op plan does not have.
 */
export function stateValidator(): Promise<Validate> {
  compiled ??= compile();
  return compiled;
}

async function compile(): Promise<Validate> {
  const { Ajv2020 } = await import("ajv/dist/2020.js");
  const ajv = new Ajv2020({ strict: true, strictRequired: false, allErrors: false });
  const schema = JSON.parse(readFileSync(schemaFile(), "utf8")) as { readonly $id: string };
  ajv.addSchema(schema);
  const validators = new Map<StateDocument, ValidateFunction>();
  return (document, value) => {
    let validate = validators.get(document);
    if (validate === undefined) {
      validate = ajv.compile({ $ref: `${schema.$id}#/$defs/${document}` });
      validators.set(document, validate);
    }
    return validate(value) ? [] : (validate.errors ?? []).slice(-1).map(violation);
  };
}

function violation(error: ErrorObject): Violation {
  const what =
    error.keyword === "additionalProperties"
      ? `must not have the key \`${error.params["additionalProperty"]}\``
      : (error.message ?? "is not valid");
  return { pointer: error.instancePath, message: what };
}

/** `schemas/` lies beside `src/` in development and beside `dist/` as published. */
function schemaFile(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const file = join(folder, "schemas", "state.schema.json");
    if (existsSync(file)) return file;
    if (folder === dirname(folder)) throw new Error("schemas/state.schema.json is missing from the package");
  }
}
