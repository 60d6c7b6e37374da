import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { Release } from "../../model/state.ts";
import type { ReleaseFiles } from "../../model/target.ts";

export type Filled =
  | { readonly is: "ready"; readonly cwd: string; readonly command: readonly string[] }
  | { readonly is: "refused"; readonly diagnostic: Diagnostic };

/** Written last: a folder without it was never finished. */
const RECORD = "release.json";

/**
 * Fills `releases/<service>/<number>/files` with what the release runs, once: a folder filled for the very same release is
 * taken as it is, and one left half-filled, or by a release of a State that was lost, is filled anew.
 */
export async function fillReleaseFolder(releases: string, release: Release, files: ReleaseFiles): Promise<Filled> {
  const folder = join(releases, release.service, String(release.number));
  const identity = `${release.specDigest} ${release.artifactDigest}`;
  const known = readRecord(join(folder, RECORD));
  if (known?.identity === identity) return { is: "ready", cwd: known.cwd, command: known.command };
  const content = join(folder, "files");
  try {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(content, { recursive: true, mode: 0o700 });
  } catch (error) {
    return { is: "refused", diagnostic: unwritable(release, error) };
  }
  const filled = await files.materialise(release, content);
  if (filled.is === "refused") {
    rmSync(folder, { recursive: true, force: true });
    return filled;
  }
  try {
    const record: FolderRecord = { identity, cwd: filled.cwd, command: filled.command };
    const aside = join(folder, `${RECORD}.next`);
    writeFileSync(aside, JSON.stringify(record), { mode: 0o600 });
    renameSync(aside, join(folder, RECORD));
  } catch (error) {
    return { is: "refused", diagnostic: unwritable(release, error) };
  }
  return filled;
}

interface FolderRecord {
  readonly identity: string;
  readonly cwd: string;
  readonly command: readonly string[];
}

function readRecord(path: string): FolderRecord | null {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as FolderRecord;
  } catch {
    return null;
  }
}

function unwritable(release: Release, error: unknown): Diagnostic {
  return {
    code: "local-runtime-unusable",
    severity: "error",
    service: release.service,
    summary: `the files of ${release.service} r${release.number} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
    hint: "Free some disk space, or make `.fairlead/` writable.",
  };
}
