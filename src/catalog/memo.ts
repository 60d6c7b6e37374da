import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Digest, Oid } from "../model/basics.ts";
import { digestOf } from "../model/digest.ts";
import type { Spec } from "../model/service.ts";
import type { TreeEntry } from "../model/tree.ts";
import type { CompileContext, Compiled, CompiledService } from "./compile-service.ts";
import type { Facts } from "./facts.ts";
import { type MemoContent, type MemoEntry, readMemo, writeMemo } from "./memo-file.ts";
import { schemaText } from "./schemas.ts";

/*
 * Compiled files are remembered between runs, a cache file an environment, so that a plan of 10,000 services of which one
 * has changed reads that one. What a file compiles to depends on its text and on everything in `key` below: with any of it
 * changed nothing is remembered. A remembered file still reports what is wrong with it.
 */

export interface MemoStore {
  /** Null where there is none. */
  readonly read: (name: string) => Buffer | null;
  readonly write: (name: string, content: string | Uint8Array) => void;
}

export interface CatalogMemo {
  open(context: CompileContext): OpenMemo;
}

export interface OpenMemo {
  find(entry: TreeEntry): { readonly compiled: Compiled; readonly text: () => string } | null;
  remember(entry: TreeEntry, compiled: Compiled, text: string): void;
  /**
   * Whether the rules between services held when this memo was written, and nothing that they look at has changed since:
   * the same files, and in those that were compiled again the same facts.
   */
  rulesHold(files: readonly TreeEntry[]): boolean;
  /** Writes what is remembered of these files, if it differs from what was read. */
  keep(files: readonly TreeEntry[], rulesHold: boolean): void;
}

/** How many files may stand in the small file beside a memo before the whole is written again. */
const CHANGES_MAX = 100;

/**
 * The memo of a working folder's caches. What has changed since the whole was written stands in a small file beside it:
 * one edit among 10,000 services must not cost the writing of all. A cache file that is broken, or another version's, is
 * ignored and replaced.
 */
export function catalogMemo({ read, write }: MemoStore): CatalogMemo {
  return {
    open(context) {
      const name = `catalog-${context.environment ?? "base"}`;
      const key = keyOf(context);
      const whole = readIf(read(`${name}.memo`), key);
      // Changes belong to the whole that they were written beside, and to no other.
      const keyOfChanges = `${key} ${whole?.checksum}`;
      const changes = whole && readIf(read(`${name}.changes.memo`), keyOfChanges);
      const entries = new Map(whole?.entries);
      for (const [path, entry] of changes?.entries ?? []) entries.set(path, entry);
      const changed = new Set(changes?.entries.keys());
      let isNews = false;
      let factsChanged = whole === null;
      return {
        find({ path, blob }) {
          const entry = entries.get(path);
          return entry && entry.blob === blob ? { compiled: compiledOf(entry), text: () => entry.texts()[1] } : null;
        },
        remember({ path, blob }, compiled, text) {
          const entry = entryOf(blob, compiled, text);
          factsChanged ||= !isDeepStrictEqual(entries.get(path)?.facts, entry.facts);
          isNews = true;
          changed.add(path);
          entries.set(path, entry);
        },
        rulesHold: (files) => (changes ?? whole)?.rulesHold === true && !factsChanged && entries.size === files.length,
        keep(files, rulesHold) {
          const noneGone = entries.size === files.length;
          if (!isNews && noneGone) return;
          const few = whole !== null && noneGone && changed.size <= CHANGES_MAX;
          const kept = files.flatMap(({ path }): [string, MemoEntry][] => {
            const entry = few && !changed.has(path) ? undefined : entries.get(path);
            return entry ? [[path, entry]] : [];
          });
          if (few) write(`${name}.changes.memo`, writeMemo({ entries: kept, key: keyOfChanges, rulesHold }));
          else write(`${name}.memo`, writeMemo({ entries: kept, key, rulesHold }));
        },
      };
    },
  };
}

function readIf(file: Buffer | null, key: string): MemoContent | null {
  return file && readMemo(file, key);
}

function entryOf(blob: Oid, { service, ids, readable, diagnostics }: Compiled, text: string): MemoEntry {
  const spec = service?.specText ?? "";
  return {
    blob,
    facts: service?.facts ?? null,
    specDigest: service?.specDigest ?? "",
    ids,
    readable,
    diagnostics,
    texts: () => [spec, text],
    specBytes: Buffer.byteLength(spec),
    textBytes: Buffer.byteLength(text),
  };
}

function compiledOf(entry: MemoEntry): Compiled {
  const { facts, specDigest, ids, readable, diagnostics } = entry;
  return {
    service: facts === null ? null : new RememberedService(facts, specDigest, entry),
    ids,
    readable,
    diagnostics,
  };
}

/** The spec is parsed when it is first looked at: most of a no-op plan never are. */
class RememberedService implements CompiledService {
  readonly facts: Facts;
  readonly specDigest: Digest;
  readonly #entry: MemoEntry;
  #spec: Spec | undefined;

  constructor(facts: Facts, specDigest: Digest, entry: MemoEntry) {
    this.facts = facts;
    this.specDigest = specDigest;
    this.#entry = entry;
  }

  get specText(): string {
    return this.#entry.texts()[0];
  }

  get spec(): Spec {
    this.#spec ??= JSON.parse(this.specText) as Spec;
    return this.#spec;
  }
}

/** Everything beside its own text that a file's compilation depends on. */
function keyOf({ project, projectFile, environment, checkCondition }: CompileContext): string {
  return digestOf({
    project,
    // Problems inside `defaults` carry their place in fairlead.yaml.
    projectText: projectFile?.text ?? null,
    environment,
    conditions: checkCondition !== null,
    schema: schemaText("service"),
    code: codeVersion(),
  });
}

let code: string | undefined;

/** The package's version, and size and time of this room's files, so that an edit of the compiler counts as well. */
function codeVersion(): string {
  if (code === undefined) {
    const folder = import.meta.dirname;
    const parts = [folder, join(folder, "rules"), join(folder, "..", "model")].flatMap((one) =>
      readdirSync(one).map((name) => {
        const { size, mtimeMs } = statSync(join(one, name));
        return `${name} ${size} ${mtimeMs}`;
      }),
    );
    code = parts.sort().join("\n");
  }
  return code;
}
