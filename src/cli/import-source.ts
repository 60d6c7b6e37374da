import type { Dirent } from "node:fs";
import { lstat, readdir, readFile } from "node:fs/promises";
import { basename, join, relative, sep } from "node:path";
import type { Diagnosed, Diagnostic } from "../model/diagnostic.ts";

const FILE_BYTES_MAX = 20_000_000;
const ALL_BYTES_MAX = 100_000_000;
const ENTRIES_MAX = 50_000;
const DEPTH_MAX = 6;
const NOT_LOOKED_INTO = new Set([".git", "node_modules", "public", "graphs", "api"]);

/**
 * The files that an import wants of a folder, or one file alone. Bounded in number, depth and size; a symbolic link is never
 * followed, so that nothing from elsewhere gets into what is written.
 */
export async function importSource(
  path: string,
  wants: (path: string) => boolean,
): Promise<Diagnosed<ReadonlyMap<string, string>>> {
  const files = new Map<string, string>();
  const diagnostics: Diagnostic[] = [];
  const top = await lstat(path).catch(() => null);
  if (top === null || !(top.isFile() || top.isDirectory()))
    return {
      value: files,
      diagnostics: [notReadable(path, top === null ? "it is not there" : "it is neither a file nor a folder")],
    };
  let bytes = 0;
  let entries = 0;
  const take = async (file: string, name: string): Promise<void> => {
    try {
      const { size } = await lstat(file);
      bytes += size;
      if (size > FILE_BYTES_MAX || bytes > ALL_BYTES_MAX) {
        diagnostics.push(leftOut(name, "it is too large"));
        return;
      }
      files.set(name, (await readFile(file, "utf8")).replace(/^\ufeff/, ""));
    } catch (error) {
      diagnostics.push(leftOut(name, (error as Error).message));
    }
  };
  const walk = async (folder: string, depth: number): Promise<void> => {
    const found: readonly Dirent[] = await readdir(folder, { withFileTypes: true }).catch(() => []);
    for (const entry of [...found].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (++entries > ENTRIES_MAX) return;
      const file = join(folder, entry.name);
      const name = relative(path, file).split(sep).join("/");
      if (entry.isDirectory()) {
        if (depth < DEPTH_MAX && !NOT_LOOKED_INTO.has(entry.name)) await walk(file, depth + 1);
      } else if (!wants(name)) continue;
      else if (entry.isFile()) await take(file, name);
      else diagnostics.push(leftOut(name, entry.isSymbolicLink() ? "it is a symbolic link" : "it is no ordinary file"));
    }
  };
  if (top.isDirectory()) await walk(path, 0);
  else if (wants(basename(path))) await take(path, basename(path));
  if (entries > ENTRIES_MAX)
    diagnostics.push(leftOut("the rest of the folder", `there are more than ${ENTRIES_MAX} entries`));
  if (files.size === 0 && diagnostics.length === 0)
    diagnostics.push(notReadable(path, "nothing in it is a file of that tool"));
  return { value: files, diagnostics };
}

function notReadable(path: string, why: string): Diagnostic {
  return {
    code: "import-source-unusable",
    severity: "error",
    summary: `\`${path}\` cannot be imported: ${why}`,
    hint: "name the folder of the other tool's repository, or its configuration file",
  };
}

function leftOut(name: string, why: string): Diagnostic {
  return {
    code: "import-file-left-out",
    severity: "warning",
    summary: `\`${name}\` is left out: ${why}`,
  };
}
