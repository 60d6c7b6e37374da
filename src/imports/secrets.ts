import type { ImportInput } from "./imported.ts";

/** What may stand where a service file takes a text or a secret, with what the report says of it. */
export interface Kept {
  readonly value: string | { readonly secret: string };
  /** Null where it is just as it was. */
  readonly why: string | null;
}

/** How a tool writes the name of a secret in a text: `$NAME`, or `${NAME}` as well (braces). */
export type Placeholders = "dollar" | "braces" | "none";

export interface Secrets {
  /** A value that is a secret, holds one, or is none. `key` says what it is of, `name` what a new secret is called. */
  keep(text: string, of: { readonly key: string; readonly name: string; readonly always?: boolean }): Kept;
  /** Names of the secrets that a text refers to. */
  namesIn(text: string): readonly string[];
  /** Whether a text that can be no secret must not be written out. */
  isSensitive(key: string, text: string): boolean;
  /** Comment lines without those that show a credential. */
  comment(text: string): string;
  /** Everything that was found to be a secret is covered, wherever else it may stand. */
  cover(text: string): string;
  /** From now on this text is a secret. */
  remember(text: string): void;
}

/** Shorter ones would cover words that merely look the same. */
const COVERED_LENGTH_MIN = 6;

export function newSecrets(
  { namesCredential, looksLikeCredential }: Pick<ImportInput, "namesCredential" | "looksLikeCredential">,
  placeholders: Placeholders,
): Secrets {
  const values = new Set<string>();
  const pattern = PATTERNS[placeholders];

  const namesIn = (text: string): readonly string[] =>
    pattern === null ? [] : [...text.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? "");
  const isSensitive = (key: string, text: string): boolean =>
    namesCredential(key) || SENSITIVE_KEY.test(key) || looksLikeCredential(text);
  const remember = (text: string): void => {
    // `Bearer abc`, `theme=dark; session=abc`: each part that may be the credential itself, and no name of one.
    const parts = text.split(/[\s;,]+/).map((part) => /^[^=]+=(?=[^=])(.*)$/.exec(part)?.[1] ?? part);
    for (const part of [text, ...parts]) if (part.length >= COVERED_LENGTH_MIN && !SCHEMES.test(part)) values.add(part);
  };

  return {
    namesIn,
    isSensitive,
    remember,
    keep(text, { key, name, always = false }) {
      const names = namesIn(text);
      const [only] = names;
      const rest = pattern === null ? text : text.replace(pattern, "");
      if (only !== undefined && names.length === 1 && rest === "") return { value: { secret: only }, why: null };
      // `Bearer $TOKEN`: what is left is a scheme and no credential.
      const bare = rest.trim().replace(SCHEMES, "").trim();
      if (names.length > 0 && !looksLikeCredential(rest) && (bare === "" || !isSensitive(key, rest)))
        return {
          value: { secret: name },
          why: `a secret is a whole value here: put the whole of it, with ${names.map((one) => `\`${one}\``).join(" and ")} filled in, into the secret \`${name}\``,
        };
      if (!always && names.length === 0 && !isSensitive(key, text)) return { value: text, why: null };
      if (!always && names.length === 0 && text.trim() === "") return { value: text, why: null };
      remember(rest);
      return {
        value: { secret: name },
        why: `it stood there in clear text and is not written out: put it into the secret \`${name}\`, and have it replaced where it was issued`,
      };
    },
    comment(text) {
      return text
        .split("\n")
        .filter((line) => {
          const [, key = "", value = ""] = /([\w.-]+)["']?\s*[:=]\s*(.*)/.exec(line) ?? [];
          return (
            !looksLikeCredential(line) &&
            !(value !== "" && isSensitive(key, value)) &&
            !/\bBearer \S/i.test(line) &&
            !HOOK.test(line)
          );
        })
        .join("\n");
    },
    cover(text) {
      let covered = text;
      for (const value of values) covered = covered.replaceAll(value, "•••");
      return covered;
    },
  };
}

const PATTERNS: Readonly<Record<Placeholders, RegExp | null>> = {
  dollar: /\$([A-Z][A-Z0-9_]*)/g,
  braces: /\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$([A-Za-z_][A-Za-z0-9_]*)/g,
  none: null,
};

/** Headers, parameters and the like that carry credentials under names of their own. */
const SENSITIVE_KEY =
  /^(?:proxy-)?authorization$|^auth$|cookie|(?:^|[_.-])(?:api)?key$|^x-.*(?:auth|key)|signature|^sig$|session|token|secret|passw/i;

const SCHEMES = /^(?:bearer|basic|digest|token|apikey|negotiate)$/i;

/** Addresses that are a credential by themselves. */
const HOOK = /hooks\.slack\.com|\/api\/webhooks\/|webhook\.office\.com/i;
