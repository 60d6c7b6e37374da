import type { SecretRef } from "../model/service.ts";
import type { Question } from "./probe-kind.ts";
import { credentialsIn, isCredentialHeader, secretParts } from "./secret-parts.ts";
import { schemeOf, type Target } from "./target.ts";

/** The value of a secret, or undefined where it has none here. Only the faces know where secrets are. */
export type SecretOf = (name: string) => string | undefined;

/** A target with its secrets in place, and which they are, so that none is ever shown; or why it cannot be asked. */
export interface Prepared {
  readonly question?: Question;
  readonly problem?: string;
  readonly secrets: readonly string[];
}

/** Never throws; `problem` names a secret that has no value, never a value. */
export function prepare({ url, how }: Target, secretOf: SecretOf): Prepared {
  const secrets: string[] = [];
  const missing: string[] = [];
  const plain = (value: string | SecretRef): string => {
    if (typeof value === "string") return value;
    const secret = secretOf(value.secret);
    if (secret === undefined || secret === "") missing.push(value.secret);
    else secrets.push(...secretParts(secret));
    return secret ?? "";
  };
  const address = plain(url);
  const headers = Object.fromEntries(Object.entries(how.headers ?? {}).map(([name, value]) => [name, plain(value)]));
  if (missing.length > 0) return { secrets, problem: `the secret ${missing[0]} has no value here` };
  if (!URL.canParse(address)) return { secrets, problem: "the address is none" };
  const parsed = new URL(address);
  for (const part of [parsed.password, parsed.username]) {
    if (part === "") continue;
    secrets.push(part);
    if (canDecode(part)) secrets.push(decodeURIComponent(part));
    else return { secrets, problem: "the address has a broken % in its credentials" };
  }
  if (parsed.password !== "") {
    const [user, password] = [parsed.username, parsed.password].map(decodeURIComponent);
    // As HTTP and SMTP send them, encoded together.
    secrets.push(`${user}:${password}`, `\0${user}\0${password}`);
  }
  secrets.push(...credentialsIn(parsed.search), ...inClear(how));
  return {
    secrets,
    question: {
      url: parsed,
      scheme: schemeOf(address),
      headers,
      dns: how.dns ?? {},
      grpcService: how.grpc_service ?? "",
      ...(how.method === undefined ? {} : { method: how.method }),
      ...(how.body === undefined ? {} : { body: how.body }),
      ...(how.follow_redirects === undefined ? {} : { followRedirects: how.follow_redirects }),
      ...(how.ip_version === undefined ? {} : { ipVersion: how.ip_version }),
      ...(how.graphql === undefined ? {} : { graphql: how.graphql }),
      ...(how.send === undefined ? {} : { send: how.send }),
      ...(how.query === undefined ? {} : { query: how.query }),
    },
  };
}

/** Nobody's secrets by declaration, and still nothing to publish where a server repeats what it was sent. */
function inClear({ headers = {}, body = "", send = "", query = "", graphql = "" }: Target["how"]): readonly string[] {
  const values = Object.entries(headers).flatMap(([name, value]) =>
    typeof value === "string" && isCredentialHeader(name) ? secretParts(value) : [],
  );
  return [...values, ...[body, send, query, graphql].flatMap(credentialsIn)];
}

function canDecode(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
