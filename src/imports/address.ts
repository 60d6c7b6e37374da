import type { Secrets } from "./secrets.ts";

export type Address =
  | { readonly is: "open"; readonly url: string }
  /** The whole of it goes into a secret. */
  | { readonly is: "secret"; readonly secret: string; readonly why: string }
  /** User and password become a header. */
  | { readonly is: "with-login"; readonly url: string; readonly why: string; readonly secret: string }
  | { readonly is: "unusable"; readonly why: string };

const LENGTH_MAX = 2_000;

/** An address as a service file may show it: credentials in it are not written out. `id` makes the names of secrets. */
export function addressOf(raw: string, id: string, secrets: Secrets): Address {
  const text = raw.trim();
  if (text === "" || text.length > LENGTH_MAX)
    return { is: "unusable", why: "it is empty, or too long for an address" };
  const name = secretName(id, "URL");
  if (secrets.namesIn(text).length > 0) {
    const kept = secrets.keep(text, { key: "url", name });
    if (typeof kept.value !== "string")
      return { is: "secret", secret: kept.value.secret, why: kept.why ?? "the secret holds the address" };
  }
  if (!URL.canParse(text)) return { is: "unusable", why: "it is no address" };
  const url = new URL(text);
  const carriesKey = [...url.searchParams].some(([key, value]) => value !== "" && secrets.isSensitive(key, value));
  const login = url.username !== "" || url.password !== "";
  if (login) {
    for (const part of [url.password, decoded(url.password)]) secrets.remember(part);
    if (url.password === "") secrets.remember(decoded(url.username));
  }
  const open = withoutLogin(url, text, login);
  if (carriesKey || secrets.isSensitive("url", open)) {
    for (const [key, value] of url.searchParams) if (secrets.isSensitive(key, value)) secrets.remember(value);
    return {
      is: "secret",
      secret: name,
      why: `it holds a credential in clear text and is not written out: put the whole address into the secret \`${name}\`, and have the credential replaced where it was issued`,
    };
  }
  if (!login) return { is: "open", url: open };
  const secret = secretName(id, "AUTHORIZATION");
  return {
    is: "with-login",
    url: open,
    secret,
    why: `user and password stood in the address and are not written out: put \`Basic\` with both of them in Base64 into the secret \`${secret}\``,
  };
}

export function secretName(...words: readonly string[]): string {
  const name = words
    .join("_")
    .replace(/[^A-Za-z0-9]+/g, "_")
    .toUpperCase();
  return /^[0-9]/.test(name) ? `S_${name}` : name;
}

/** As it was written where that is possible; white space cannot stand in an address. */
function withoutLogin(url: URL, text: string, login: boolean): string {
  if (!login && !/[\s\p{Cc}]/u.test(text)) return text;
  const bare = new URL(url.href);
  bare.username = "";
  bare.password = "";
  return bare.href;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
