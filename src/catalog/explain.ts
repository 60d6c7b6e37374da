import { suggest } from "../diagnostics/suggest.ts";
import { coverCredentials } from "./mask-credentials.ts";
import { isMapping } from "./overlay.ts";
import type { PathProblem } from "./path-problem.ts";
import type { SchemaError } from "./schema-check.ts";
import { nodeAt, resolveNode, type SchemaNode } from "./schemas.ts";
import type { KeyPath } from "./source-file.ts";

/**
 * Turns what the schema says into one clear sentence each: what was found, what was expected, what was probably meant.
 * What follows from another error is left out: a value of the wrong type is not also too short, a misspelt key not also missing.
 */
export function explain(
  root: SchemaNode,
  document: unknown,
  errors: readonly SchemaError[],
  what = "a service",
): PathProblem[] {
  if (errors.length === 0) return [];
  const wrongTypes = new Set(errors.filter((error) => error.keyword === "type").map((error) => pathText(error.keys)));
  const misspelt = new Set<string>();
  const problems: PathProblem[] = [];
  const told = new Set<string>();
  // Unknown keys first: they may explain why another one is missing.
  const ordered = [...errors].sort(
    (a, b) => Number(b.keyword === "additionalProperties") - Number(a.keyword === "additionalProperties"),
  );
  for (const error of ordered) {
    if (FOLLOWS.has(error.keyword) || error.params["ofKey"] !== undefined) continue;
    if (error.keyword !== "type" && wrongTypes.has(pathText(error.keys))) continue;
    if (
      error.keyword === "required" &&
      misspelt.has(pathText([...error.keys, String(error.params["missingProperty"])]))
    )
      continue;
    const mark = `${error.keyword} ${pathText(error.keys)} ${error.params["missingProperty"] ?? error.params["additionalProperty"] ?? error.params["propertyName"] ?? ""}`;
    if (told.has(mark)) continue;
    told.add(mark);
    const node = nodeAt(root, error.keys);
    const context: Context = {
      root,
      what,
      node,
      error,
      value: valueAt(document, error.keys),
      label: labelOf(error.keys),
    };
    const problem = (EXPLAIN[error.keyword] ?? otherwise)(context);
    if (error.keyword === "additionalProperties" && problem.meant !== undefined)
      misspelt.add(pathText([...error.keys, problem.meant]));
    problems.push({
      keys: problem.keys ?? error.keys,
      at: problem.at ?? "value",
      problem: {
        code: problem.code,
        severity: "error",
        summary: problem.summary,
        ...(problem.detail ? { detail: problem.detail } : {}),
        ...(problem.hint ? { hint: problem.hint } : {}),
      },
    });
  }
  return problems;
}

/** Keywords that only pass on what another error says already. */
const FOLLOWS = new Set(["if", "allOf", "anyOf", "oneOf"]);

interface Context {
  readonly root: SchemaNode;
  /** What the whole document is, in words. */
  readonly what: string;
  readonly node: SchemaNode;
  readonly error: SchemaError;
  readonly value: unknown;
  readonly label: string;
}

interface Explained {
  readonly code: string;
  readonly summary: string;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
  readonly keys?: KeyPath;
  readonly at?: "value" | "key";
  /** The key that a misspelt one was meant to be. */
  readonly meant?: string | undefined;
}

const EXPLAIN: Readonly<Record<string, (context: Context) => Explained>> = {
  additionalProperties: unknownKey,
  required({ root, node, error, label }) {
    const key = String(error.params["missingProperty"]);
    const child = node.properties?.[key];
    const { description, examples } = child ? (resolveNode(root, child) as Documented) : ({} as Documented);
    return {
      code: "key-missing",
      summary: label === "" ? `\`${key}\` is missing` : `\`${label}\` lacks \`${key}\``,
      detail: description,
      hint: examples?.length ? `add \`${key}: ${inline(examples[0])}\`` : `add \`${key}\``,
      at: "key",
    };
  },
  type({ node, value, label }) {
    return {
      code: "value-type",
      summary: `\`${label || "the file"}\` is ${found(value)}; expected ${expected(node)}`,
      detail: descriptionOf(node),
      hint: typeHint(node, value),
    };
  },
  enum({ error, value, label, node }) {
    const allowed = (error.params["allowedValues"] as readonly unknown[]).map(String);
    const meant = typeof value === "string" ? suggest(value, allowed) : undefined;
    return {
      code: "value-unknown",
      summary: `\`${label}\` cannot be ${inlineFound(value)}`,
      detail: `Expected one of: ${allowed.join(", ")}.${node.description ? ` ${node.description}` : ""}`,
      hint: meant === undefined ? undefined : `did you mean \`${meant}\`?`,
    };
  },
  pattern({ node, value, label, root, error }) {
    return {
      code: "value-format",
      summary: `\`${label}\` cannot be ${inlineFound(value)}${node["x-format"] ? `; expected ${expected(node)}` : ""}`,
      detail: descriptionOf(node) ?? descriptionOf(nodeAt(root, error.keys.slice(0, -1))),
      hint: exampleHint(node, nodeAt(root, error.keys.slice(0, -1))),
    };
  },
  propertyNames({ error, label, node }) {
    const key = String(error.params["propertyName"]);
    return {
      code: "key-format",
      summary: `\`${label}\` cannot have a key \`${key}\``,
      detail: descriptionOf(node),
      hint:
        error.keys.at(-1) === "environment"
          ? "variables have letters, digits and underscores in their names"
          : undefined,
      keys: [...error.keys, key],
      at: "key",
    };
  },
  uniqueItems({ error, label, value }) {
    const index = String(Math.max(Number(error.params["i"]), Number(error.params["j"])));
    const item = Array.isArray(value) ? value[Number(index)] : undefined;
    return {
      code: "value-twice",
      summary: `\`${label}\` has ${inlineFound(item)} twice`,
      hint: "remove one of them",
      keys: [...error.keys, index],
    };
  },
  minimum: outOfRange,
  maximum: outOfRange,
  exclusiveMinimum: outOfRange,
  minLength: ({ label }) => ({
    code: "value-empty",
    summary: `\`${label}\` is empty`,
    hint: "fill it in, or remove the key",
  }),
  maxLength: ({ label, error }) => ({
    code: "value-length",
    summary: `\`${label}\` is longer than ${String(error.params["limit"])} characters`,
  }),
  minItems: ({ label }) => ({
    code: "value-empty",
    summary: `\`${label}\` is an empty list`,
    hint: "fill it in, or remove the key",
  }),
  minProperties: ({ label }) => ({
    code: "value-empty",
    summary: `\`${label}\` is empty`,
    hint: "fill it in, or remove the key",
  }),
};

type Documented = SchemaNode & { readonly examples?: readonly unknown[] };

function otherwise({ label, error, node }: Context): Explained {
  return { code: "value-format", summary: `\`${label}\` does not fit (${error.keyword})`, detail: descriptionOf(node) };
}

function outOfRange({ error, label, value, node }: Context): Explained {
  const limit = String(error.params["limit"]);
  const relation =
    { minimum: "at least", maximum: "at most", exclusiveMinimum: "more than" }[error.keyword] ?? "within";
  return {
    code: "value-range",
    summary: `\`${label}\` is ${inline(value)}; it must be ${relation} ${limit}`,
    detail: descriptionOf(node),
  };
}

function unknownKey({ root, what, node, error, label }: Context): Explained {
  const key = String(error.params["additionalProperty"]);
  const known = Object.keys(node.properties ?? {});
  const owner = label === "" ? what : `\`${label}\``;
  const meant = suggest(key, known);
  const home = meant === undefined ? homeOf(root, key) : undefined;
  return {
    code: "key-unknown",
    summary: `${owner} has no key \`${key}\``,
    detail: meant === undefined && known.length <= 12 ? `Its keys are: ${known.join(", ")}.` : undefined,
    hint:
      key === "<<"
        ? "YAML 1.2 has no merge keys; what services share goes into `defaults` of fairlead.yaml"
        : meant !== undefined
          ? `did you mean \`${meant}\`?`
          : home !== undefined
            ? `\`${key}\` belongs under \`${home}\``
            : "remove it, or begin its name with `x-` if it is your own",
    keys: [...error.keys, key],
    at: "key",
    meant,
  };
}

/** The block that has a key of this name, where exactly one has: `port` belongs under `networking`. */
function homeOf(root: SchemaNode, key: string): string | undefined {
  const homes = Object.entries(root.properties ?? {}).flatMap(([block, child]) => {
    if (block === "configuration" || block === "environments") return [];
    const { properties } = resolveNode(root, child);
    return properties && Object.hasOwn(properties, key) ? [block] : [];
  });
  return homes.length === 1 ? homes[0] : undefined;
}

const TYPES: Readonly<Record<string, string>> = {
  string: "text",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
  object: "a mapping of keys to values",
  array: "a list",
  null: "nothing",
};

function expected(node: SchemaNode): string {
  if (node["x-format"] === "duration") return "a duration such as `30s`, `5m` or `24h`";
  if (node["x-format"] === "size") return "a size such as `512MB` or `1GB`";
  if (node["x-format"] === "secret") return "text or `{secret: NAME}`";
  const types = typeof node.type === "string" ? [node.type] : (node.type ?? []);
  return types.map((type) => TYPES[type] ?? type).join(" or ");
}

function typeHint(node: SchemaNode, value: unknown): string | undefined {
  const types = typeof node.type === "string" ? [node.type] : (node.type ?? []);
  if (value === null) return "give it a value, or remove the key";
  if (types.includes("string") && (typeof value === "number" || typeof value === "boolean"))
    return node["x-format"] === "duration" || node["x-format"] === "size" ? undefined : "put it in quotes";
  if (types.includes("array") && typeof value === "string")
    return `make it a list: \`[${value
      .slice(0, 60)
      .trim()
      .split(/[\s,]+/)
      .join(", ")}]\``;
  if (
    (types.includes("integer") || types.includes("number")) &&
    typeof value === "string" &&
    /^-?\d+(\.\d+)?$/.test(value)
  )
    return "remove the quotes";
  if (types.includes("boolean") && typeof value === "string" && /^(yes|no|on|off)$/i.test(value))
    return `write \`${/^(yes|on)$/i.test(value)}\`: in YAML 1.2 \`${value}\` is text`;
  return undefined;
}

function exampleHint(...nodes: readonly SchemaNode[]): string | undefined {
  for (const node of nodes) {
    const example = (node as Documented).examples?.[0];
    const one = Array.isArray(example) ? example[0] : example;
    if (one !== undefined && typeof one !== "object") return `an example: \`${inline(one)}\``;
  }
  return undefined;
}

function descriptionOf(node: SchemaNode): string | undefined {
  return node.description;
}

function found(value: unknown): string {
  if (value === null || value === undefined) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  if (typeof value === "string") return `the text ${inlineFound(value)}`;
  return typeof value === "number" ? `the number ${value}` : String(value);
}

/** A value inside a sentence, never long and on one line. */
function inlineFound(value: unknown): string {
  return value === "" ? "empty" : `\`${inline(value)}\``;
}

function inline(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing");
  // Before it is cut: what is left of a credential has its shape no more.
  const line = coverCredentials(text.replace(/\s+/g, " "));
  return line.length > 60 ? `${line.slice(0, 57)}…` : line;
}

/** A path as people write it: `integrations[0].authentication.token`; an overlay's without the way to it. */
function labelOf(keys: KeyPath): string {
  let label = "";
  for (const key of keys) {
    if (/^\d+$/.test(key) && label !== "") label += `[${key}]`;
    else label += label === "" ? key : `.${key}`;
  }
  return label;
}

function valueAt(document: unknown, keys: KeyPath): unknown {
  let value = document;
  for (const key of keys)
    value = Array.isArray(value)
      ? value[Number(key)]
      : isMapping(value) && Object.hasOwn(value, key)
        ? value[key]
        : undefined;
  return value;
}

function pathText(keys: KeyPath): string {
  return keys.join("\u0000");
}
