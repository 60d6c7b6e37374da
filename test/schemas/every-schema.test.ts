import { describe, expect, test } from "vitest";
import { type Place, walkSchema } from "../support/schema-walk.ts";
import { newAjv, readSchema, type SchemaName } from "../support/schemas.ts";

/** What holds of each of our schemas: they are read by people in an editor before they are read by a program. */
const NAMES: readonly SchemaName[] = [
  "service",
  "fairlead",
  "plan",
  "state",
  "health",
  "diagnostics",
  "status",
  "apply",
  "drift",
  "history",
  "incident",
  "incident-record",
];

/** Objects whose keys are not ours to name: a driver's options, another file's keys, values of any shape. */
const OPEN = new Set([
  "service databases.*.connection.options",
  "fairlead defaults",
  "plan resource_changes.*.change.before",
  "plan resource_changes.*.change.after",
  "plan resource_changes.*.change.after_unknown",
  "plan resource_changes.*.change.before_sensitive",
  "plan resource_changes.*.change.after_sensitive",
  "plan fairlead.diagnostics.*",
  "apply diagnostics.*",
]);

describe.each(NAMES)("%s.schema.json", (name) => {
  const schema = readSchema(name);
  // An overlay repeats the service key by key, by reference: looked at once is enough.
  const places = [...walkSchema(schema)].filter(({ path }) => path[0] !== "environments" || path.length < 4);
  const label = ({ path }: Place): string => `${name} ${path.join(".") || "(top)"}`;

  test("describes every property, in a sentence, with an example", () => {
    for (const place of places.filter(({ as }) => as === "property" || as === "top")) {
      expect(place.node["description"], `${label(place)} has no description`).toMatch(/^\S.*[.)]$/s);
      if (place.as === "property") {
        expect(place.node["examples"], `${label(place)} has no example`).toSatisfy(
          (examples: unknown) => Array.isArray(examples) && examples.length > 0,
        );
      }
    }
  });

  test("is closed, but for keys of the user's own", () => {
    for (const place of places) {
      const types = [place.node["type"]].flat();
      if (!types.includes("object") || OPEN.has(label(place))) continue;
      expect(place.node["additionalProperties"], `${label(place)} is open`).toBeDefined();
    }
  });

  test("every example and every default is valid where it stands", () => {
    const ajv = newAjv();
    ajv.addSchema(schema);
    for (const place of places) {
      if (place.as === "top") continue;
      const validate = ajv.getSchema(`${schema["$id"]}${place.pointer.replaceAll("^", "%5E")}`);
      if (!validate) throw new Error(`${label(place)} cannot be compiled`);
      const values = [...((place.node["examples"] ?? []) as unknown[]), place.node["default"]];
      for (const value of values.filter((candidate) => candidate !== undefined)) {
        const ok = validate(value);
        expect(validate.errors ?? [], `${label(place)}: ${JSON.stringify(value)}`).toEqual([]);
        expect(ok).toBe(true);
      }
    }
  });

  test("refers only to itself, so that no validator needs another file", () => {
    const references = [...JSON.stringify(schema).matchAll(/"\$ref":"([^"]*)"/g)].map((match) => match[1]);
    for (const reference of references) expect(reference).toMatch(/^#\//);
  });

  test("has no definition that nothing uses, but those that stand for a document", () => {
    const text = JSON.stringify(schema);
    for (const definition of Object.keys((schema["$defs"] ?? {}) as object)) {
      if (/^[A-Z]/.test(definition)) continue;
      expect(text, `$defs/${definition} is unused`).toContain(`"#/$defs/${definition}"`);
    }
  });
});
