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
      ]),
  );
  // The longest first: one may be a part of another.
  const sorted = [...forms].sort((a, b) => b.length - a.length);
  return (text) => sorted.reduce((shown, form) => shown.replaceAll(form, "•••"), text);
}
