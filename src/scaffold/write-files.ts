import { lstat, mkdir, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import type { Diagnosed, Diagnostic } from "../model/diagnostic.ts";

/**
 * Writes all of `files` below `root`, or none: nothing is overwritten, nothing goes through a symbolic link, and what was
 * written before a failure is taken away again. The value is the paths that were written, sorted.
 */
export async function writeFiles(
  root: string,
  files: ReadonlyMap<string, string>,
): Promise<Diagnosed<readonly string[]>> {
  const paths = [...files.keys()].sort();
  const diagnostics = (await Promise.all(paths.map((path) => problemAt(root, path)))).filter((found) => found !== null);
  if (diagnostics.length > 0) return { value: [], diagnostics };
  const written: string[] = [];
  const made: string[] = [];
  for (const path of paths) {
    try {
      for (const folder of foldersOf(path)) if (await makeFolder(join(root, folder))) made.push(folder);
      // Another program may have put a file there since it was looked at: `wx` refuses that one, too.
      await writeFile(join(root, path), files.get(path) ?? "", { flag: "wx" });
      written.push(path);
    } catch (error) {
      for (const done of written) await rm(join(root, done), { force: true });
      for (const folder of made.reverse()) await rmdir(join(root, folder)).catch(() => undefined);
      return { value: [], diagnostics: [notWritten(path, error)] };
    }
  }
  return { value: written, diagnostics: [] };
}

async function problemAt(root: string, path: string): Promise<Diagnostic | null> {
  if (normalize(path) !== path || path.startsWith("/") || path.startsWith(".."))
    throw new Error(`no path below a folder: ${path}`);
  for (const folder of foldersOf(path)) {
    const status = await lstat(join(root, folder)).catch(() => null);
    if (status === null || status.isDirectory()) continue;
    return {
      code: "file-exists",
      severity: "error",
      summary: `\`${folder}\` is ${status.isSymbolicLink() ? "a symbolic link" : "no folder"}; \`${path}\` cannot be put there`,
      detail: "Files are written into real folders below the repository alone. Nothing was written.",
    };
  }
  if ((await lstat(join(root, path)).catch(() => null)) === null) return null;
  return {
    code: "file-exists",
    severity: "error",
    summary: `\`${path}\` is there already`,
    detail: "Nothing is overwritten, and nothing was written.",
    hint: "move it away, or choose another name",
  };
}

/** `a/b/c.txt` → `a`, `a/b`. */
function foldersOf(path: string): string[] {
  const parts = dirname(path)
    .split("/")
    .filter((part) => part !== ".");
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}

async function makeFolder(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST" && (await lstat(path)).isDirectory()) return false;
    throw error;
  }
}

function notWritten(path: string, error: unknown): Diagnostic {
  return {
    code: "file-not-written",
    severity: "error",
    summary: `\`${path}\` could not be written: ${(error as Error).message}`,
    detail: "What was written before it has been taken away again.",
    hint: "free some disk space, or make the folder writable",
  };
}
