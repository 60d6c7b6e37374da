import { isIP } from "node:net";
import { parseDuration } from "../model/duration.ts";
import { hostIn } from "./host-in.ts";
import { registrableDomain } from "./registrable-domain.ts";
import { schemeOf } from "./target.ts";

/** What a condition may look at, and the schemes whose probes know it; null: all of them. */
export const PLACEHOLDERS = {
  STATUS: ["http", "https", "ws", "wss", "smtp", "smtps", "starttls", "grpc", "grpcs"],
  RESPONSE_TIME: null,
  BODY: null,
  CONNECTED: null,
  IP: null,
  CERTIFICATE_EXPIRATION: ["https", "wss", "tls", "rediss", "smtps", "starttls", "grpcs"],
  // Its registry knows, whatever the protocol; `registrations.ts` asks.
  DOMAIN_EXPIRATION: null,
  DNS_RCODE: ["dns"],
} as const satisfies Readonly<Record<string, readonly string[] | null>>;
export type Placeholder = keyof typeof PLACEHOLDERS;

export type Operator = "==" | "!=" | "<=" | ">=" | "<" | ">";

export type Operand =
  | { readonly is: "literal"; readonly text: string }
  | {
      readonly is: "placeholder";
      readonly text: string;
      readonly name: Placeholder;
      /** Keys and indices behind `[BODY]`. */
      readonly path: readonly (string | number)[];
      readonly call: "len" | "has" | null;
    }
  | { readonly is: "pat"; readonly text: string; readonly glob: string }
  | { readonly is: "any"; readonly text: string; readonly options: readonly string[] };

export interface Condition {
  readonly text: string;
  readonly left: Operand;
  readonly operator: Operator;
  readonly right: Operand;
}

/**
 * Reads one condition of Gatus' language (https://github.com/TwiN/gatus#conditions): `<left> OP <right>`, spaces
 * required. Returns the condition, or a sentence that says what is wrong with it.
 */
export function parseCondition(text: string): Condition | string {
  const match = /^\s*(.+?) (==|!=|<=|>=|<|>) (.+?)\s*$/s.exec(text);
  if (!match) {
    const tight = /(==|!=|<=|>=|<|>)/.exec(text);
    return tight
      ? `\`${text}\` needs a space on both sides of \`${tight[1]}\` and a value on each`
      : `\`${text}\` has no comparison; write \`[STATUS] == 200\`, with one of == != <= >= < >`;
  }
  const operator = match[2] as Operator;
  const left = parseOperand(match[1] ?? "");
  if (typeof left === "string") return left;
  const right = parseOperand(match[3] ?? "");
  if (typeof right === "string") return right;
  return problemOf({ text, left, operator, right }) ?? { text: text.trim(), left, operator, right };
}

/** Whether a condition has to be told until when a domain is registered. */
export function looksAtDomain(text: string): boolean {
  const condition = parseCondition(text);
  return typeof condition !== "string" && placeholdersOf(condition).includes("DOMAIN_EXPIRATION");
}

/**
 * For the catalog's rule: null when a probe of the address can evaluate the condition, else one sentence that says why not and
 * what would do. An address that is empty or a path is on the service's own port; what it speaks is open where it is empty.
 * Without an address only what no probe could evaluate is wrong.
 */
export function checkCondition(text: string, address?: string): string | null {
  const condition = parseCondition(text);
  if (typeof condition === "string") return condition;
  if (address === undefined) return null;
  const scheme = address.startsWith("/") ? "http" : schemeOf(address);
  for (const name of placeholdersOf(condition)) {
    const schemes: readonly string[] | null = PLACEHOLDERS[name];
    if (name === "DOMAIN_EXPIRATION") {
      const wrong = withoutDomain(address);
      if (wrong !== null) return `\`[${name}]\` is known of registered domains only; ${wrong}`;
    }
    if (schemes === null || scheme === "" || schemes.includes(scheme)) continue;
    return `\`[${name}]\` is known where the address begins with ${schemes.map((one) => `${one}:`).join(" ")} only; ${scheme}: knows ${known(scheme)}`;
  }
  return null;
}

function placeholdersOf({ left, right }: Condition): readonly Placeholder[] {
  return [left, right].flatMap((side) => (side.is === "placeholder" ? [side.name] : []));
}

/** Why no registry knows an address; null where one may, and where it cannot be read: another rule says so. */
function withoutDomain(address: string): string | null {
  if (address === "" || address.startsWith("/")) return "this asks the service's own port";
  if (!URL.canParse(address)) return null;
  const host = hostIn(new URL(address));
  if (host === "") return "the address names no host";
  if (isIP(host) !== 0) return `\`${host}\` is an IP address`;
  return registrableDomain(host) === null ? `\`${host}\` is below none` : null;
}

function problemOf({ text, left, operator, right }: Condition): string | null {
  const ordering = operator !== "==" && operator !== "!=";
  for (const side of [left, right]) {
    if ((side.is === "pat" || side.is === "any") && ordering)
      return `\`${side.text}\` works with == and != only, not with ${operator}`;
    if (side.is === "literal" && ordering && numberOf(side.text) === null)
      return `\`${side.text}\` is neither a number nor a duration such as 300ms, which ${operator} needs`;
  }
  for (const [side, other] of [
    [left, right],
    [right, left],
  ] as const) {
    const wrong = side.is === "placeholder" ? unlike(side, other) : null;
    if (wrong !== null) return wrong;
  }
  if (left.is !== "placeholder" && right.is !== "placeholder")
    return `\`${text}\` looks at nothing; one side must be a placeholder: ${known()}`;
  return null;
}

/** Why what is compared with a number or a duration can never be one; null where it may. */
function unlike({ name }: Extract<Operand, { is: "placeholder" }>, other: Operand): string | null {
  const texts = other.is === "literal" ? [other.text] : other.is === "any" ? other.options : [];
  if (name === "STATUS") {
    const odd = texts.find((text) => !/^\d{1,9}$/.test(text));
    return odd === undefined ? null : `\`${odd}\` is no status: \`[STATUS]\` is a number such as 200`;
  }
  if (name !== "RESPONSE_TIME" && name !== "CERTIFICATE_EXPIRATION" && name !== "DOMAIN_EXPIRATION") return null;
  const odd = texts.find((text) => numberOf(text) === null);
  return odd === undefined ? null : `\`${odd}\` is neither a number nor a duration such as 300ms, as \`[${name}]\` is`;
}

function parseOperand(text: string): Operand | string {
  const call = /^(len|has|pat|any)\((.*)\)$/is.exec(text);
  if (call === null && /^(len|has|pat|any)\(/i.test(text)) return `\`${text}\` is not closed: it ends with \`)\``;
  const name = call?.[1]?.toLowerCase();
  const inner = call?.[2] ?? "";
  if (name === "pat") return { is: "pat", text, glob: inner };
  if (name === "any") {
    const options = inner.split(",").map((option) => option.trim());
    if (options.some((option) => option === "")) return `\`${text}\` has an empty choice; write \`any(200, 204)\``;
    return { is: "any", text, options };
  }
  if (name === "len" || name === "has") {
    const placeholder = parsePlaceholder(inner.trim(), text, name);
    if (placeholder === null || (typeof placeholder === "object" && placeholder.name !== "BODY"))
      return `\`${text}\`: ${name}() looks into the body only; write \`${name}([BODY].data)\``;
    return placeholder;
  }
  return parsePlaceholder(text, text, null) ?? { is: "literal", text };
}

/** Null: not a placeholder at all, so a literal. A string: one that does not exist or whose path cannot be read. */
function parsePlaceholder(
  text: string,
  whole: string,
  call: "len" | "has" | null,
): Extract<Operand, { is: "placeholder" }> | string | null {
  const match = /^\[([a-z_]+)\](.*)$/is.exec(text);
  if (!match) return null;
  const name = (match[1] ?? "").toUpperCase();
  const rest = match[2] ?? "";
  if (!Object.hasOwn(PLACEHOLDERS, name)) return `\`[${match[1]}]\` is no placeholder; there are ${known()}`;
  if (rest !== "" && name !== "BODY") return `\`${text}\`: only [BODY] has a path behind it`;
  const path = parsePath(rest);
  if (path === null) return `\`${text}\`: the path must read like \`[BODY].data[0].name\``;
  return { is: "placeholder", text: whole, name: name as Placeholder, path, call };
}

function parsePath(text: string): readonly (string | number)[] | null {
  const path: (string | number)[] = [];
  const part = /\.([^.[\]]+)|\[(\d+)\]/gy;
  while (part.lastIndex < text.length) {
    const found = part.exec(text);
    if (!found) return null;
    path.push(found[1] ?? Number(found[2]));
  }
  return path;
}

/**
 * What ordering compares: durations as milliseconds, or plain numbers. Null when it is neither. Beside our own durations
 * those of Go, which Gatus' conditions are written in: `1h30m`.
 */
export function numberOf(text: string): number | null {
  if (/^[+-]?\d{1,300}(\.\d{1,300})?$/.test(text)) return Number(text);
  return parseDuration(text) ?? goDuration(text);
}

const GO_UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/** https://pkg.go.dev/time#ParseDuration */
function goDuration(text: string): number | null {
  if (!/^(?:\d{1,15}(?:\.\d{1,15})?(?:ns|us|µs|ms|s|m|h)){1,8}$/.test(text)) return null;
  let sum = 0;
  for (const [, value, unit] of text.matchAll(/([\d.]+)(ns|us|µs|ms|s|m|h)/g))
    sum += Number(value) * (GO_UNITS[unit ?? ""] ?? 0);
  return sum;
}

function known(scheme?: string): string {
  return Object.entries(PLACEHOLDERS)
    .filter(
      ([, schemes]) => scheme === undefined || schemes === null || (schemes as readonly string[]).includes(scheme),
    )
    .map(([name]) => `[${name}]`)
    .join(" ");
}
