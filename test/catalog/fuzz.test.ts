import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { dump } from "js-yaml";
import { describe, expect, test } from "vitest";
import { loadCatalog } from "../../src/catalog/load-catalog.ts";
import { projectOf } from "../../src/catalog/load-project.ts";
import { schemaCheck } from "../../src/catalog/schema-check.ts";
import { validateRepository } from "../../src/catalog/validate-repository.ts";
import type { Diagnostic } from "../../src/model/diagnostic.ts";
import { checkCondition } from "../../src/probes/condition-syntax.ts";
import { type MemoryFile, memoryTree } from "../support/memory-tree.ts";

/**
 * Whatever stands in a service file, loading it ends, throws nothing, and every problem lies inside the file it names.
 * fast-check prints the seed and the smallest file of a failure.
 */
const RUNS = 250;

const real = [
  ...filesIn("schemas/seed").map((name) => read("schemas/seed", name)),
  read("schemas", "every-block.yaml"),
  ...filesIn("cases/catalog").map((name) => read("cases/catalog", name)),
];

/** Pieces that YAML gives a meaning, and keys that services have. */
const piece = fc.oneof(
  fc.constantFrom(
    ...[
      "- ",
      "? ",
      ": ",
      ":\n",
      "\n",
      "\n  ",
      "\n    ",
      "\t",
      "# ",
      "[",
      "]",
      "{",
      "}",
      ", ",
      "&a ",
      "*a",
      "!tag ",
      "!!str ",
    ],
    ...[
      "|\n",
      ">-\n",
      '"',
      "'",
      "%YAML 1.2\n",
      "---\n",
      "...\n",
      "<<: ",
      "\\x1b",
      "\u0000",
      "\ufeff",
      "\u2028",
      "\ud800",
      "😀",
      "~",
    ],
    ...[
      "__proto__",
      "constructor",
      "id",
      "name",
      "type",
      "runtime",
      "environment",
      "environments",
      "staging",
      "networking",
    ],
    ...["0x10", ".inf", "1e400", "-", "null", "true", "2024-01-01", "encrypted", "30s", "orders"],
  ),
  fc.string({ maxLength: 8 }),
);
const yamlish = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(""));

const mutated = fc
  .tuple(
    fc.constantFrom(...real),
    fc.array(fc.tuple(fc.nat(), fc.nat({ max: 12 }), piece), { minLength: 1, maxLength: 6 }),
  )
  .map(([text, edits]) =>
    edits.reduce((current, [at, length, put]) => {
      const from = at % (current.length + 1);
      return current.slice(0, from) + put + current.slice(from + length);
    }, text),
  );

/** A service whose blocks hold anything: the schema's side of the loader. */
const shaped = fc
  .record(
    Object.fromEntries(
      [
        "id",
        "name",
        "type",
        "kind",
        "status",
        "endpoints",
        "dependencies",
        "configuration",
        "template",
        "command",
        "source",
      ]
        .concat([
          "watch",
          "image",
          "external",
          "processes",
          "volumes",
          "runtime",
          "environment",
          "networking",
          "health",
        ])
        .concat([
          "logging",
          "databases",
          "integrations",
          "events",
          "security",
          "deployment",
          "environments",
          "protected",
        ])
        .map((key) => [
          key,
          fc.oneof({ weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) }, { weight: 2, arbitrary: block(key) }),
        ]),
    ),
    { requiredKeys: ["id"] },
  )
  .map((value) => dump(value));

describe("loading never throws, and points into the file", () => {
  const settings = { numRuns: RUNS };
  test("of YAML-like text", () => fc.assert(fc.asyncProperty(yamlish, holds), settings));
  test("of real files with random edits", () => fc.assert(fc.asyncProperty(mutated, holds), settings));
  test("of any values at the keys of a service", () => fc.assert(fc.asyncProperty(shaped, holds), settings));
  test("of bytes", () =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), (bytes) => holds(bytes)),
      { numRuns: 200 },
    ));
});

test("fairlead.yaml may hold anything as well", async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(yamlish, shaped), async (text) => {
      const files = { "fairlead.yaml": text, "services/a.yaml": "id: a\nname: A\ntype: api\nexternal: true\n" };
      insideTheirFiles(
        (await validateRepository({ tree: memoryTree(files), templates: new Map() })).diagnostics,
        files,
      );
    }),
    { numRuns: 200 },
  );
});

async function holds(content: string | Uint8Array): Promise<void> {
  const files: Record<string, MemoryFile> = {
    "fairlead.yaml":
      "project: shop\nenvironments:\n  development: { target: { kind: local } }\n  staging: { target: { kind: local } }\n",
    "services/a.yaml": content,
    "services/b.yaml": "id: b\nname: B\ntype: api\nexternal: true\nnetworking: { port: 3000 }\n",
  };
  const templates = new Map([["express", "1"]]);
  const { diagnostics } = await validateRepository({ tree: memoryTree(files), templates, checkCondition });
  insideTheirFiles(diagnostics, files);

  const { value: project } = projectOf(null, await schemaCheck("fairlead"));
  const environment = "development";
  const { value } = await loadCatalog({
    tree: memoryTree(files),
    project,
    environment,
    templates,
    commit: null,
    dirty: true,
  });
  // A file that cannot be used is never silently nothing: it is in the catalog, or guarded as broken.
  expect(value.services.size === 2 || value.broken.size > 0).toBe(true);
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  for (const entry of value.services.values()) entry.rangeOf("runtime.replicas");
}

function insideTheirFiles(diagnostics: readonly Diagnostic[], files: Readonly<Record<string, MemoryFile>>): void {
  for (const { range, code, line } of diagnostics) {
    if (range === undefined) continue;
    const content = files[range.file];
    expect(content, `${code} names ${range.file}`).toBeDefined();
    const text = Buffer.from(content as string).toString("utf8");
    // What cannot be decoded is shown up to the byte that is wrong.
    const lines = text.replace(/^\ufeff/, "").split(/\r\n|\r|\n/);
    for (const { line: at, column, offset } of [range.start, range.end]) {
      expect(at, code).toBeGreaterThanOrEqual(1);
      expect(at, code).toBeLessThanOrEqual(lines.length);
      expect(column, code).toBeGreaterThanOrEqual(1);
      if (code !== "file-encoding") {
        expect(column, code).toBeLessThanOrEqual((lines[at - 1]?.length ?? 0) + 1);
        expect(offset, code).toBeLessThanOrEqual(text.length);
      }
    }
    expect(range.end.offset).toBeGreaterThanOrEqual(range.start.offset);
    if (line !== undefined && code !== "file-encoding") expect(line.length).toBe(lines[range.start.line - 1]?.length);
  }
}

function block(key: string): fc.Arbitrary<unknown> {
  if (key === "id") return fc.constantFrom("a", "b", "orders-api");
  if (key === "name") return fc.constant("A");
  if (key === "type") return fc.constantFrom("api", "data");
  if (key === "external" || key === "protected") return fc.boolean();
  const inner = fc.dictionary(
    fc.constantFrom("port", "replicas", "memory_limit", "staging", "A", "type", "x-own", "1", "10"),
    fc.jsonValue({ maxDepth: 2 }),
  );
  return fc.oneof(inner, fc.array(fc.constantFrom("/a", "b", "c"), { maxLength: 3 }));
}

function filesIn(folder: string): string[] {
  return readdirSync(join(import.meta.dirname, "..", folder)).filter((name) => /\.(?:yaml|txt)$/.test(name));
}

function read(folder: string, name: string): string {
  return readFileSync(join(import.meta.dirname, "..", folder, name), "utf8").slice(0, 4_000);
}
