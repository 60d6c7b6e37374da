import type { LogEntry } from "../git/ref-log.ts";
import type { Instant, Oid } from "../model/basics.ts";
import type { Journal } from "../model/state.ts";
import { decoder, ENVIRONMENT_FILE, type EnvironmentFile, JOURNAL_FILE } from "./state-codec.ts";
import { StateError } from "./state-error.ts";

/** The trailer by which a commit of State names the run that made it. */
export const RUN_TRAILER = "Fairlead-Run";

/** One run as the log of State tells it. Every text is whoever's that could push there. */
export interface PastRun {
  readonly run: string;
  readonly url?: string;
  readonly began: Instant;
  readonly ended: Instant;
  /** Its newest commit. */
  readonly oid: Oid;
  /** What it meant to do and what became of it; null where it journalled nothing, or nothing that can be read. */
  readonly journal: Journal | null;
  /** The subjects of its commits, oldest first: what is left to say where there is no journal. */
  readonly says: readonly string[];
}

/** How files of older commits are read: the content, or null where the commit has no such file. */
export type ReadAt = (oid: Oid, path: string) => Promise<Uint8Array | null>;

/** Groups the commits of a State's log (newest first) by the run that made them; the newest `max` runs. */
export async function pastRuns(
  log: readonly LogEntry[],
  { read, environment, max }: { readonly read: ReadAt; readonly environment: string; readonly max: number },
): Promise<readonly PastRun[]> {
  const byRun = new Map<string, LogEntry[]>();
  for (const entry of log) {
    // What no run of ours has written stands for itself.
    const run = entry.trailer ?? entry.oid;
    const known = byRun.get(run);
    if (known !== undefined) known.push(entry);
    else if (byRun.size < max) byRun.set(run, [entry]);
  }
  const runs: PastRun[] = [];
  for (const [run, entries] of byRun) {
    const newest = entries[0] as LogEntry;
    const oldest = entries.at(-1) as LogEntry;
    const journal = (await documentAt(newest.oid, JOURNAL_FILE, { read, environment })) as Journal | null;
    const header = (await documentAt(oldest.oid, ENVIRONMENT_FILE, { read, environment })) as EnvironmentFile | null;
    const claim = header?.claim?.run === run ? header.claim : null;
    runs.push({
      run,
      ...(claim?.url === undefined ? {} : { url: claim.url }),
      began: oldest.at,
      ended: newest.at,
      oid: newest.oid,
      journal: journal?.run === run ? journal : null,
      says: entries.map(({ subject }) => subject).reverse(),
    });
  }
  return runs;
}

/** One file of an older State, judged as any other; null where it is missing or not what Fairlead wrote. */
export async function documentAt(
  oid: Oid,
  path: string,
  { read, environment }: { readonly read: ReadAt; readonly environment: string },
): Promise<unknown> {
  const content = await read(oid, path);
  if (content === null) return null;
  const decode = await decoder(oid, environment);
  const value = decode.decode(path, content);
  try {
    decode.finish();
  } catch (error) {
    if (error instanceof StateError) return null;
    throw error;
  }
  return value;
}
