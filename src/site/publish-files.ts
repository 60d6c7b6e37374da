import { mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import pLimit from "p-limit";

/**
 * Brings a served folder up to date with a freshly built one, file by file, so that no visitor ever meets half a site:
 * what pages need comes before them, each file is replaced by a rename, and what is gone is removed last. Unchanged files
 * are not touched. Only files that an earlier call recorded are ever removed. Returns how many were written.
 *
 * Exchanging whole folders would be simpler, but leaves a moment, or after a crash a long time, without any site.
 */
export async function publishFiles({
  from,
  to,
  extra,
  record,
}: {
  readonly from: string;
  readonly to: string;
  /** Further files, by path. */
  readonly extra: ReadonlyMap<string, string | Buffer>;
  /** A file of ours that remembers what was published where. */
  readonly record: string;
}): Promise<number> {
  const built = (await readdir(from, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(from.length + 1));
  const before = await readRecord(record);
  const ours = new Set(before[to] ?? []);
  const paths = [...new Set([...built, ...extra.keys()])].sort();

  // Recorded before it is written: a crash in between must not leave a file that nobody will ever remove.
  await writeRecord(record, { ...before, [to]: [...new Set([...ours, ...paths])].sort() });
  let written = 0;
  const atOnce = pLimit(FILES_AT_ONCE);
  // Assets, then pages, the front page last: a link never leads to what is not there yet.
  for (const need of [0, 1, 2]) {
    const put = async (path: string): Promise<void> => {
      const given = extra.get(path) ?? (await readFile(join(from, path)));
      const content = typeof given === "string" ? Buffer.from(given, "utf8") : given;
      if (await replaceFile(join(to, path), content)) written++;
    };
    await atOnce.map(
      paths.filter((path) => rank(path) === need),
      put,
    );
  }
  const kept = new Set(paths);
  for (const path of ours) if (!kept.has(path)) await removeFile(to, path);
  await writeRecord(record, { ...before, [to]: [...kept].sort() });
  return written;
}

/** A disk answers several requests in the time of one. */
const FILES_AT_ONCE = 16;

function rank(path: string): number {
  return path === "index.html" ? 2 : path.endsWith(".html") ? 1 : 0;
}

async function replaceFile(path: string, content: Buffer): Promise<boolean> {
  const present = await readFile(path).catch(() => null);
  if (present?.equals(content)) return false;
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.new`;
  await writeFile(draft, content);
  await rename(draft, path);
  return true;
}

async function removeFile(root: string, path: string): Promise<void> {
  await rm(join(root, path), { force: true });
  // Folders that became empty go too; one that is not empty refuses, which ends the climb.
  const parts = path.split(sep).slice(0, -1);
  while (parts.length > 0) {
    const removed = await rmdir(join(root, ...parts)).then(
      () => true,
      () => false,
    );
    if (!removed) return;
    parts.pop();
  }
}

type PublishedRecord = Readonly<Record<string, readonly string[]>>;

async function readRecord(path: string): Promise<PublishedRecord> {
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    return typeof value === "object" && value !== null ? (value as PublishedRecord) : {};
  } catch {
    return {};
  }
}

async function writeRecord(path: string, record: PublishedRecord): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, JSON.stringify(record));
  await rename(`${path}.new`, path);
}
