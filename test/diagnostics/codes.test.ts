import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CODES } from "../../src/diagnostics/codes.ts";

/** Codes are permanent and people filter by them: what the program emits and what is listed is the same set. */
const source = sourceFiles(join(import.meta.dirname, "..", "..", "src"))
  .filter((path) => !path.includes("/generated/") && !path.endsWith("/diagnostics/codes.ts"))
  .map((path) => ({ path, text: readFileSync(path, "utf8") }));

/** `code: "…"` beside a severity, and the two that a condition chooses between. */
const emitted = new Map(
  source.flatMap(({ path, text }) =>
    [...text.matchAll(/\bcode: (?:[^"\n,]*\? )?"([a-z][a-z0-9]*(?:-[a-z0-9]+)+)"(?: : "([a-z][a-z0-9-]+)")?/g)].flatMap(
      ([, first = "", second]) => (second ? [first, second] : [first]).map((code) => [code, path] as const),
    ),
  ),
);

describe("the list of codes", () => {
  test("has every code that is emitted", () => {
    const unlisted = [...emitted].filter(([code]) => !Object.hasOwn(CODES, code));
    expect(unlisted.map(([code, path]) => `${code} of ${path.slice(path.indexOf("/src/") + 1)}`)).toEqual([]);
  });

  test("has none that nothing emits", () => {
    const text = source.map((file) => file.text).join("\n");
    // Git's are its room's own words with `git-` before them.
    const isEmitted = (code: string) => text.includes(`"${code}"`) || text.includes(`"${code.replace(/^git-/, "")}"`);
    expect(Object.keys(CODES).filter((code) => !isEmitted(code))).toEqual([]);
  });

  test("says of each what it means, in a sentence", () => {
    for (const [code, meaning] of Object.entries(CODES)) {
      expect(code).toMatch(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)+$/);
      expect(meaning, code).toMatch(/^[A-Z].*\.$/);
    }
  });
});

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name));
}
