import { isMapping, type Raw } from "./overlay.ts";

/** Keys that only group: they say nothing about which secret it is. */
const GROUPING: ReadonlySet<string> = new Set([
  "authentication",
  "connection",
  "databases",
  "environment",
  "integrations",
  "options",
  "security",
]);

/**
 * The name that a marker word (`encrypted`, `encrypted_token`, `environment_variable`) stands for at its place: the path's
 * telling keys in capitals, a list item by its `name`.
 *
 *     environment.DATABASE_URL                         → DATABASE_URL
 *     integrations[payment_processor].…token           → PAYMENT_PROCESSOR_TOKEN
 *     databases.main.connection.password               → MAIN_PASSWORD
 *     security.jwt.secret                              → JWT_SECRET
 */
export function secretName(document: Raw, path: readonly string[]): string {
  const words: string[] = [];
  let at: unknown = document;
  path.forEach((key, depth) => {
    const isItem = Array.isArray(at);
    at = isItem ? (at as readonly unknown[])[Number(key)] : isMapping(at) ? at[key] : undefined;
    if (isItem) words.push(nameOf(at) ?? String(Number(key) + 1));
    // The last key always counts: a variable may be called like a grouping key.
    else if (depth === path.length - 1 || !GROUPING.has(key)) words.push(key);
  });
  return words
    .join("_")
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[^A-Za-z0-9]+/g, "_")
    .toUpperCase();
}

function nameOf(item: unknown): string | null {
  return isMapping(item) && typeof item["name"] === "string" ? item["name"] : null;
}
