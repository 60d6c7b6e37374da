/** The three kinds of file on a state ref. */
export type StateDocument = "environment" | "journal" | "record";

/** Where a document breaks the schema, as a JSON pointer, and how. */
interface Violation {
  readonly pointer: string;
  readonly message: string;
}

export type Validate = (document: StateDocument, value: unknown) => readonly Violation[];

/**
 * The check against `schemas/state.schema.json`: code that ajv generated (`npm run types`), loaded when something has to be
 * judged, which a warm no-op plan never has.
 */
export async function stateValidator(): Promise<Validate> {
  const validators = (await import("../model/generated/validate-state.ts")) as unknown as Validators;
  return (document, value) => {
    const validate = validators[document];
    return validate(value) ? [] : (validate.errors ?? []).slice(-1).map(violation);
  };
}

/** What generated code exports; it has no types of its own. */
type Validators = Readonly<Record<StateDocument, GeneratedValidate>>;

interface GeneratedValidate {
  (value: unknown): boolean;
  readonly errors?: readonly ErrorObject[] | null;
}

interface ErrorObject {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string;
}

function violation(error: ErrorObject): Violation {
  const what =
    error.keyword === "additionalProperties"
      ? `must not have the key \`${error.params["additionalProperty"]}\``
      : (error.message ?? "is not valid");
  return { pointer: error.instancePath, message: what };
}
