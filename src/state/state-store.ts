/**
 * `state/` is the memory of an environment: a codec over RefStore, the claim that lets one run at a time apply, and pure
 * changes of records. Promise: what is read is exactly what some Fairlead wrote, or a StateError and nothing is applied;
 * races lose nothing. It does not decide what to deploy, and knows neither targets nor the clock.
 */
import { objectId } from "../git/object-id.ts";
import type { Oid, ServiceId } from "../model/basics.ts";
import type { RefStore, Swap } from "../model/ref-store.ts";
import {
  emptyState,
  type Journal,
  type ServiceRecord,
  type State,
  type StateChange,
  type StateStore,
} from "../model/state.ts";
import type { Tree } from "../model/tree.ts";
import { changed, sortedById } from "./changed.ts";
import { freshRecord, isForgotten } from "./records.ts";
import type { Snapshot, StateCache } from "./state-cache.ts";
import {
  checkWritten,
  decoder,
  documentAt,
  ENVIRONMENT_FILE,
  type EnvironmentFile,
  encode,
  JOURNAL_FILE,
  recordPath,
} from "./state-codec.ts";

/** The branch that records an environment. */
export function stateRef(environment: string): string {
  return `refs/heads/fairlead-state/${environment}`;
}

/**
 * The StateStore of one environment. `cache` makes reading an unchanged or little-changed tip cheap. `read` throws a
 * StateError where the ref does not hold a State of ours; both throw the RefStore's GitErrors.
 */
export function stateStore(options: {
  readonly refs: RefStore;
  readonly environment: string;
  readonly ref?: string;
  readonly cache?: StateCache;
}): StateStore {
  const { refs, environment, cache } = options;
  const ref = options.ref ?? stateRef(environment);
  let last: Snapshot | null = null;

  const load = async (): Promise<Snapshot> => {
    const { oid, tree } = await refs.read(ref);
    if (oid === null) return { oid: null, state: emptyState(environment), blobs: new Map() };
    if (last?.oid === oid) return last;
    const known = cache?.get(ref) ?? null;
    if (known?.oid === oid) {
      last = known;
      return last;
    }
    last = await decodeTree({ tree, oid, ref, environment, before: last ?? known });
    // Only what was read is kept beyond the process: a run's own swaps follow each other too fast to be worth a file each.
    cache?.set(ref, last);
    return last;
  };

  return {
    async read() {
      const { oid, state } = await load();
      return { oid, state };
    },
    async swap(expected, change, by) {
      const base = last !== null && last.oid === expected ? last : await load();
      if (base.oid !== expected) return { is: "conflict", oid: base.oid };
      const state = changed(base.state, change);
      const put = filesOf(base, state, change);
      for (const [path, value] of put) if (value !== null) await checkWritten(path, value);
      const files = new Map([...put].map(([path, value]) => [path, value === null ? null : encode(value)]));
      const message = `${change.message.trim()}\n\nFairlead-Run: ${by.run.replaceAll(/\s+/g, " ")}`;
      const result: Swap = await refs.swap({ ref, expected, put: files, parent: "expected", nonce: by.nonce, message });
      if (result.is === "won") {
        last = { oid: result.oid, state, blobs: blobsAfter(base.blobs, files, result.oid) };
      }
      return result;
    },
  };
}

/** The State that a commit holds, an older one for instance. Throws a StateError where it holds none of ours. */
export async function stateAt(tree: Tree, oid: Oid, environment: string): Promise<State> {
  return (await decodeTree({ tree, oid, ref: oid, environment, before: null })).state;
}

function filesOf(
  base: Snapshot,
  state: State,
  change: StateChange,
): Map<string, EnvironmentFile | Journal | ServiceRecord | null> {
  const put = new Map<string, EnvironmentFile | Journal | ServiceRecord | null>();
  if (change.epoch !== undefined || change.claim !== undefined || !base.blobs.has(ENVIRONMENT_FILE)) {
    const { version, environment, epoch, claim } = state;
    put.set(ENVIRONMENT_FILE, { version, environment, epoch, claim });
  }
  if (change.journal !== undefined) put.set(JOURNAL_FILE, change.journal);
  for (const [id, record] of change.services ?? []) {
    const old = base.state.services.get(id);
    // What stays of a removed record is its next release number, so that none is ever given out twice.
    if (record !== null) put.set(recordPath(id), record);
    else if (old) put.set(recordPath(id), freshRecord(id, old.updatedAt, old.nextRelease));
  }
  return put;
}

function blobsAfter(
  before: ReadonlyMap<string, Oid>,
  files: ReadonlyMap<string, Uint8Array | null>,
  oid: Oid,
): ReadonlyMap<string, Oid> {
  const blobs = new Map(before);
  for (const [path, content] of files) {
    if (content === null) blobs.delete(path);
    else blobs.set(path, objectId("blob", content, oid.length === 64 ? "sha256" : "sha1"));
  }
  return blobs;
}

/** Reads what `before` does not already hold, in one batch, and judges all of it before anything is believed. */
async function decodeTree(from: {
  readonly tree: Tree;
  readonly oid: Oid;
  readonly ref: string;
  readonly environment: string;
  readonly before: Snapshot | null;
}): Promise<Snapshot> {
  const { tree, oid, ref, environment, before } = from;
  const blobs = new Map<string, Oid>();
  const fresh: { readonly path: string; readonly blob: Oid }[] = [];
  const records = new Map<ServiceId, ServiceRecord>();
  const gone = new Map<ServiceId, number>();
  const odd: string[] = [];
  let header: EnvironmentFile | null = null;
  let journal: Journal | null = null;

  for await (const { path, blob, mode } of tree.list("")) {
    blobs.set(path, blob);
    const same = before?.blobs.get(path) === blob;
    if (mode !== "100644" || documentAt(path) === null) odd.push(path);
    else if (!same || before === null) fresh.push({ path, blob });
    else if (path === ENVIRONMENT_FILE) header = before.state;
    else if (path === JOURNAL_FILE) journal = before.state.journal;
    else {
      const id = path.slice(3, -".json".length);
      const record = before.state.services.get(id);
      const nextRelease = before.state.gone?.get(id);
      if (record !== undefined) records.set(id, record);
      else if (nextRelease !== undefined) gone.set(id, nextRelease);
      else fresh.push({ path, blob });
    }
  }

  if (fresh.length > 0 || odd.length > 0 || header === null) {
    const decode = await decoder(ref, environment);
    let index = 0;
    for await (const { content } of tree.read(fresh.map((file) => file.blob))) {
      const path = fresh[index++]?.path ?? "";
      const value = decode.decode(path, content);
      if (value === null) continue;
      if (path === ENVIRONMENT_FILE) header = value as EnvironmentFile;
      else if (path === JOURNAL_FILE) journal = value as Journal;
      else {
        const record = value as ServiceRecord;
        if (isForgotten(record)) gone.set(record.service, record.nextRelease);
        else records.set(record.service, record);
      }
    }
    for (const path of odd) decode.note(path, `\`${path}\` has no place in State`);
    if (header !== null && header.environment !== environment)
      decode.note(
        ENVIRONMENT_FILE,
        `\`${ENVIRONMENT_FILE}\` records \`${header.environment}\`, not \`${environment}\``,
      );
    if (header?.claim && header.claim.epoch > header.epoch)
      decode.note(ENVIRONMENT_FILE, `\`${ENVIRONMENT_FILE}\`: the claim's epoch is above the highest one ever claimed`);
    if (!blobs.has(ENVIRONMENT_FILE)) decode.note(ENVIRONMENT_FILE, `\`${ENVIRONMENT_FILE}\` is missing`);
    decode.finish();
  }
  const { version, epoch, claim } = header as EnvironmentFile;
  const services = sortedById(records);
  const state: State = { version, environment, epoch, claim, journal, services, ...(gone.size === 0 ? {} : { gone }) };
  return { oid, state, blobs };
}
