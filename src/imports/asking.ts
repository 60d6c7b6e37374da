import { addressOf, secretName } from "./address.ts";
import type { Filling, Session } from "./session.ts";
import { kindOf, type SourceValue, textOf } from "./source-value.ts";

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const HEADERS_MAX = 100;

/** What two tools say of a request is put into `health` in one way. */
export function putAddress(session: Session, filling: Filling, url: string, field: SourceValue, why?: string): boolean {
  const { service } = filling;
  const address = addressOf(url, service.id, session.secrets);
  if (address.is === "unusable") {
    filling.leftOut("url", field, `${address.why}; add \`health.endpoint\` by hand`);
    return false;
  }
  if (address.is === "secret") {
    service.askedAt(address.secret);
    session.report.changed(`${filling.title}: url`, field.place, `${service.path}: health.targets`, address.why);
    return true;
  }
  if (address.is === "with-login") {
    filling.changed("health.endpoint", address.url, "url", field, address.why);
    service.set(["health", "headers", "Authorization"], { secret: address.secret });
  } else if (why !== undefined || address.url !== url)
    filling.changed("health.endpoint", address.url, "url", field, why ?? "what cannot stand in an address is encoded");
  else filling.carried("health.endpoint", address.url, "url", field);
  return true;
}

export function putMethod(filling: Filling, field: SourceValue): void {
  const method = textOf(field.value)?.toUpperCase() ?? "";
  if (method === "GET" && !filling.service.has(["health", "body"]))
    filling.carried("health.method", method, "method", field);
  else if (METHODS.has(method)) filling.carried("health.method", method, "method", field);
  else filling.leftOut("method", field, "it is no method that Fairlead asks with");
}

export function putBody(
  session: Session,
  filling: Filling,
  field: SourceValue,
  key: "body" | "graphql" | "send",
): void {
  const body = textOf(field.value);
  if (body === null || body === "")
    return void filling.leftOut("body", field, `it is ${kindOf(field.value)}, where a text was expected`);
  const names = session.secrets.namesIn(body);
  if (names.length > 0)
    return void filling.leftOut(
      "body",
      field,
      `it refers to the secret \`${names[0]}\`, and secrets stand in headers and addresses only`,
    );
  const credentials = credentialsIn(session, body);
  if (credentials.length > 0) {
    for (const one of credentials) session.secrets.remember(one);
    return void filling.leftOut(
      "body",
      field,
      "it holds a credential in clear text; have it replaced where it was issued",
    );
  }
  filling.carried(`health.${key}`, body, "body", field);
}

/** Headers one by one: those that carry a credential become secrets. */
export function putHeader(session: Session, filling: Filling, name: string, field: SourceValue): void {
  const { service } = filling;
  const text = textOf(field.value, 8_192);
  const what = `header ${name.slice(0, 60)}`;
  if (text === null || !HEADER_NAME.test(name) || /[\0\r\n]/.test(text))
    return void filling.leftOut(what, field, "it is no header that HTTP could carry");
  if (name.startsWith("x-")) {
    // A key that begins with a small x- is the user's own in every file.
    const capital = `X${name.slice(1)}`;
    return void putNamed(capital);
  }
  return void putNamed(name);

  function putNamed(key: string): void {
    const kept = session.secrets.keep(text ?? "", { key, name: secretName(service.id, key) });
    const path = ["health", "headers", key];
    if (service.has(path)) return void filling.leftOut(what, field, "another one of that name stands before it");
    service.set(path, kept.value, field);
    const to = `${service.path}: health.headers.${key}`;
    if (kept.why === null) session.report.carried(`${filling.title}: ${what}`, field.place, to);
    else session.report.changed(`${filling.title}: ${what}`, field.place, to, kept.why);
  }
}

export function headersMax(count: number): boolean {
  return count >= HEADERS_MAX;
}

/** Conditions that Fairlead reads; the others are left out, each with what is wrong with it. */
export function putConditions(
  session: Session,
  filling: Filling,
  conditions: readonly {
    readonly text: string;
    readonly what: string;
    readonly field: SourceValue;
    readonly why?: string;
  }[],
): void {
  const kept: string[] = [];
  const to = `${filling.service.path}: health.conditions`;
  for (const { text, what, field, why } of conditions) {
    const label = `${filling.title}: ${what}`;
    const credentials = credentialsIn(session, text);
    const problem =
      session.secrets.namesIn(text).length > 0
        ? "it refers to a secret, and secrets stand in headers and addresses only"
        : credentials.length > 0
          ? "it holds a credential in clear text; have it replaced where it was issued"
          : kept.includes(text)
            ? "it is there twice"
            : session.input.checkCondition(text);
    if (problem !== null) {
      for (const one of credentials) session.secrets.remember(one);
      session.report.leftOut(label, field.place, problem);
      continue;
    }
    kept.push(text);
    if (why === undefined) session.report.carried(label, field.place, to);
    else session.report.changed(label, field.place, to, why);
  }
  const [first] = conditions;
  if (kept.length > 0 && first !== undefined)
    filling.service.set(["health", "conditions"], kept, {
      before: conditions
        .flatMap(({ field }) => [field.before, field.after])
        .filter((one) => one.trim() !== "")
        .join("\n"),
      after: "",
    });
}

/** `"password": "…"`, `token=…`, or the shape of a token anywhere: what of it is the credential. */
function credentialsIn({ secrets, input }: Session, text: string): readonly string[] {
  const found = text.split(/[\s"']+/).filter((part) => input.looksLikeCredential(part));
  if (found.length === 0 && input.looksLikeCredential(text)) found.push(text);
  for (const [, key = "", value = ""] of text.matchAll(/([\w-]{1,60})["']?\s*[:=]+\s*["']?([^\s"'&,}]+)/g))
    if (value !== "" && secrets.namesIn(value).length === 0 && secrets.isSensitive(key, value)) found.push(value);
  return found;
}
