import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** The folder of Fairlead's package.json, from `src/` in development and from `dist/src/` as published. */
export function packageRoot(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json"))) return folder;
    if (folder === dirname(folder)) throw new Error("Fairlead's package.json is missing");
  }
}
