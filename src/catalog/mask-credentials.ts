/** A key whose value nobody should see, by its last words: `API_KEY`, `db.password`, `client-secret`, `authToken`. */
const CREDENTIAL_KEY =
  /(?:^|[^a-z])(?:passw(?:or)?d|passphrase|pwd|secret|(?:auth|access|bearer|refresh|api|id|bot|deploy|client)?[ _-]?token|api[ _-]?keys?|access[ _-]?keys?|secret[ _-]?keys?|private[ _-]?keys?|signing[ _-]?keys?|encryption[ _-]?keys?|credentials?|client[ _-]?secret)s?$/;

/** Shapes that well-known issuers give their tokens. Anchored at a word's beginning; none can backtrack far. */
const TOKEN_SHAPES: readonly (readonly [name: string, pattern: RegExp])[] = [
  ["a GitHub token", /\b(?:gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_[A-Za-z0-9_]{20,255})/],
  ["a GitLab token", /\bglpat-[A-Za-z0-9_-]{18,255}/],
  ["a Stripe key", /\b(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{8,255}/],
  ["an AWS access key id", /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/],
  ["a Slack token", /\bxox[abprs]-[A-Za-z0-9-]{10,255}/],
  ["the address of a Slack webhook", /\bhooks\.slack\.com\/services\/[A-Za-z0-9_/]{1,255}/],
  ["a Google API key", /\bAIza[A-Za-z0-9_-]{35}/],
  ["an npm token", /\bnpm_[A-Za-z0-9]{36}\b/],
  ["a SendGrid key", /\bSG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,64}/],
  ["an age identity", /\bAGE-SECRET-KEY-1[A-Z0-9]{20,255}/i],
  ["a private key", /-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY-----/],
  ["a JSON Web Token", /\beyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{5,4000}\.[A-Za-z0-9_-]{5,2000}/],
  // Up to the last @ and over any slash, since a password that nobody encoded may hold both; but what follows a port is a path.
  [
    "an address with a password in it",
    /\b[a-z][a-z0-9+.-]{1,30}:\/\/[^\s/:@"'[]{0,255}:(?:(?!\d{1,5}[/?#,]|\$)[^\s"']{1,255}|[^\s/@"']{1,255})@/i,
  ],
];

/** What may be a credential, or not: covered where it is shown, and no error. */
const PERHAPS: readonly RegExp[] = [
  /\b(?:Bearer|Basic)\s+[^\s"',;}\]]{3,}/gi,
  /[?&;](?:[A-Za-z0-9_.-]{0,40}(?:token|secret|passw(?:or)?d|pwd|key|sig(?:nature)?|auth|credential)s?)=[^\s&#"']{1,2000}/gi,
  // An address whose scheme was forgotten; an image with its digest is none.
  /\b[\w.-]{1,64}:[^\s@"'/:,]{1,255}@(?=[A-Za-z])(?!sha\d)/g,
];

/** Whether any of them could be there: one pass for the many texts that hold none. */
const ANY_SHAPE = new RegExp(TOKEN_SHAPES.map(([, { source }]) => source).join("|"), "i");
const SHORTEST_SHAPE = 7;

/** Whether a key says that its value is a credential. Case and word boundaries of camelCase count: `authToken`, not `mistoken`. */
export function namesCredential(key: string): boolean {
  return CREDENTIAL_KEY.test(key.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase());
}

/** What a text looks like, in words, where it has the shape of a credential; null where it has not. */
export function credentialShape(text: string): string | null {
  if (text.length < SHORTEST_SHAPE || !ANY_SHAPE.test(text)) return null;
  for (const [name, pattern] of TOKEN_SHAPES) if (pattern.test(text)) return name;
  return null;
}

/**
 * A line of a file as it may be shown: what looks like a credential is covered, dot for character, so that columns stay.
 * Every diagnostic's line goes through here: an error beside a password must not publish it in a build log.
 */
export function maskCredentials(line: string): string {
  let shown = line;
  for (const match of line.matchAll(/([A-Za-z0-9_.-]+)["']?(\s*:\s*)/g)) {
    const from = match.index + match[0].length;
    const value = line.slice(from);
    const name = match[1] ?? "";
    if (value === "" || isHarmless(value) || !(namesCredential(name) || CREDENTIAL_HEADER.test(name))) continue;
    shown = shown.slice(0, from) + covered(value);
  }
  return coverCredentials(shown);
}

/** Headers that hold nothing else. */
const CREDENTIAL_HEADER = /^(?:proxy-)?authorization$|^(?:set-)?cookie$/i;

/** A text for people with what looks like a credential covered, wherever it stands. */
export function coverCredentials(text: string): string {
  let shown = text;
  for (const pattern of EVERYWHERE) shown = shown.replace(pattern, covered);
  return shown;
}

const EVERYWHERE: readonly RegExp[] = [
  ...TOKEN_SHAPES.map(([, { source, flags }]) => new RegExp(source, `${flags}g`)),
  ...PERHAPS,
];

/** References and marker words are what should stand there. */
function isHarmless(value: string): boolean {
  return /^(?:["']?(?:encrypted|encrypted_token|environment_variable)["']?\s*(?:[,}#].*)?|[{&*#].*|)$/.test(
    value.trim(),
  );
}

function covered(text: string): string {
  return text.replace(/[^\s]/g, "•");
}
