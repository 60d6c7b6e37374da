import { join, relative, sep } from "node:path";
import { type FSWatcher, watch } from "chokidar";
import picomatch from "picomatch";
import { PROJECT_FILE } from "../catalog/load-project.ts";
import type { Clock } from "../model/basics.ts";
import type { Catalog } from "../model/catalog.ts";

/** Editors write a file in several steps, and a checkout writes many: a change is over when this long nothing followed. */
const QUIET_MS = 250;

export interface FileWatch {
  /** Watches what this catalog is made of from now on: its files and the code that its services run. */
  follow(catalog: Catalog): void;
  /** Resolves with the changed paths once they have come to rest; with none when `signal` aborts. */
  next(signal: AbortSignal): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Watches the working folder for what a catalog depends on. */
export function watchFiles(root: string, clock: Clock): FileWatch {
  let watcher: FSWatcher | null = null;
  let watched = new Set<string>();
  let changed = new Set<string>();
  let wake = (): void => undefined;

  const note = (path: string): void => {
    changed.add(relative(root, path).split(sep).join("/"));
    wake();
  };

  return {
    follow(catalog) {
      const wanted = pathsOf(catalog);
      if (watcher === null) {
        watcher = watch(
          [...wanted].map((path) => join(root, path)),
          {
            ignoreInitial: true,
            ignored: (path) => /(^|[/\\])(node_modules|\.git|\.fairlead)([/\\]|$)/.test(relative(root, path)),
          },
        );
        watcher.on("add", note).on("change", note).on("unlink", note);
        // A folder that cannot be watched is no reason to stop what runs; the next edit elsewhere still counts.
        watcher.on("error", () => undefined);
      } else {
        for (const path of wanted) if (!watched.has(path)) watcher.add(join(root, path));
        for (const path of watched) if (!wanted.has(path)) watcher.unwatch(join(root, path));
      }
      watched = wanted;
    },
    async next(signal) {
      while (!signal.aborted) {
        if (changed.size === 0) {
          await new Promise<void>((resolve) => {
            wake = resolve;
            signal.addEventListener("abort", () => resolve(), { once: true });
          });
          continue;
        }
        const before = changed.size;
        await clock.sleep(QUIET_MS, signal);
        if (changed.size > before) continue;
        const paths = [...changed].sort();
        changed = new Set();
        return paths;
      }
      return [];
    },
    async close() {
      await watcher?.close();
    },
  };
}

/** The project file, the folders that its globs begin in, and every path whose content a service runs. */
function pathsOf(catalog: Catalog): Set<string> {
  const paths = new Set([PROJECT_FILE, ...catalog.project.services.map((glob) => picomatch.scan(glob).base || ".")]);
  for (const { artifact } of catalog.services.values())
    if (artifact.kind === "files") for (const path of Object.keys(artifact.trees)) paths.add(path);
  return paths;
}
