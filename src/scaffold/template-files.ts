import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { scaffoldFolder } from "./scaffold-folder.ts";

/** Names of the templates that this package ships, sorted. */
export function templateNames(): readonly string[] {
  return readdirSync(scaffoldFolder("templates")).sort();
}

/** A template's files as they stand in the package, by path, sorted. */
export function templateFiles(template: string): ReadonlyMap<string, string> {
  const folder = join(scaffoldFolder("templates"), template);
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    paths
      .sort()
      .map((path) => [path.slice(folder.length + 1).replaceAll(sep, "/"), readFileSync(path, "utf8")] as const),
  );
}
