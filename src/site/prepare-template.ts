import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, rename, rm, stat, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** What the site's own files import. */
const PACKAGES = ["astro", "d3-scale", "d3-shape"];
const SOURCES = ["src", "public", "tsconfig.json"];

/**
 * Astro writes beside the sources that it builds, and an installed package may be read-only: so the template is built from
 * a copy in the cache, with links to the packages as *we* resolve them, wherever npm has put them. The copy is named by
 * its content: another version of Fairlead makes another one. Returns the copy's folder.
 */
export async function prepareTemplate({
  siteRoot,
  cacheDir,
}: {
  readonly siteRoot: string;
  readonly cacheDir: string;
}): Promise<string> {
  const packages = await Promise.all(PACKAGES.map(async (name) => [name, await packageFolder(name)] as const));
  const hash = await contentHash(siteRoot, packages.flat());
  const folder = join(cacheDir, `template-${hash}`);
  if (await exists(folder)) return folder;

  await mkdir(cacheDir, { recursive: true });
  for (const old of await readdir(cacheDir)) {
    if (old.startsWith("template-")) await rm(join(cacheDir, old), { recursive: true, force: true });
  }
  const draft = join(cacheDir, `draft-${hash}`);
  await rm(draft, { recursive: true, force: true });
  await mkdir(join(draft, "node_modules"), { recursive: true });
  for (const name of SOURCES) await cp(join(siteRoot, name), join(draft, name), { recursive: true, mode: 0 });
  for (const [name, target] of packages) await symlink(target, join(draft, "node_modules", name), "junction");
  // Renamed when complete: a copy that was cut short is never mistaken for a whole one.
  await rename(draft, folder);
  return folder;
}

/** The folder of a package as this file resolves it. */
async function packageFolder(name: string): Promise<string> {
  let folder = dirname(fileURLToPath(import.meta.resolve(name)));
  while (!(await isNamed(folder, name))) {
    if (folder === dirname(folder)) throw new Error(`the package ${name} has no package.json`);
    folder = dirname(folder);
  }
  return folder;
}

async function isNamed(folder: string, name: string): Promise<boolean> {
  try {
    return JSON.parse(await readFile(join(folder, "package.json"), "utf8")).name === name;
  } catch {
    return false;
  }
}

async function contentHash(siteRoot: string, others: readonly string[]): Promise<string> {
  const hash = createHash("sha256").update(others.join("\0"));
  const paths: string[] = [];
  for (const source of SOURCES) {
    const path = join(siteRoot, source);
    if (!(await stat(path)).isDirectory()) paths.push(source);
    else {
      for (const entry of await readdir(path, { recursive: true, withFileTypes: true }))
        if (entry.isFile()) paths.push(join(entry.parentPath, entry.name).slice(siteRoot.length + 1));
    }
  }
  for (const path of paths.sort()) hash.update(`\0${path}\0`).update(await readFile(join(siteRoot, path)));
  return hash.digest("hex").slice(0, 12);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
