import type { Diagnostic } from "../model/diagnostic.ts";
import type { FrontMatter } from "../model/front-matter.ts";
import { decode } from "./decode.ts";
import { MAX_FILE_BYTES } from "./discover.ts";
import { explain } from "./explain.ts";
import { origin } from "./origin.ts";
import { type Read, readContent } from "./read-text.ts";
import { schemaCheck } from "./schema-check.ts";
import { readSchema } from "./schemas.ts";
import { sourceFile } from "./source-file.ts";

/**
 * The front matter of a file in `incidents/`, by the same parser and in the same words as service files. What is above the
 * second `---` is read as a document of its own, from the file's first character, so that every place is a place in the file.
 */
export async function readFrontMatter(path: string, content: Uint8Array): Promise<FrontMatter> {
  const decoded = content.byteLength > MAX_FILE_BYTES ? null : decode(content);
  if (decoded?.is !== "text") return withValue(await readContent(path, content), "", []);
  const parts = /^(---[ \t]*\r?\n[\s\S]*?)^---[ \t]*(?:\r?\n|$)([\s\S]*)$/m.exec(decoded.text);
  if (!decoded.text.startsWith("---") || parts === null) {
    const file = sourceFile(path, decoded.text);
    return withValue({ file, diagnostics: [file.diagnostic(missing(decoded.text))], ids: [] }, "", []);
  }
  const [, front = "", body = ""] = parts;
  const read = await readContent(path, Buffer.from(front, "utf8"));
  if (read.raw === undefined) return withValue(read, body, []);
  const check = await schemaCheck("incident");
  const where = origin([{ file: read.file, prefix: [] }]);
  const problems = explain(readSchema("incident"), read.raw, check(read.raw), "an incident").map(
    ({ keys, at, problem }) => where.diagnosticAt(keys, at, problem),
  );
  return withValue(read, body, problems);
}

function withValue(read: Read, body: string, problems: readonly Diagnostic[]): FrontMatter {
  const where = origin([{ file: read.file, prefix: [] }]);
  return {
    value: read.raw,
    body: body.trim(),
    diagnostics: [...read.diagnostics, ...problems],
    diagnosticAt: (keys, at, problem) => where.diagnosticAt(keys, at, problem),
  };
}

function missing(text: string) {
  const isOpen = text.startsWith("---");
  return {
    code: "front-matter-missing",
    severity: "error" as const,
    summary: isOpen ? "the front matter that begins here has no end" : "the file has no front matter",
    detail: "An incident begins with its facts in YAML, between two lines of `---`; what people read follows.",
    hint: isOpen ? "add a line `---` below the last key" : "begin the file with a line `---`",
    start: 0,
    end: isOpen ? 3 : 0,
  };
}
