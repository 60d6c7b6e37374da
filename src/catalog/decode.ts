import { isUtf8 } from "node:buffer";
import type { Problem } from "./problem.ts";

export type Decoded =
  | { readonly is: "text"; readonly text: string }
  | { readonly is: "problem"; readonly text: string; readonly problem: Problem };

/**
 * Bytes to text. A byte order mark is tolerated and left out, as editors do. What is no UTF-8 is a problem that names the
 * byte; the text is then what can be shown of it.
 */
export function decode(content: Uint8Array): Decoded {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  if (isUtf8(bytes)) {
    const text = withoutMark(bytes.toString("utf8"));
    return text.startsWith(LFS_POINTER) ? { is: "problem", text, problem: pointer(text) } : { is: "text", text };
  }
  const at = firstBadByte(bytes);
  const before = withoutMark(bytes.subarray(0, at).toString("utf8"));
  const wide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  return {
    is: "problem",
    // Binary files have no line breaks: what is kept is enough to find the place, and short enough to show.
    text: before.slice(-2_000),
    problem: {
      start: before.slice(-2_000).length,
      end: before.slice(-2_000).length,
      code: "file-encoding",
      severity: "error",
      summary: `byte ${at} (0x${(bytes[at] ?? 0).toString(16).padStart(2, "0")}) is not UTF-8`,
      detail: wide ? "The file looks like UTF-16." : "Service files are text in UTF-8.",
      hint: "save the file as UTF-8",
    },
  };
}

/** How every pointer of Git LFS begins. Source: git-lfs, docs/spec.md. */
const LFS_POINTER = "version https://git-lfs.github.com/spec/";

function pointer(text: string): Problem {
  const end = text.indexOf("\n");
  return {
    start: 0,
    end: end === -1 ? text.length : end,
    code: "file-lfs-pointer",
    severity: "error",
    summary: "this file is kept in Git LFS: Git itself has a pointer to it, and not what it says",
    detail: "A plan reads Git's objects alone, so that it needs no credential and nothing to run.",
    hint: "take `*.yaml` out of .gitattributes' `filter=lfs`, and commit the file again",
  };
}

function withoutMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/** Offset of the first byte that begins no character. Only ever asked of a broken file. */
function firstBadByte(bytes: Buffer): number {
  let at = 0;
  while (at < bytes.length) {
    const lead = bytes[at] ?? 0;
    const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (lead >= 0x80 && !isUtf8(bytes.subarray(at, at + length))) return at;
    at += length;
  }
  return bytes.length;
}
