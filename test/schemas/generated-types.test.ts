import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { generateTypes } from "../../schemas/generate-types.ts";
import { generateValidators } from "../../schemas/generate-validators.ts";

const folder = join(import.meta.dirname, "..", "..", "src", "model", "generated");
const files = [...(await generateTypes()), ...generateValidators()];

describe("what is generated from the schemas", () => {
  test.each(files)("$name is what its schema gives; if not, `npm run types` writes it anew", ({ name, text }) => {
    expect(readFileSync(join(folder, name), "utf8")).toBe(text);
  });
});
