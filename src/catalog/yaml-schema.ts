import {
  CORE_SCHEMA,
  defineMappingTag,
  defineScalarTag,
  floatCoreTag,
  intCoreTag,
  mapTag,
  NOT_RESOLVED,
  type ScalarTagDefinition,
  type Schema,
} from "js-yaml";

/** Keys that reach an object's prototype where code is careless. No service needs them, so they are errors. */
export const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** What `constructFromEvents` throws with on such a key: `diagnoseYaml` then finds every one of them. */
const strictMap = defineMappingTag<Record<string, unknown>>(mapTag.tagName, {
  ...mapTag,
  addPair(object, key, value) {
    if (typeof key === "string" && !FORBIDDEN_KEYS.has(key)) {
      object[key] = value;
      return "";
    }
    const name = String(key);
    if ((typeof key === "object" && key !== null) || FORBIDDEN_KEYS.has(name)) return "this key is not allowed";
    object[name] = value;
    return "";
  },
});

/** Leaves bad pairs out, so that the rest of a file that has them can still be validated. */
const lenientMap = defineMappingTag<Record<string, unknown>>(mapTag.tagName, {
  ...mapTag,
  addPair(object, key, value) {
    if ((typeof key !== "object" || key === null) && !FORBIDDEN_KEYS.has(String(key))) object[String(key)] = value;
    return "";
  },
});

/** YAML 1.2's core schema, but for numbers that JSON cannot carry (`.inf`, `.nan`): those stay text. */
const base = CORE_SCHEMA.withTags(finite(intCoreTag), finite(floatCoreTag));

export const STRICT_SCHEMA: Schema = base.withTags(strictMap);
export const LENIENT_SCHEMA: Schema = base.withTags(lenientMap);

function finite(tag: ScalarTagDefinition<number>): ScalarTagDefinition<number> {
  return defineScalarTag<number>(tag.tagName, {
    ...tag,
    resolve(source, isExplicit, tagName) {
      const value = tag.resolve(source, isExplicit, tagName);
      return value === NOT_RESOLVED || !Number.isFinite(value) ? NOT_RESOLVED : value;
    },
  });
}
