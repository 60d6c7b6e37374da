import { isSafePath } from "../git/file-path.ts";
import type { Oid } from "../model/basics.ts";
import type { RefStore, Swap } from "../model/ref-store.ts";
import type { ServiceRecord, State } from "../model/state.ts";
import { freshRecord } from "./records.ts";
import { RUN_TRAILER } from "./runs.ts";
import { checkWritten, ENVIRONMENT_FILE, type EnvironmentFile, encode, recordPath } from "./state-codec.ts";

/**
 * Writes a whole State in place of whatever a ref holds, on top of its tip: for one that cannot be read any more. What else lies
 * there goes; the journal of earlier runs is in the log.
 */
export async function rewriteState(
  refs: RefStore,
  on: {
    readonly ref: string;
    /** The tip that was looked at; null: there was none. A State that somebody wrote meanwhile is left alone: a conflict. */
    readonly expected: Oid | null;
    readonly state: State;
    readonly at: string;
    readonly message: string;
    readonly run: string;
    readonly nonce: string;
  },
): Promise<Swap> {
  const { ref, state, message, run, nonce } = on;
  const { oid, tree } = await refs.read(ref);
  if (oid !== on.expected) return { is: "conflict", oid };
  const { version, environment, epoch, claim } = state;
  const documents = new Map<string, EnvironmentFile | ServiceRecord>([
    [ENVIRONMENT_FILE, { version, environment, epoch, claim }],
  ]);
  for (const [id, record] of state.services) documents.set(recordPath(id), record);
  for (const [id, next] of state.gone ?? []) documents.set(recordPath(id), freshRecord(id, on.at, next));
  const put = new Map<string, Uint8Array | null>();
  for await (const { path } of tree.list("")) if (isSafePath(path)) put.set(path, null);
  for (const [path, document] of documents) {
    await checkWritten(path, document);
    put.set(path, encode(document));
  }
  const whole = `${message}\n\n${RUN_TRAILER}: ${run.replaceAll(/\s+/g, " ")}`;
  return refs.swap({ ref, expected: oid, put, parent: "expected", nonce, message: whole });
}
