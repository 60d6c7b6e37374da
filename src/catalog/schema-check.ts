import type { SchemaName } from "./schemas.ts";

/** What the schema found; `instancePath` split into keys. */
export interface SchemaError {
  readonly keyword: string;
  readonly keys: readonly string[];
  readonly params: Readonly<Record<string, unknown>>;
}

/** All errors of a document against a schema; empty when it fits. */
export type SchemaCheck = (document: unknown) => readonly SchemaError[];

/**
 * The check of one of the package's schemas. It is code that ajv generated (`npm run types`), since compiling a schema takes
 * longer than a whole plan, and it is loaded when it is wanted: a plan whose files are all remembered never asks.
 */
export async function schemaCheck(name: SchemaName): Promise<SchemaCheck> {
  const { validate: generated } = await VALIDATORS[name]();
  const validate = generated as unknown as Validate;
  return (document) => (validate(document) ? NONE : (validate.errors ?? NONE).map(plain));
}

const VALIDATORS: Readonly<Record<SchemaName, () => Promise<{ readonly validate: unknown }>>> = {
  service: () => import("../model/generated/validate-service.ts"),
  fairlead: () => import("../model/generated/validate-fairlead.ts"),
  incident: () => import("../model/generated/validate-incident.ts"),
};

/** What generated code exports; it has no types of its own. */
interface Validate {
  (document: unknown): boolean;
  readonly errors?: readonly ErrorObject[] | null;
}

interface ErrorObject {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly propertyName?: string;
}

const NONE: readonly never[] = [];

function plain(error: ErrorObject): SchemaError {
  const keys = error.instancePath.split("/").slice(1).map(unescapePointer);
  const named = error.propertyName === undefined ? {} : { ofKey: error.propertyName };
  return { keyword: error.keyword, keys, params: { ...error.params, ...named } };
}

function unescapePointer(part: string): string {
  return part.replaceAll("~1", "/").replaceAll("~0", "~");
}
