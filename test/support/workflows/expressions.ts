import { data, Evaluator, Lexer, Parser } from "@actions/expressions";
import type { FunctionDefinition } from "@actions/expressions/funcs/info";
import type { MappingToken } from "@actions/workflow-parser/templates/tokens/mapping-token";
import type { TemplateToken } from "@actions/workflow-parser/templates/tokens/template-token";
import {
  ensureStatusFunction,
  isBasicExpression,
  isBoolean,
  isMapping,
  isNumber,
  isSequence,
  isString,
} from "./parser.ts";

export type { TemplateToken };

/** What an expression may see: contexts by name, and how it stands where it is evaluated. */
export interface Scope {
  readonly contexts: Readonly<Record<string, unknown>>;
  readonly status: Status;
}

/** What `success()`, `failure()` and `cancelled()` answer; `skipped`, where a job that was needed never ran, is none of them. */
export type Status = "success" | "failure" | "cancelled" | "skipped";

/** A value of a workflow with its expressions evaluated, as plain data. */
export function evaluate(token: TemplateToken, scope: Scope): unknown {
  if (isBasicExpression(token)) return evaluateExpression(token.expression, scope);
  if (isMapping(token)) {
    const entries = [...fields(token)].map(([key, value]) => [key, evaluate(value, scope)] as const);
    return Object.fromEntries(entries);
  }
  if (isSequence(token)) return [...token].map((item) => evaluate(item, scope));
  if (isString(token) || isNumber(token) || isBoolean(token)) return token.value;
  if (token.isExpression) throw new Error(`${token.typeName()} is not played here`);
  return null;
}

/** As `evaluate`, as the text that a shell or an action would get of it. */
export function evaluateText(token: TemplateToken, scope: Scope): string {
  return textOf(evaluate(token, scope));
}

/** A mapping whose values are text: `env`, `with`, `outputs`. */
export function evaluateTexts(token: TemplateToken | undefined, scope: Scope): Record<string, string> {
  if (token === undefined) return {};
  const value = evaluate(token, scope) as Record<string, unknown>;
  return Object.fromEntries(Object.entries(value ?? {}).map(([key, one]) => [key, textOf(one)]));
}

/** An `if:`. Without a status function in it, it asks for success besides; without it, for success alone. */
export function holds(condition: TemplateToken | undefined, scope: Scope): boolean {
  if (condition === undefined) return scope.status === "success";
  const written = isBasicExpression(condition) ? condition.expression : textOf(evaluate(condition, scope));
  const whole = written.trim() === "" ? "success()" : ensureStatusFunction(written, condition.definitionInfo);
  const value = evaluateExpression(whole, scope);
  return value !== false && value !== 0 && value !== "" && value !== null;
}

/** The entries of a mapping by key. */
export function fields(token: TemplateToken | undefined): ReadonlyMap<string, TemplateToken> {
  if (token === undefined || !isMapping(token)) return new Map();
  return new Map(
    [...(token as MappingToken)].map(({ key, value }) => [textOf((key as { value?: unknown }).value), value]),
  );
}

/** A value that may hold no expression: `on`, `needs`, `permissions`. */
export function plain(token: TemplateToken | undefined): unknown {
  return token === undefined ? undefined : evaluate(token, { contexts: {}, status: "success" });
}

function evaluateExpression(expression: string, { contexts, status }: Scope): unknown {
  const functions = new Map(
    [
      statusFunction("success", status === "success"),
      statusFunction("failure", status === "failure"),
      statusFunction("cancelled", status === "cancelled"),
      statusFunction("always", true),
    ].map((one) => [one.name, one]),
  );
  const tree = new Parser(new Lexer(expression).lex().tokens, Object.keys(contexts), [...functions.values()]).parse();
  const dictionary = new data.Dictionary(
    ...Object.entries(contexts).map(([key, value]) => ({ key, value: toData(value) })),
  );
  return fromData(new Evaluator(tree, dictionary, functions).evaluate());
}

function statusFunction(name: string, value: boolean): FunctionDefinition {
  return { name, minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(value) };
}

function toData(value: unknown): data.ExpressionData {
  return JSON.parse(JSON.stringify(value ?? null), data.reviver) as data.ExpressionData;
}

function fromData(value: data.ExpressionData): unknown {
  return JSON.parse(JSON.stringify(value, data.replacer));
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
