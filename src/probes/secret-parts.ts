/** A part of an address or a cookie that is shorter is a word, and would be covered wherever it stands. */
const PART_LENGTH_MIN = 8;

/**
 * A secret and what of it a server may give back without the rest: what stands behind `Bearer`, the password in `Basic`, the
 * values of an address's parameters or of cookies, and the long parts of an address's path.
 */
export function secretParts(secret: string): readonly string[] {
  const parts = [secret, ...credentialsIn(secret)];
  const [, scheme = "", behind = ""] = /^([A-Za-z][\w-]*)\s+(\S.*)$/.exec(secret) ?? [];
  if (behind !== "") parts.push(behind);
  if (/^basic$/i.test(scheme)) {
    const pair = Buffer.from(behind, "base64").toString("utf8");
    parts.push(pair, pair.slice(pair.indexOf(":") + 1));
  }
  for (const [, value = ""] of secret.matchAll(/=([^\s&;,"']+)/g)) parts.push(value);
  if (URL.canParse(secret)) {
    const { pathname } = new URL(secret);
    parts.push(...pathname.split("/").filter((part) => part.length >= PART_LENGTH_MIN));
  }
  return withDecoded(parts);
}

/** What of a text in clear, such as a body that is sent, is a credential by the word before it: `"password": "…"`, `token=…`. */
export function credentialsIn(text: string): readonly string[] {
  const found: string[] = [];
  for (const match of text.matchAll(CREDENTIAL)) {
    const [, quoted, single, bare] = match;
    found.push(quoted === undefined ? (single ?? bare ?? "") : unescaped(quoted));
  }
  return withDecoded(found);
}

/** Whether a header of that name holds a credential. */
export function isCredentialHeader(name: string): boolean {
  return /auth|cookie|token|secret|key|passw|credential|session/i.test(name);
}

const CREDENTIAL =
  /(?:passw(?:or)?d|passphrase|pwd|secret|token|key|credential|auth|identified by)s?["']?\s*(?:[:=]\s*|(?<=by)\s+)(?:"((?:[^"\\]|\\.){1,2000})"|'([^']{1,2000})'|([^\s"'&,;})\]]{1,2000}))/gi;

function unescaped(text: string): string {
  try {
    return String(JSON.parse(`"${text}"`));
  } catch {
    return text;
  }
}

function withDecoded(texts: readonly string[]): readonly string[] {
  return texts.flatMap((text) => {
    try {
      const decoded = decodeURIComponent(text.replaceAll("+", " "));
      return decoded === text ? [text] : [text, decodeURIComponent(text), decoded];
    } catch {
      return [text];
    }
  });
}
