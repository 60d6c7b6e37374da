import { crc32, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { Digest, Oid, ServiceId } from "../model/basics.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Facts, Runs } from "./facts.ts";

/** What is remembered of one file. */
export interface MemoEntry {
  readonly blob: Oid;
  /** Null where the file could not be used. */
  readonly facts: Facts | null;
  readonly specDigest: Digest;
  readonly ids: readonly ServiceId[];
  /** What can be read of one that could not be used. */
  readonly readable: Facts | null;
  readonly diagnostics: readonly Diagnostic[];
  /** Canonical JSON of the spec, and the file's text, for positions: unpacked when asked for, which most never are. */
  texts(): Texts;
  readonly specBytes: number;
  readonly textBytes: number;
  /** Where the texts are packed already. */
  readonly block?: Block;
}

type Texts = readonly [spec: string, text: string];

/** Texts of some files, in the order of their paths, compressed: what has not changed is written back as it is. */
interface Block {
  readonly packed: Uint8Array;
  readonly members: number;
}

/**
 * The form of a cache file: a line of JSON, the index as JSON, blocks of compressed texts. A file's block follows from its
 * path, so that one changed file repacks one block. The index is written in columns, which is a third of the objects to parse.
 */
interface Head {
  readonly fairlead: "catalog-memo";
  readonly key: string;
  readonly index: number;
  readonly crc: number;
}

interface Index {
  readonly paths: readonly string[];
  /** Object ids and digests, one behind the other. */
  readonly blobs: string;
  readonly digests: string;
  readonly ids: readonly (ServiceId | 0)[];
  readonly flags: readonly number[];
  readonly ports: readonly number[];
  readonly dependencies: Lists;
  readonly endpoints: Lists;
  readonly hosts: Lists;
  readonly publishes: Lists;
  readonly subscribes: Lists;
  readonly runs: readonly number[];
  /** The few different things that run. */
  readonly allRuns: readonly Runs[];
  readonly previousIds: Readonly<Record<number, ServiceId>>;
  readonly trouble: Readonly<Record<number, Pick<MemoEntry, "ids" | "readable" | "diagnostics">>>;
  /** Bytes of spec and of text, in turns. */
  readonly lengths: readonly number[];
  readonly blocks: readonly number[];
  readonly rulesHold: boolean;
}

/** 0 stands for an empty list. */
type Lists = readonly (readonly string[] | 0)[];

const LF = 0x0a;
const HEAD_MAX = 400;
const BLOCKS = 64;
const DIGEST = 64;
const NONE: readonly never[] = [];
const STATUS = ["active", "inactive", "maintenance"] as const;
const EXTERNAL = 4;
const PROTECTED = 8;

export interface MemoContent {
  readonly entries: ReadonlyMap<string, MemoEntry>;
  /** Differs from that of any other content. */
  readonly checksum: number;
  /** Whether the rules between services held of these. */
  readonly rulesHold: boolean;
}

/** What a cache file holds, by path; null where it has another key, was cut off, or is no such file at all. */
export function readMemo(file: Buffer, key: string): MemoContent | null {
  try {
    const headEnd = file.subarray(0, HEAD_MAX).indexOf(LF);
    if (headEnd < 0) return null;
    const head = JSON.parse(file.toString("utf8", 0, headEnd)) as Head;
    const body = file.subarray(headEnd + 1);
    if (head.fairlead !== "catalog-memo" || head.key !== key || head.crc !== crc32(body)) return null;
    const index = JSON.parse(body.toString("utf8", 0, head.index)) as Index;
    return { entries: entriesOf(index, body.subarray(head.index)), checksum: head.crc, rulesHold: index.rulesHold };
  } catch {
    return null; // no JSON: a file cut off, or somebody else's
  }
}

function entriesOf(index: Index, packed: Buffer): Map<string, MemoEntry> {
  const { paths, blobs } = index;
  const oid = paths.length === 0 ? 0 : blobs.length / paths.length;
  const blocks = blocksOf(index, packed);
  const entries = new Map<string, MemoEntry>();
  for (let at = 0; at < paths.length; at++) {
    const path = paths[at] as string;
    const trouble = index.trouble[at];
    const block = blocks[blockOf(path)] as OpenBlock;
    entries.set(path, {
      blob: blobs.slice(at * oid, (at + 1) * oid),
      facts: factsAt(index, at),
      specDigest: index.digests.slice(at * DIGEST, (at + 1) * DIGEST),
      ids: trouble?.ids ?? NONE,
      readable: trouble?.readable ?? null,
      diagnostics: trouble?.diagnostics ?? NONE,
      texts: () => block.textsOf(at),
      specBytes: index.lengths[2 * at] ?? 0,
      textBytes: index.lengths[2 * at + 1] ?? 0,
      block,
    });
  }
  return entries;
}

function factsAt(index: Index, at: number): Facts | null {
  const id = index.ids[at] || null;
  if (id === null) return null;
  const flags = index.flags[at] ?? 0;
  const previousId = index.previousIds[at];
  return {
    id,
    ...(previousId === undefined ? {} : { previousId }),
    status: STATUS[flags & 3] ?? "active",
    external: (flags & EXTERNAL) !== 0,
    protected: (flags & PROTECTED) !== 0,
    dependencies: index.dependencies[at] || NONE,
    port: index.ports[at] || null,
    hosts: index.hosts[at] || NONE,
    endpoints: index.endpoints[at] || NONE,
    publishes: index.publishes[at] || NONE,
    subscribes: index.subscribes[at] || NONE,
    runs: index.allRuns[index.runs[at] ?? 0] ?? { is: "nothing" },
  };
}

interface OpenBlock extends Block {
  textsOf(at: number): Texts;
}

function blocksOf({ paths, lengths, blocks }: Index, packed: Buffer): OpenBlock[] {
  const members = blocks.map((): number[] => []);
  for (const [at, path] of paths.entries()) members[blockOf(path)]?.push(at);
  let end = 0;
  return blocks.map((length, number): OpenBlock => {
    const start = end;
    end += length;
    const own = members[number] ?? [];
    const bytes = packed.subarray(start, end);
    let texts: Map<number, Texts> | undefined;
    return {
      packed: bytes,
      members: own.length,
      textsOf(at) {
        texts ??= unpack(bytes, own, lengths);
        return texts.get(at) ?? ["", ""];
      },
    };
  });
}

function unpack(packed: Uint8Array, members: readonly number[], lengths: readonly number[]): Map<number, Texts> {
  const bytes = zstdDecompressSync(packed);
  let end = 0;
  const next = (length: number): string => {
    end += length;
    return bytes.toString("utf8", end - length, end);
  };
  return new Map(members.map((at) => [at, [next(lengths[2 * at] ?? 0), next(lengths[2 * at + 1] ?? 0)]]));
}

function blockOf(path: string): number {
  return crc32(path) % BLOCKS;
}

/** The bytes of a cache file. Entries come in the order of their paths. */
export function writeMemo({
  entries,
  key,
  rulesHold,
}: {
  readonly entries: readonly (readonly [path: string, entry: MemoEntry])[];
  readonly key: string;
  readonly rulesHold: boolean;
}): Uint8Array {
  const members: MemoEntry[][] = Array.from({ length: BLOCKS }, () => []);
  const lengths: number[] = [];
  for (const [path, entry] of entries) {
    members[blockOf(path)]?.push(entry);
    lengths.push(entry.specBytes, entry.textBytes);
  }
  const packed = members.map(pack);
  const blocks = packed.map((block) => block.length);
  const index = Buffer.from(JSON.stringify({ ...columns(entries), lengths, blocks, rulesHold } satisfies Index));
  const body = Buffer.concat([index, ...packed]);
  const first: Head = { fairlead: "catalog-memo", key, index: index.length, crc: crc32(body) };
  return Buffer.concat([Buffer.from(`${JSON.stringify(first)}\n`), body]);
}

function pack(entries: readonly MemoEntry[]): Uint8Array {
  const old = entries[0]?.block;
  if (old && old.members === entries.length && entries.every(({ block }) => block === old)) return old.packed;
  return zstdCompressSync(entries.flatMap((entry) => entry.texts()).join(""));
}

function columns(
  entries: readonly (readonly [path: string, entry: MemoEntry])[],
): Omit<Index, "lengths" | "blocks" | "rulesHold"> {
  const numbers = new Map<string, number>();
  const allRuns: Runs[] = [];
  const numberOf = (runs: Runs): number => {
    const text = JSON.stringify(runs);
    const known = numbers.get(text);
    if (known !== undefined) return known;
    numbers.set(text, allRuns.length);
    return allRuns.push(runs) - 1;
  };
  const facts = entries.map(([, entry]) => entry.facts);
  const lists = (name: "dependencies" | "endpoints" | "hosts" | "publishes" | "subscribes"): Lists =>
    facts.map((one) => (one && one[name].length > 0 ? one[name] : 0));
  return {
    paths: entries.map(([path]) => path),
    blobs: entries.map(([, { blob }]) => blob).join(""),
    digests: entries.map(([, { specDigest }]) => specDigest.padEnd(DIGEST, "-")).join(""),
    ids: facts.map((one) => one?.id ?? 0),
    flags: facts.map((one) =>
      one ? STATUS.indexOf(one.status) + (one.external ? EXTERNAL : 0) + (one.protected ? PROTECTED : 0) : 0,
    ),
    ports: facts.map((one) => one?.port ?? 0),
    dependencies: lists("dependencies"),
    endpoints: lists("endpoints"),
    hosts: lists("hosts"),
    publishes: lists("publishes"),
    subscribes: lists("subscribes"),
    runs: facts.map((one) => (one ? numberOf(one.runs) : 0)),
    allRuns,
    previousIds: Object.fromEntries(facts.flatMap((one, at) => (one?.previousId ? [[at, one.previousId]] : []))),
    trouble: Object.fromEntries(
      entries.flatMap(([, { ids, readable, diagnostics }], at) =>
        ids.length + diagnostics.length > 0 ? [[at, { ids, readable, diagnostics }]] : [],
      ),
    ),
  };
}
