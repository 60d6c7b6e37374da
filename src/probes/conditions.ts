import type { Ms } from "../model/basics.ts";
import { type Condition, numberOf, type Operand, type Placeholder, parseCondition } from "./condition-syntax.ts";

/** What a probe met, for conditions to look at. */
export interface Answer {
  readonly connected: boolean;
  readonly status?: number;
  readonly responseTimeMs?: Ms;
  /** The text of the body, as much of it as was read. */
  readonly body?: string;
  readonly ip?: string;
  /** How long the certificate is still good; below zero once it has ended. */
  readonly certificateExpirationMs?: Ms;
  /** How long the domain is still registered; below zero once the registration has ended. */
  readonly domainExpirationMs?: Ms;
  /** Why that could not be learnt, where a condition wants to know. */
  readonly domainExpirationUnknown?: string;
  readonly dnsRcode?: string;
}

export interface ConditionResult {
  /** As written where it held; with the values it met where it did not: `[STATUS] (500) == 200`. */
  readonly condition: string;
  readonly held: boolean;
  /** True when it looks at the response time alone: missing such a condition is being slow, not being down. */
  readonly aboutTime: boolean;
  /** True when it does not hold because nobody could say what it looks at: that is no fault of the service's. */
  readonly isUnknown: boolean;
  /** What it looks at. */
  readonly looksAt: readonly Placeholder[];
}

/**
 * Evaluates conditions against one answer, in order. One that cannot be read does not hold and says why. `hide` covers what may
 * not be shown of a value that was met, before it is cut.
 */
export function evaluateConditions(
  conditions: readonly string[],
  answer: Answer,
  hide: (text: string) => string = (text) => text,
): readonly ConditionResult[] {
  const body = memoised(() => parseJson(answer.body));
  return conditions.map((text) => {
    const condition = parseCondition(text);
    if (typeof condition === "string")
      return { condition: condition, held: false, aboutTime: false, isUnknown: false, looksAt: [] };
    return evaluate(condition, { answer, body, hide });
  });
}

const INVALID = "(INVALID)";
const SHOWN = 80;

/** A value as compared and shown; null leads nowhere. */
type Value = string | null;

interface Met {
  readonly answer: Answer;
  readonly body: () => unknown;
  readonly hide: (text: string) => string;
}

function evaluate(condition: Condition, { answer, body, hide }: Met): ConditionResult {
  const left = metValue(condition.left, answer, body);
  const right = metValue(condition.right, answer, body);
  const held = left !== null && right !== null && compare(condition, left, right);
  const sides = [condition.left, condition.right].filter((side) => side.is === "placeholder");
  const unknown = sides.some(({ name }) => name === "DOMAIN_EXPIRATION") ? answer.domainExpirationUnknown : undefined;
  const show = (side: Operand, value: Value): string => shown(side, hidden(value, hide), { condition, unknown });
  return {
    condition: held
      ? condition.text
      : `${show(condition.left, left)} ${condition.operator} ${show(condition.right, right)}`,
    held,
    aboutTime: sides.every((side) => side.name === "RESPONSE_TIME"),
    isUnknown: !held && unknown !== undefined,
    looksAt: sides.map((side) => side.name),
  };
}

function compare({ left, operator, right }: Condition, leftValue: string, rightValue: string): boolean {
  if (operator === "==" || operator === "!=") {
    return equal(left, right, leftValue, rightValue) === (operator === "==");
  }
  const a = numberOf(leftValue);
  const b = numberOf(rightValue);
  if (a === null || b === null) return false;
  switch (operator) {
    case "<":
      return a < b;
    case "<=":
      return a <= b;
    case ">":
      return a > b;
    case ">=":
      return a >= b;
  }
}

function equal(left: Operand, right: Operand, leftValue: string, rightValue: string): boolean {
  const special = left.is === "pat" || left.is === "any" ? left : right;
  const other = special === left ? rightValue : leftValue;
  if (special.is === "pat") return globMatches(special.glob, other);
  if (special.is === "any") return special.options.some((option) => same(option, other));
  return same(leftValue, rightValue);
}

/** As integers where both are, else as text. */
function same(a: string, b: string): boolean {
  const integer = /^[+-]?\d{1,40}$/;
  return integer.test(a) && integer.test(b) ? BigInt(a) === BigInt(b) : a === b;
}

function metValue(operand: Operand, answer: Answer, body: () => unknown): Value {
  if (operand.is !== "placeholder") return operand.text;
  switch (operand.name) {
    case "STATUS":
      return answer.status === undefined ? null : String(answer.status);
    case "RESPONSE_TIME":
      return answer.responseTimeMs === undefined ? null : String(Math.round(answer.responseTimeMs));
    case "CONNECTED":
      return String(answer.connected);
    case "IP":
      return answer.ip ?? null;
    case "BODY":
      return bodyValue(operand, answer.body, body);
    case "CERTIFICATE_EXPIRATION":
      return durationValue(answer.certificateExpirationMs);
    case "DOMAIN_EXPIRATION":
      return durationValue(answer.domainExpirationMs);
    case "DNS_RCODE":
      return answer.dnsRcode ?? null;
  }
}

function durationValue(value: Ms | undefined): Value {
  return value === undefined ? null : String(Math.round(value));
}

function bodyValue(
  operand: Extract<Operand, { is: "placeholder" }>,
  text: string | undefined,
  body: () => unknown,
): Value {
  const whole = operand.path.length === 0;
  const found = whole && operand.call === null ? text?.trim() : walk(body(), operand.path);
  if (operand.call === "has") return String(found !== undefined);
  if (operand.call === "len") {
    if (Array.isArray(found) || typeof found === "string") return String(found.length);
    return whole && text !== undefined ? String(text.length) : null;
  }
  if (found === undefined) return null;
  return typeof found === "string" ? found : JSON.stringify(found);
}

function walk(value: unknown, path: readonly (string | number)[]): unknown {
  let at = value;
  for (const key of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<string | number, unknown>)[key];
  }
  return at;
}

function hidden(value: Value, hide: (text: string) => string): Value {
  return value === null ? null : hide(value);
}

function shown(
  operand: Operand,
  value: Value,
  { condition: { operator }, unknown }: { readonly condition: Condition; readonly unknown: string | undefined },
): string {
  if (operand.is !== "placeholder") {
    // A duration that is compared in milliseconds says how many it is.
    const number = operand.is === "literal" && operator !== "==" && operator !== "!=" ? numberOf(operand.text) : null;
    return number === null || String(number) === operand.text || !/[a-zµ]/.test(operand.text)
      ? operand.text
      : `${operand.text} (${number})`;
  }
  if (value === null) {
    const why = operand.name === "DOMAIN_EXPIRATION" ? unknown : undefined;
    return `${operand.text} ${why === undefined ? INVALID : `(UNKNOWN: ${why})`}`;
  }
  return `${operand.text} (${value.length > SHOWN ? `${value.slice(0, SHOWN)}…` : value})`;
}

/** `*` is any text, `?` one character. Linear in the text for each star, since both come from others. */
function globMatches(glob: string, text: string): boolean {
  let g = 0;
  let t = 0;
  let star = -1;
  let mark = 0;
  while (t < text.length) {
    if (glob[g] === "*") {
      star = g++;
      mark = t;
    } else if (g < glob.length && (glob[g] === "?" || glob[g] === text[t])) {
      g++;
      t++;
    } else if (star >= 0) {
      g = star + 1;
      t = ++mark;
    } else return false;
  }
  while (glob[g] === "*") g++;
  return g === glob.length;
}

function parseJson(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function memoised<T>(compute: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: compute() };
    return made.value;
  };
}
