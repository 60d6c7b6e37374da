import type { Diagnostic } from "../model/diagnostic.ts";
import type { Tree } from "../model/tree.ts";
import { decode } from "./decode.ts";
import { diagnoseYaml } from "./diagnose-yaml.ts";
import { linkDiagnostics, MAX_FILE_BYTES, tooLarge } from "./discover.ts";
import { parse } from "./parse.ts";
import { type SourceFile, sourceFile } from "./source-file.ts";

export interface Read {
  readonly file: SourceFile;
  /** Plain data; absent where nothing could be made of the text. */
  readonly raw?: unknown;
  readonly diagnostics: readonly Diagnostic[];
  /** Ids that can be read at the top although the file is broken. */
  readonly ids: readonly string[];
}

/** Problems shown of one file; past this many nobody reads on, and a file made to have a million must not fill the memory. */
const PROBLEMS_MAX = 100;

/** Bytes to plain data with everything that is wrong on the way. Never throws. */
export function readContent(path: string, content: Uint8Array): Read | Promise<Read> {
  if (content.byteLength > MAX_FILE_BYTES)
    return { file: sourceFile(path, ""), diagnostics: [tooLarge(path, content.byteLength)], ids: [] };
  const decoded = decode(content);
  const file = sourceFile(path, decoded.text);
  if (decoded.is === "problem") return { file, diagnostics: [file.diagnostic(decoded.problem)], ids: [] };
  const parsed = parse(decoded.text);
  // Only a broken file is waited for: its second reading loads the tolerant parser.
  return parsed.is === "value" ? { file, raw: parsed.value, diagnostics: [], ids: [] } : readBroken(file);
}

async function readBroken(file: SourceFile): Promise<Read> {
  const { problems, ids, value } = await diagnoseYaml(file.text);
  const diagnostics = problems.slice(0, PROBLEMS_MAX).map(file.diagnostic);
  return { file, diagnostics, ids, ...(value === undefined ? {} : { raw: value }) };
}

/** One file of a Tree by its path; null where there is none. */
export async function readText(tree: Tree, path: string): Promise<Read | null> {
  for await (const entry of tree.list(path)) {
    if (entry.path !== path) continue;
    if (entry.bytes > MAX_FILE_BYTES)
      return { file: sourceFile(path, ""), diagnostics: [tooLarge(path, entry.bytes)], ids: [] };
    if (entry.mode === "120000")
      return { file: sourceFile(path, ""), diagnostics: await linkDiagnostics(tree, [entry]), ids: [] };
    for await (const { content } of tree.read([entry.blob])) return await readContent(path, content);
  }
  return null;
}
