import { posix } from "node:path";
import picomatch from "picomatch";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Tree, TreeEntry } from "../model/tree.ts";

/** A service file is a page or two; the largest that is read. A larger one costs nothing: its size is known beforehand. */
export const MAX_FILE_BYTES = 1_000_000;

export interface Discovered {
  /** Sorted by path. */
  readonly files: readonly TreeEntry[];
  /** Files that look like services and are not read: what they declare is guarded by their name. */
  readonly refused: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Finds the service files of a Tree by globs. Links are not followed, submodules are another repository's. */
export async function discover(tree: Tree, globs: readonly string[]): Promise<Discovered> {
  const matches = picomatch([...globs]);
  const files = new Map<string, TreeEntry>();
  const links: TreeEntry[] = [];
  const large: TreeEntry[] = [];
  const unread: TreeEntry[] = [];
  for (const folder of folders(globs)) {
    for await (const entry of tree.list(folder)) {
      if (entry.path.endsWith(".yml") && !matches(entry.path) && matches(entry.path.replace(/yml$/, "yaml")))
        unread.push(entry);
      else if (entry.mode === "120000" && (matches(entry.path) || matches(`${entry.path}/service.yaml`)))
        links.push(entry);
      else if (!entry.mode.startsWith("100") || !matches(entry.path)) continue;
      else if (entry.bytes > MAX_FILE_BYTES) large.push(entry);
      else files.set(entry.path, entry);
    }
  }
  return {
    files: [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1)),
    refused: [...links, ...large].map((entry) => entry.path),
    diagnostics: [
      ...(files.size + links.length + large.length === 0 ? [noServices(globs)] : []),
      ...(await linkDiagnostics(tree, links)),
      ...large.map((entry) => tooLarge(entry.path, entry.bytes)),
      ...unread.map(otherEnding),
    ],
  };
}

/** A wrong folder or a wrong glob looks just like a repository in which all is well. */
function noServices(globs: readonly string[]): Diagnostic {
  return {
    code: "services-none",
    severity: "warning",
    summary: "there is no service file here",
    detail: `Service files are those that match ${globs.map((glob) => `\`${glob}\``).join(" or ")}, without what Git ignores.`,
    hint: "make one with `fairlead new ID --template express`, or name another folder with `-C DIR`",
  };
}

function otherEnding({ path }: TreeEntry): Diagnostic {
  return {
    code: "file-not-read",
    severity: "warning",
    summary: "this file is not read: service files end in `.yaml`",
    hint: `rename it, or add its pattern to \`services\` of fairlead.yaml`,
    range: top(path),
  };
}

/** The folders that globs can match in, without those inside another: each is listed once. */
function folders(globs: readonly string[]): string[] {
  const bases = [...new Set(globs.map((glob) => picomatch.scan(glob).base.replace(/^\.?\/|\/$/g, "")))];
  return bases.filter(
    (base) => !bases.some((other) => other !== base && (other === "" || base.startsWith(`${other}/`))),
  );
}

/** Says where each link leads. */
export async function linkDiagnostics(tree: Tree, links: readonly TreeEntry[]): Promise<Diagnostic[]> {
  const found: Diagnostic[] = [];
  let index = 0;
  for await (const { content } of tree.read(links.map((link) => link.blob))) {
    const path = links[index++]?.path ?? "";
    const target = Buffer.from(content.subarray(0, 1_000)).toString("utf8");
    const resolved = posix.normalize(posix.join(posix.dirname(path), target));
    const outside = posix.isAbsolute(target) || resolved === ".." || resolved.startsWith("../");
    found.push({
      code: outside ? "symlink-outside" : "symlink-not-followed",
      severity: "error",
      summary: `a symbolic link is not followed: it leads to \`${target}\``,
      detail: outside
        ? "It leads out of the repository: what is deployed would not be what is committed."
        : "A service is read from the file it is committed in, so that one file is one service.",
      hint: "put the file itself here, or remove the link",
      range: top(path),
    });
  }
  return found;
}

export function tooLarge(path: string, bytes: number): Diagnostic {
  return {
    code: "file-too-large",
    severity: "error",
    summary: `the file has ${(bytes / 1_000_000).toFixed(1)} MB; a service file has at most 1 MB`,
    detail: "It was not read.",
    hint: "is it a service file at all? If not, narrow `services` in fairlead.yaml or move it",
    range: top(path),
  };
}

function top(file: string): NonNullable<Diagnostic["range"]> {
  const start = { line: 1, column: 1, offset: 0 };
  return { file, start, end: start };
}
