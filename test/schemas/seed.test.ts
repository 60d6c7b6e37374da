import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { load } from "js-yaml";
import { describe, expect, test } from "vitest";
import { problemsAgainst } from "../support/schemas.ts";

/** The seed's examples are the field's own reference: each must be writable as YAML under our keys, unchanged. */
const folder = join(import.meta.dirname, "seed");
const problems = problemsAgainst("service");
type Block = Readonly<Record<string, unknown>>;

/** Where each object of the seed goes in a service file. */
const PLACES: Readonly<Record<string, (file: Block) => unknown>> = {
  serviceStructure: (file) => file,
  expressTemplate: template,
  phpTemplate: template,
  flaskTemplate: template,
  serviceConfig: ({ runtime, environment, networking }) => ({ runtime, environment, networking }),
  healthCheck: (file) => file["health"],
  loggingConfig: (file) => file["logging"],
  sqlConfig: (file) => at(file, "databases", "main"),
  nosqlConfig: (file) => at(file, "databases", "documents"),
  apiIntegration: (file) => at(file, "integrations", "0"),
  jwtConfig: (file) => at(file, "security", "jwt"),
  rbacConfig: (file) => at(file, "security", "rbac"),
  validationRules: (file) => at(file, "security", "validation"),
  securityHeaders: (file) => at(file, "security", "headers"),
  testSuite: (file) => at(file, "testing", "unit"),
  integrationTests: (file) => at(file, "testing", "integration"),
  loadTestConfig: (file) => at(file, "testing", "load"),
  pipelineConfig: (file) => file["pipeline"],
};

describe("the seed's examples as YAML", () => {
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".yaml"))) {
    test(`${file} validates`, () => {
      expect(problems(yaml(join(folder, file)))).toEqual([]);
    });
  }

  for (const [name, example] of Object.entries(examples())) {
    test(`${name} has the same keys and values in YAML`, () => {
      const place = PLACES[name];
      expect(place, `${name} has no place in a service file`).toBeDefined();
      expect(place?.(yaml(join(folder, `${name}.yaml`)))).toEqual(example);
    });
  }

  test("every example is there", () => {
    expect(Object.keys(examples()).sort()).toEqual(Object.keys(PLACES).sort());
  });
});

test("a file with every block at once validates", () => {
  const file = yaml(join(import.meta.dirname, "every-block.yaml"));
  expect(problems(file)).toEqual([]);
});

function examples(): Readonly<Record<string, unknown>> {
  const text = readFileSync(join(folder, "examples.md"), "utf8");
  const found = [...text.matchAll(/```javascript\nconst (\w+) = (\{[\s\S]*?\n\});\n```/g)];
  // Through JSON: objects of another context have other prototypes, which `toEqual` would tell apart.
  return Object.fromEntries(
    found.map(([, name = "", code]) => [name, JSON.parse(JSON.stringify(runInNewContext(`(${code})`)))]),
  );
}

function template(file: Block): unknown {
  return { name: file["name"], framework: file["template"], ...(file["template_options"] as Block) };
}

function at(file: Block, ...path: string[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Block)[key], file);
}

function yaml(path: string): Block {
  return load(readFileSync(path, "utf8")) as Block;
}
