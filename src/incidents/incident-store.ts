import { GitError } from "../git/git-error.ts";
import type { Clock, Oid } from "../model/basics.ts";
import type { Diagnosed, Diagnostic } from "../model/diagnostic.ts";
import type { IncidentRecord } from "../model/incident.ts";
import { beganAt } from "../model/incident-times.ts";
import type { RefStore } from "../model/ref-store.ts";
import type { Tree, TreeEntry } from "../model/tree.ts";
import { decodeRecord, encodeRecord } from "./record-codec.ts";

/** The ref of the health history, which incidents are part of. */
export const INCIDENTS_REF = "refs/fairlead/health";

/** How often a change tries again when other collectors were faster. */
const ATTEMPTS_MAX = 8;

/** What a change makes of the records that it is shown: those that differ are written. */
export type Step = (records: readonly IncidentRecord[]) => Promise<readonly IncidentRecord[]>;

export interface IncidentStore {
  /** All that are kept, by id; a file that cannot be used is left out and named. */
  read(): Promise<Diagnosed<readonly IncidentRecord[]>>;
  /**
   * Shows a step the records and writes what it gives back, in one swap. Where another collector was faster, the step is shown the
   * new records and decides again: of two that open the same incident, the second finds it there. Returns what is kept then;
   * where it could not be written, what the step gave, with a diagnostic.
   */
  change(step: Step): Promise<Diagnosed<readonly IncidentRecord[]>>;
}

export function incidentStore({
  refs,
  environment,
  random,
  clock,
  ref = INCIDENTS_REF,
}: {
  readonly refs: RefStore;
  readonly environment: string;
  /** A fresh nonce of hex digits at each call. */
  readonly random: () => string;
  readonly clock: Pick<Clock, "sleep">;
  readonly ref?: string;
}): IncidentStore {
  // A file is decoded once: watchers come back every minute, and most incidents are over.
  let decoded = new Map<string, IncidentRecord | string>();

  const recordsIn = async (tree: Tree): Promise<Diagnosed<readonly IncidentRecord[]>> => {
    const entries: TreeEntry[] = [];
    for await (const entry of tree.list(`incidents/${environment}`)) entries.push(entry);
    const fresh = entries.filter(({ path, blob }) => !decoded.has(keyOf(path, blob)));
    const next = new Map<string, IncidentRecord | string>();
    let at = 0;
    for await (const { content } of tree.read(fresh.map(({ blob }) => blob))) {
      const entry = fresh[at++];
      if (entry !== undefined) next.set(keyOf(entry.path, entry.blob), recordOf(entry.path, content, environment));
    }
    const records: IncidentRecord[] = [];
    const diagnostics: Diagnostic[] = [];
    for (const { path, blob } of entries) {
      const record = next.get(keyOf(path, blob)) ?? decoded.get(keyOf(path, blob)) ?? "it cannot be read";
      next.set(keyOf(path, blob), record);
      if (typeof record === "string") diagnostics.push(unreadable(path, record, ref));
      else records.push(record);
    }
    decoded = next;
    return { value: records.sort((a, b) => (a.incident.id < b.incident.id ? -1 : 1)), diagnostics };
  };

  return {
    async read() {
      return recordsIn((await refs.read(ref)).tree);
    },
    async change(step) {
      const nonce = random();
      let after: readonly IncidentRecord[] = [];
      const diagnostics = new Map<string, Diagnostic>();
      try {
        for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
          // Collectors that lost together must not meet again: the wait is spread by the nonce.
          if (attempt > 0)
            await clock.sleep(attempt * 50 * (1 + (Number.parseInt(nonce.slice(0, 4), 16) || 0) / 0xffff));
          const { oid, tree } = await refs.read(ref);
          const { value: before, diagnostics: problems } = await recordsIn(tree);
          for (const problem of problems) diagnostics.set(problem.summary, problem);
          after = await step(before);
          const put = differing(environment, before, after);
          if (put.size === 0) return { value: after, diagnostics: [...diagnostics.values()] };
          const message = `Incidents of ${environment}: ${[...put.keys()].map(nameOf).slice(0, 5).join(", ")}`;
          const swap = await refs.swap({ ref, expected: oid, put, parent: "expected", nonce, message });
          if (swap.is === "won") return { value: after, diagnostics: [...diagnostics.values()] };
          // `conflict`: someone else was first. `unknown`: the next round sees whether ours is there.
        }
      } catch (error) {
        // A remote out of reach: whoever watches goes on watching, and the next run works the same out again.
        if (!(error instanceof GitError)) throw error;
        return { value: after, diagnostics: [...diagnostics.values(), notStored(environment, error.message, ref)] };
      }
      const overtaken = notStored(environment, `${ATTEMPTS_MAX} attempts were overtaken by other collectors`, ref);
      return { value: after, diagnostics: [...diagnostics.values(), overtaken] };
    },
  };
}

function differing(
  environment: string,
  before: readonly IncidentRecord[],
  after: readonly IncidentRecord[],
): ReadonlyMap<string, Uint8Array> {
  const known = new Map(before.map((record) => [record.incident.id, record]));
  const put = new Map<string, Uint8Array>();
  for (const record of after) {
    const old = known.get(record.incident.id);
    // Most are over, and given back as they are.
    if (old === record) continue;
    const content = encodeRecord(environment, record);
    if (old === undefined || !Buffer.from(encodeRecord(environment, old)).equals(content))
      put.set(pathOf(environment, record), content);
  }
  return put;
}

/** By the year that its id names, so that a record never moves. */
function pathOf(environment: string, { incident }: IncidentRecord): string {
  const { id } = incident;
  const named = /-(\d{4})-\d\d-\d\d-\d{4}(?:-\d+)?$/.exec(id)?.[1];
  const year = named ?? String(new Date(beganAt(incident)).getUTCFullYear());
  return `incidents/${environment}/${year}/${id}.json`;
}

function recordOf(path: string, content: Uint8Array, environment: string): IncidentRecord | string {
  if (!/^incidents\/[^/]+\/\d{4}\/[^/]+\.json$/.test(path)) return "it is none of Fairlead's files";
  return decodeRecord(content, { id: nameOf(path), environment });
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).replace(/\.json$/, "");
}

function keyOf(path: string, blob: Oid): string {
  return `${blob} ${path}`;
}

function unreadable(path: string, why: string, ref: string): Diagnostic {
  return {
    code: "incident-unreadable",
    severity: "warning",
    summary: `incidents: \`${path}\` cannot be used: ${why}`,
    detail: "The incident is left out; every other one counts.",
    hint: `To be rid of the message, remove the file from ${ref}.`,
  };
}

function notStored(environment: string, why: string, ref: string): Diagnostic {
  return {
    code: "incidents-not-stored",
    severity: "warning",
    summary: `incidents: what has changed could not be stored yet: ${why}`,
    detail: "The next run works it out again. Messages that have left may leave once more, with the same key.",
    hint: `Look at ${ref} with \`git log\`.`,
    environment,
  };
}
