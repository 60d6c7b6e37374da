import { parseDocument, stringify } from "yaml";
import type { ProjectKeys } from "./imported.ts";

/** A fairlead.yaml for a folder that has none. */
export function projectFile(name: string, keys: ProjectKeys, remarks: string): string {
  const comment = remarks === "" ? "" : `${remarks.replace(/^/gm, "#")}\n\n`;
  return `${comment}${stringify({ project: name, ...keys }, { lineWidth: 0 })}`;
}

/** The keys as YAML, for somebody to put into the fairlead.yaml that is there; empty where there are none. */
export function keysAsYaml(keys: ProjectKeys): string {
  return Object.keys(keys).length === 0 ? "" : stringify(keys, { lineWidth: 0 });
}

/** What a fairlead.yaml does not say yet: key by key, each with its value as YAML on one line. */
export function missingKeys(
  text: string,
  keys: ProjectKeys,
): readonly { readonly path: readonly string[]; readonly value: string }[] {
  const document = parseDocument(text);
  const wanted: { readonly path: readonly string[]; readonly value: unknown }[] = [];
  for (const block of ["site", "health"] as const)
    for (const [key, value] of Object.entries(keys[block] ?? {})) wanted.push({ path: [block, key], value });
  if (keys.notifications !== undefined) wanted.push({ path: ["notifications"], value: keys.notifications });
  // What is no mapping there cannot hold a key: `fairlead validate` has more to say of it.
  const has = (path: readonly string[]): boolean =>
    path.some((_, depth) => {
      const at = document.getIn(path.slice(0, depth + 1));
      return depth === path.length - 1 ? at !== undefined : at !== undefined && (typeof at !== "object" || at === null);
    });
  return wanted.filter(({ path }) => !has(path)).map(({ path, value }) => ({ path, value: onOneLine(value) }));
}

/** JSON is YAML, and never longer than its line. */
function onOneLine(value: unknown): string {
  return JSON.stringify(value);
}
