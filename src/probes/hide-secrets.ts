/** Shorter ones would be found in any text, and hide nothing that could not be guessed. */
const LENGTH_MIN = 3;

/** Covers secrets in a text that is to be published, also where a server gives them back encoded. */
export function hideSecrets(secrets: readonly string[]): (text: string) => string {
  const forms = new Set(
    secrets
      .filter((secret) => secret.length >= LENGTH_MIN)
      .flatMap((secret) => [
        secret,
        encodeURIComponent(secret),
        JSON.stringify(secret).slice(1, -1),
        Buffer.from(secret).toString("base64").replace(/=+$/, ""),
        Buffer.from(secret).toString("base64url"),
        ...[0, 1, 2].flatMap((before) => withinBase64(secret, before)),
      ]),
  );
  // The longest first: one may be a part of another.
  const sorted = [...forms].sort((a, b) => b.length - a.length);
  return (text) => sorted.reduce((shown, form) => shown.replaceAll(form, "•••"), text);
}

/** A core that is shorter is found in any text. */
const BASE64_LENGTH_MIN = 4;

/** What is sure of a secret in the Base64 of a longer text, where so many bytes modulo 3 stand before it; for URLs as well. */
function withinBase64(secret: string, before: number): readonly string[] {
  const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
  // A character holds 6 bits: those shared with a neighbour are not sure.
  const core = bytes.toString("base64").slice(Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6));
  if (core.length < BASE64_LENGTH_MIN) return [];
  return [core, core.replaceAll("+", "-").replaceAll("/", "_")];
}
