import { crc32, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { Digest, Instant, Oid, ServiceId } from "../model/basics.ts";
import type { Rollout } from "../model/rollout.ts";
import type { Held, Release, ServiceRecord, State } from "../model/state.ts";
import type { Snapshot } from "./state-cache.ts";

/**
 * A snapshot as one file, made to be read fast: a no-op plan of 10,000 services compares digests and looks into no spec.
 * So the file opens with an index of what every plan asks for, and the rest of each release lies in compressed blocks of
 * JSON, of which one is opened when it is first touched. Lines: a header with lengths and a checksum, then three sections:
 * index, blobs, blocks.
 */
const MAGIC = "fairlead-state-cache 3";

/** Few enough to compress well, small enough (a quarter of a megabyte at 10,000 services) to open one for one release. */
const BLOCK_RELEASES = 150;

interface Index {
  readonly ref: string;
  readonly oid: Oid;
  readonly state: Omit<State, "services" | "gone">;
  readonly gone: readonly (readonly [ServiceId, number])[];
  readonly records: readonly IndexedRecord[];
  /** Compressed bytes of each block; BLOCK_RELEASES bodies lie in each, in the order of the index. */
  readonly blocks: readonly number[];
}

type IndexedRecord = readonly [
  service: ServiceId,
  nextRelease: number,
  stable: number | null,
  rollout: Rollout | null,
  held: Held | null,
  isProtected: boolean,
  updatedAt: Instant,
  releases: readonly IndexedRelease[],
];

/** Where the body lies in its block follows from the lengths before it. */
type IndexedRelease = readonly [
  number: number,
  specDigest: Digest,
  artifactDigest: Digest,
  secrets: Readonly<Record<string, string>> | 0,
  bodyBytes: number,
  isRenamed?: true,
];

/** What of a release is parsed late. */
type Body = Pick<Release, "spec" | "artifact" | "runDigest" | "commit" | "createdAt" | "run" | "renamedFrom">;

/** What a file held: the snapshot, and the bodies of its releases, so that they go into the next file as they are. */
export interface DecodedSnapshot {
  readonly snapshot: Snapshot;
  bodies(): ReadonlyMap<Release, Uint8Array>;
}

export function encodeSnapshot(ref: string, snapshot: Snapshot, bodies?: ReadonlyMap<Release, Uint8Array>): Buffer {
  const { services, gone = new Map<ServiceId, number>(), ...state } = snapshot.state;
  const pieces: Uint8Array[] = [];
  const records = [...services.values()].map((record): IndexedRecord => {
    const releases = record.releases.map((release): IndexedRelease => {
      const body = bodies?.get(release) ?? encodeBody(release);
      pieces.push(body);
      const secrets = Object.keys(release.secrets).length === 0 ? 0 : release.secrets;
      const { number, specDigest, artifactDigest, renamedFrom } = release;
      const indexed = [number, specDigest, artifactDigest, secrets, body.byteLength] as const;
      return renamedFrom === undefined ? indexed : [...indexed, true];
    });
    const { service, nextRelease, stable, rollout, held, protected: isProtected, updatedAt } = record;
    return [service, nextRelease, stable, rollout, held, isProtected, updatedAt, releases];
  });
  const packed: Uint8Array[] = [];
  for (let at = 0; at < pieces.length; at += BLOCK_RELEASES)
    packed.push(zstdCompressSync(Buffer.concat(pieces.slice(at, at + BLOCK_RELEASES))));
  const blocks = packed.map((block) => block.byteLength);
  const index: Index = { ref, oid: snapshot.oid ?? "", state, gone: [...gone], records, blocks };
  const sections = [
    Buffer.from(JSON.stringify(index)),
    Buffer.from(JSON.stringify([...snapshot.blobs])),
    Buffer.concat(packed),
  ];
  const content = Buffer.concat(sections);
  const lengths = sections.map((section) => section.length).join(" ");
  return Buffer.concat([Buffer.from(`${MAGIC} ${lengths} ${crc32(content)}\n`), content]);
}

/** Null for anything but a whole and unharmed snapshot of this ref, written by this version. */
export function decodeSnapshot(ref: string, file: Buffer): DecodedSnapshot | null {
  const end = file.indexOf(0x0a);
  const header = /^(.*) (\d+) (\d+) (\d+) (\d+)$/.exec(file.toString("latin1", 0, Math.max(0, Math.min(end, 200))));
  if (header === null || header[1] !== MAGIC) return null;
  const [indexBytes = 0, blobBytes = 0, blockBytes = 0, checksum] = header.slice(2).map(Number);
  const content = file.subarray(end + 1);
  if (content.length !== indexBytes + blobBytes + blockBytes || crc32(content) !== checksum) return null;
  const index = JSON.parse(content.toString("utf8", 0, indexBytes)) as Index;
  if (index.ref !== ref || index.oid === "") return null;

  const bodyAt = bodyReader(index, content.subarray(indexBytes + blobBytes));
  const services = new Map<ServiceId, ServiceRecord>();
  let position = 0;
  for (const indexed of index.records) {
    const [service, nextRelease, stable, rollout, held, isProtected, updatedAt] = indexed;
    const releases = indexed[7].map((release) => {
      const at = position++;
      return lateRelease(service, release, () => bodyAt(at).toString("utf8"));
    });
    const record = { service, nextRelease, stable, releases, rollout, held, protected: isProtected, updatedAt };
    services.set(service, record);
  }
  let blobs: ReadonlyMap<string, Oid> | undefined;
  const snapshot: Snapshot = {
    oid: index.oid,
    state: { ...index.state, services, ...(index.gone.length === 0 ? {} : { gone: new Map(index.gone) }) },
    get blobs() {
      blobs ??= new Map(
        JSON.parse(content.toString("utf8", indexBytes, indexBytes + blobBytes)) as readonly (readonly [string, Oid])[],
      );
      return blobs;
    },
  };
  return {
    snapshot,
    bodies: () =>
      new Map([...services.values()].flatMap(({ releases }) => releases).map((release, at) => [release, bodyAt(at)])),
  };
}

/** Bodies by their position in the index. */
function bodyReader({ records, blocks }: Index, packed: Buffer): (position: number) => Buffer {
  let lengths: readonly number[] | undefined;
  const opened = new Map<number, readonly Buffer[]>();
  return (position) => {
    const number = Math.floor(position / BLOCK_RELEASES);
    let bodies = opened.get(number);
    if (bodies === undefined) {
      lengths ??= records.flatMap(([, , , , , , , releases]) => releases.map((release) => release[4]));
      const from = blocks.slice(0, number).reduce((sum, bytes) => sum + bytes, 0);
      const block = zstdDecompressSync(packed.subarray(from, from + (blocks[number] ?? 0)));
      let end = 0;
      bodies = lengths.slice(number * BLOCK_RELEASES, (number + 1) * BLOCK_RELEASES).map((bytes) => {
        end += bytes;
        return block.subarray(end - bytes, end);
      });
      opened.set(number, bodies);
    }
    return bodies[position - number * BLOCK_RELEASES] as Buffer;
  };
}

/** The getters are own and enumerable: copies, digests and JSON of a release see all of it. */
function lateRelease(service: ServiceId, indexed: IndexedRelease, text: () => string): Release {
  const [number, specDigest, artifactDigest, secrets, , isRenamed] = indexed;
  let parsed: Body | undefined;
  const body = (): Body => {
    parsed ??= JSON.parse(text()) as Body;
    return parsed;
  };
  const late: Release = {
    number,
    service,
    get spec() {
      return body().spec;
    },
    specDigest,
    get artifact() {
      return body().artifact;
    },
    artifactDigest,
    get runDigest() {
      return body().runDigest;
    },
    secrets: secrets === 0 ? {} : secrets,
    get commit() {
      return body().commit;
    },
    get createdAt() {
      return body().createdAt;
    },
    get run() {
      return body().run;
    },
  };
  // Hardly any has been renamed; `undefined` would be a key of its own.
  return isRenamed
    ? Object.defineProperty(late, "renamedFrom", { enumerable: true, get: () => body().renamedFrom })
    : late;
}

function encodeBody(release: Release): Uint8Array {
  const { spec, artifact, runDigest, commit, createdAt, run, renamedFrom } = release;
  const body = { spec, artifact, runDigest, commit, createdAt, run };
  return Buffer.from(JSON.stringify((renamedFrom === undefined ? body : { ...body, renamedFrom }) satisfies Body));
}
