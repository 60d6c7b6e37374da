import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";

/** Names of the templates that this package ships, sorted. */
export function templateNames(): readonly string[] {
  return readdirSync(templatesFolder()).sort();
}

/** A template's files as they stand in the package, by path, sorted. */
export function templateFiles(template: string): ReadonlyMap<string, string> {
  const folder = join(templatesFolder(), template);
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    paths
      .sort()
      .map((path) => [path.slice(folder.length + 1).replaceAll(sep, "/"), readFileSync(path, "utf8")] as const),
  );
}

/** They stay in `src/`, which is published beside `dist/src/` for them alone. */
function templatesFolder(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const templates = join(folder, "src", "scaffold", "templates");
    if (existsSync(templates)) return templates;
    if (folder === dirname(folder)) throw new Error("Fairlead's templates are missing");
  }
}
