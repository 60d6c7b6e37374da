import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync, readSync, type Stats } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import type { Ms, Oid } from "../model/basics.ts";
import type { Tree, TreeEntry } from "../model/tree.ts";
import { isUnder, normalPath } from "./file-path.ts";
import { bytesOf, folderId } from "./folder-ids.ts";
import { GitError } from "./git-error.ts";
import { type GitContext, runGit } from "./git-process.ts";
import { objectId } from "./object-id.ts";
import { OWN_FOLDER, type Repository } from "./repository.ts";
import type { StatCache } from "./stat-cache.ts";

/**
 * The working folder as a Tree: tracked and untracked files, without ignored ones, `.fairlead/` and repositories nested
 * in it. A snapshot of names, taken at the first call: make a new one to see later changes.
 *
 * A tracked file that Git's index knows to be unchanged has the index's id; any other is hashed from its raw content. So
 * ids equal `git write-tree`'s, except that line-ending and other filters are not applied to files not yet added. A
 * symbolic link is its text, never followed. `stats` makes a warm listing of untracked files read nothing.
 */
export function workingTree(
  repository: Repository,
  stats?: { readonly cache: StatCache; readonly now: () => Ms },
): Tree {
  let listing: Promise<WorkingFile[]> | undefined;
  const holders = new Map<Oid, WorkingFile>();

  const blobOf = (file: WorkingFile): Oid => {
    file.blob ??= hashFile(repository, file, stats);
    holders.set(file.blob, file);
    return file.blob;
  };
  const filesUnder = async (under: string): Promise<WorkingFile[]> => {
    const path = normalPath(under);
    if (path === null) return [];
    listing ??= listFiles(repository);
    return path === "" ? await listing : (await listing).filter((file) => isUnder(file.path, path));
  };

  return {
    oid: null,
    async *list(under) {
      for (const file of await filesUnder(under)) {
        const entry = entryOf(file, blobOf);
        if (entry !== null) yield entry;
      }
    },
    async *read(blobs) {
      // Listing again finds the paths of blobs that another Tree of this folder has listed.
      let known = holders.size > 0;
      for (const blob of blobs) {
        if (!known && !holders.has(blob)) {
          for (const file of await filesUnder("")) entryOf(file, blobOf);
          known = true;
        }
        const holder = holders.get(blob);
        const content = holder === undefined ? null : readAgain(diskPath(repository.root, holder));
        if (content !== null && objectId("blob", content, repository.objectFormat) === blob) yield { blob, content };
        // Changed since it was listed, or stored through a filter: Git may still have the content of that id.
        else yield* repository.objects.read([blob]);
      }
    },
    async idAt(path) {
      const normal = normalPath(path);
      if (normal === null) return null;
      const files = await filesUnder(normal);
      const entries = files.flatMap((file) => {
        const entry = entryOf(file, blobOf);
        return entry === null ? [] : [{ bytes: file.bytes, mode: entry.mode, blob: entry.blob, path: entry.path }];
      });
      const whole = entries.find((entry) => entry.path === normal);
      if (whole) return whole.blob;
      const skip = normal === "" ? 0 : bytesOf(normal).length + 1;
      return folderId(
        entries.map((entry) => ({ ...entry, bytes: entry.bytes.slice(skip) })),
        repository.objectFormat,
      );
    },
  };
}

interface WorkingFile {
  readonly path: string;
  /** The path's bytes, latin1-decoded: names need not be UTF-8. */
  readonly bytes: string;
  /** From the index, where the index is right about it. */
  blob: Oid | null;
  mode: string | null;
  size: number;
  gone: boolean;
}

/** Null where the file has gone since it was listed, or is nothing that Git keeps (a socket, a pipe). */
function entryOf(file: WorkingFile, blobOf: (file: WorkingFile) => Oid): TreeEntry | null {
  try {
    const blob = blobOf(file);
    return { path: file.path, blob, mode: file.mode ?? "100644", bytes: file.size };
  } catch (error) {
    if (error instanceof Gone) return null;
    throw error;
  }
}

class Gone extends Error {}

function hashFile(
  repository: Repository,
  file: WorkingFile,
  stats: { readonly cache: StatCache; readonly now: () => Ms } | undefined,
): Oid {
  if (file.gone) throw new Gone();
  const path = diskPath(repository.root, file);
  const found = attempt(file, () => lstatSync(path));
  if (!found.isFile() && !found.isSymbolicLink()) {
    file.gone = true;
    throw new Gone();
  }
  file.mode = modeOf(found, file.mode);
  file.size = found.size;
  const known = stats?.cache.find(file.path, found);
  if (known) return known;
  const content = attempt(file, () => readPlain(path, found.isSymbolicLink()));
  const blob = objectId("blob", content, repository.objectFormat);
  file.size = content.length;
  stats?.cache.remember(file.path, found, blob, stats.now());
  return blob;
}

/** Windows has no executable bit: there the index's word stands. */
function modeOf(stats: Stats, indexMode: string | null): string {
  if (stats.isSymbolicLink()) return "120000";
  if (process.platform === "win32") return indexMode === "100755" ? "100755" : "100644";
  return stats.mode & 0o100 ? "100755" : "100644";
}

function attempt<T>(file: WorkingFile, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "ELOOP") {
      file.gone = true;
      throw new Gone();
    }
    if (code === "EACCES" || code === "EPERM" || code === "EIO")
      throw new GitError("not-permitted", `the file ${file.path} cannot be read (${code})`);
    throw error;
  }
}

/** Null where it cannot be read any more: whoever asked knows another way, or says so. */
function readAgain(path: string | Buffer): Buffer | null {
  try {
    return readPlain(path, constants.O_NOFOLLOW === undefined && lstatSync(path).isSymbolicLink());
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ELOOP") return null;
    return readPlain(path, true);
  }
}

/** A file's bytes, or a link's text. `O_NOFOLLOW`: the file may have become a link since it was looked at. */
function readPlain(path: string | Buffer, isLink: boolean): Buffer {
  if (isLink) return readlinkSync(path, { encoding: "buffer" });
  const file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  try {
    const size = fstatSync(file).size;
    const pieces: Buffer[] = [];
    let total = 0;
    for (let room = size + 1; ; room = 65_536) {
      const buffer = Buffer.allocUnsafe(room);
      const count = readSync(file, buffer, 0, room, null);
      if (count === 0) break;
      pieces.push(buffer.subarray(0, count));
      total += count;
      if (total === size && count < room) break;
    }
    return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces, total);
  } finally {
    closeSync(file);
  }
}

/** `string` paths are decoded UTF-8; a name that is not must be handed to the system as the bytes it is. */
function diskPath(root: string, file: WorkingFile): string | Buffer {
  if (!file.path.includes("\ufffd")) return join(root, file.path);
  return Buffer.concat([Buffer.from(root + sep), Buffer.from(file.bytes, "latin1")]);
}

/** One `git ls-files` for index, modified, deleted and untracked files. Format: git-ls-files(1), `-t` with `-s` and `-z`. */
async function listFiles(repository: Repository): Promise<WorkingFile[]> {
  const args = ["ls-files", "-z", "-t", "-s", "-m", "-d", "-o", "--exclude-standard", "-x", `${OWN_FOLDER}/`];
  const { stdout } = await withContext(repository, (context) => runGit(context, args));
  const files = new Map<string, WorkingFile>();
  for (let at = 0; at < stdout.length; ) {
    const end = stdout.indexOf(0, at);
    const tag = stdout[at];
    const start = tag === UNTRACKED ? at + 2 : stdout.indexOf(0x09, at) + 1;
    const bytes = stdout.toString("latin1", start, end);
    const path = isAscii(bytes) ? bytes : stdout.toString("utf8", start, end);
    const fields = tag === UNTRACKED ? [] : stdout.toString("latin1", at + 2, start - 1).split(" ");
    at = end + 1;
    if (path.endsWith("/") || path.split("/").includes(OWN_FOLDER)) continue;
    if (tag === REMOVED) {
      const file = files.get(bytes);
      if (file) file.gone = true;
    } else if (tag === CACHED || tag === SKIPPED) {
      files.set(bytes, { path, bytes, mode: fields[0] ?? null, blob: fields[1] ?? null, size: -1, gone: false });
    } else {
      // Modified, unmerged or untracked: the folder's content counts. A submodule's commit stays the index's.
      const mode = fields[0] ?? null;
      const known = files.get(bytes);
      if (mode === "160000" && known) continue;
      files.set(bytes, { path, bytes, mode, blob: null, size: -1, gone: known?.gone ?? false });
    }
  }
  return [...files.values()].filter((file) => !file.gone).sort((a, b) => (a.bytes < b.bytes ? -1 : 1));
}

const UNTRACKED = "?".charCodeAt(0);
const REMOVED = "R".charCodeAt(0);
const CACHED = "H".charCodeAt(0);
const SKIPPED = "S".charCodeAt(0);

function isAscii(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a byte range, not text
  return /^[\x00-\x7f]*$/.test(text);
}

/**
 * `git ls-files` wants a repository even where there is none. Reading must not create ours in the user's folder, so an
 * empty one in the system's temporary folder lends its ignore rules for the length of a call.
 */
async function withContext<T>(repository: Repository, use: (context: GitContext) => Promise<T>): Promise<T> {
  const context = repository.context();
  if (context !== null) return use(context);
  const gitDir = await mkdtemp(join(tmpdir(), "fairlead-git-"));
  try {
    await Promise.all([mkdir(join(gitDir, "objects")), mkdir(join(gitDir, "refs"))]);
    await writeFile(join(gitDir, "HEAD"), "ref: refs/heads/none\n");
    return await use({ cwd: repository.root, environment: repository.environment, gitDir, workTree: repository.root });
  } finally {
    await rm(gitDir, { recursive: true, force: true });
  }
}
