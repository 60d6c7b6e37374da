import { crc32 } from "node:zlib";
import type { Digest, Oid, ServiceId } from "../model/basics.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Facts } from "./facts.ts";

/** What is remembered of one file. */
export interface MemoEntry {
  readonly blob: Oid;
  /** Null where the file could not be used. */
  readonly facts: Facts | null;
  readonly specDigest: Digest;
  readonly ids: readonly ServiceId[];
  readonly diagnostics: readonly Diagnostic[];
  /** Canonical JSON of the spec, then the file's text, for positions: bytes until they are asked for, which most never are. */
  bytes(): Uint8Array;
  readonly specBytes: number;
}

/**
 * The form of a cache file: a line of JSON (key, length of the index, checksum of the rest), the index as JSON, then specs
 * and texts one after the other in the index's order, as UTF-8. One file and one read.
 */
interface Head {
  readonly fairlead: "catalog-memo";
  readonly key: string;
  readonly index: number;
  readonly crc: number;
}

type Row = readonly [
  path: string,
  blob: Oid,
  bytes: number,
  specBytes: number,
  specDigest: Digest,
  facts: Facts | null,
  trouble?: { readonly ids: readonly ServiceId[]; readonly diagnostics: readonly Diagnostic[] },
];

const LF = 0x0a;
const HEAD_MAX = 400;
const NONE: readonly never[] = [];

/** The entries of a cache file by path; null where it has another key, was cut off, or is no such file at all. */
export function readMemo(file: Buffer, key: string): Map<string, MemoEntry> | null {
  try {
    const headEnd = file.subarray(0, HEAD_MAX).indexOf(LF);
    if (headEnd < 0) return null;
    const head = JSON.parse(file.toString("utf8", 0, headEnd)) as Head;
    const body = file.subarray(headEnd + 1);
    if (head.fairlead !== "catalog-memo" || head.key !== key || head.crc !== crc32(body)) return null;
    const rows = JSON.parse(body.toString("utf8", 0, head.index)) as readonly Row[];
    const entries = new Map<string, MemoEntry>();
    let at = head.index;
    for (const [path, blob, bytes, specBytes, specDigest, facts, trouble] of rows) {
      const start = at;
      at += bytes;
      entries.set(path, {
        blob,
        facts,
        specDigest,
        ids: trouble?.ids ?? NONE,
        diagnostics: trouble?.diagnostics ?? NONE,
        bytes: () => body.subarray(start, start + bytes),
        specBytes,
      });
    }
    return at === body.length ? entries : null;
  } catch {
    return null; // no JSON: a file cut off, or somebody else's
  }
}

/** The bytes of a cache file. */
export function writeMemo(entries: Iterable<readonly [path: string, entry: MemoEntry]>, key: string): Uint8Array {
  const chunks: Uint8Array[] = [];
  const rows: Row[] = [];
  for (const [path, { blob, specDigest, facts, ids, diagnostics, specBytes, ...entry }] of entries) {
    const bytes = entry.bytes();
    chunks.push(bytes);
    const row = [path, blob, bytes.length, specBytes, specDigest, facts] as const;
    rows.push(ids.length + diagnostics.length > 0 ? [...row, { ids, diagnostics }] : row);
  }
  const index = Buffer.from(JSON.stringify(rows));
  const body = Buffer.concat([index, ...chunks]);
  const head: Head = { fairlead: "catalog-memo", key, index: index.length, crc: crc32(body) };
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), body]);
}
