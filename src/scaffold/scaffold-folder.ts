import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** A folder of files that are published as they stand in `src/`, beside `dist/src/`. */
export function scaffoldFolder(name: "templates" | "watch" | "workflows"): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const found = join(folder, "src", "scaffold", name);
    if (existsSync(found)) return found;
    if (folder === dirname(folder)) throw new Error(`Fairlead's ${name} are missing`);
  }
}
