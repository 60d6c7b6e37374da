import { GitError } from "../git/git-error.ts";
import { objectId } from "../git/object-id.ts";
import type { Clock, Ms } from "../model/basics.ts";
import type { Diagnosed, Diagnostic } from "../model/diagnostic.ts";
import type { HealthStore, Segment } from "../model/health.ts";
import type { RefStore } from "../model/ref-store.ts";
import type { TreeEntry } from "../model/tree.ts";
import { decodeSegment, encodeSegment } from "./segment-codec.ts";

export const HEALTH_REF = "refs/fairlead/health";

/** How often an append tries again when other collectors were faster. */
const ATTEMPTS_MAX = 8;

/**
 * Health history over a RefStore. A segment is an immutable file of its own, so that two collectors never edit the same
 * one: losing the race for the ref means trying again on the new tip. Files are sharded by hour
 * (`segments/2026-11-24/12/<collector>-<from>-<to>-<digest>.json`), which keeps Git's trees small and lets a reader
 * choose by name.
 */
export function healthStore({
  refs,
  random,
  clock,
  ref = HEALTH_REF,
}: {
  readonly refs: RefStore;
  /** A fresh nonce of hex digits at each call. */
  readonly random: () => string;
  /** For waiting between attempts. */
  readonly clock: Pick<Clock, "sleep">;
  readonly ref?: string;
}): HealthStore {
  return {
    async append(segment) {
      const nonce = random();
      const content = encodeSegment(segment);
      // Named by what it holds: an append that arrived although it seemed lost is found by whoever tries it again later.
      const path = pathOf(segment, objectId("blob", content, "sha1").slice(0, 16));
      const put = new Map([[path, content]]);
      const message = `Health of ${segment.environment}: ${count(segment.samples.length, "sample")} by ${segment.collector}`;
      try {
        for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
          // Collectors that lost together must not meet again: the wait is spread by the nonce.
          if (attempt > 0)
            await clock.sleep(attempt * 50 * (1 + (Number.parseInt(nonce.slice(0, 4), 16) || 0) / 0xffff));
          const tip = await refs.read(ref);
          if ((await tip.tree.idAt(path)) !== null) return [];
          const swap = await refs.swap({ ref, expected: tip.oid, put, parent: "expected", nonce, message });
          if (swap.is === "won") return [];
          // `conflict`: someone else was first. `unknown`: the next round looks whether our file is there.
        }
      } catch (error) {
        // A full disk, a remote out of reach: whoever watches services goes on watching them.
        if (!(error instanceof GitError)) throw error;
        return [notStored(segment, error.message)];
      }
      return [notStored(segment, `${ATTEMPTS_MAX} attempts were overtaken by other collectors`)];
    },

    async read(from, to) {
      const { tree } = await refs.read(ref);
      const wanted: TreeEntry[] = [];
      for await (const entry of tree.list("segments")) if (touches(entry.path, from, to)) wanted.push(entry);
      return decodeAll(wanted, tree.read(wanted.map((entry) => entry.blob)), from, to);
    },
  };
}

async function decodeAll(
  entries: readonly TreeEntry[],
  contents: AsyncIterable<{ readonly content: Uint8Array }>,
  from: Ms,
  to: Ms,
): Promise<Diagnosed<readonly Segment[]>> {
  const segments: Segment[] = [];
  const diagnostics: Diagnostic[] = [];
  let index = 0;
  for await (const { content } of contents) {
    const path = entries[index++]?.path ?? "";
    const segment = decodeSegment(content);
    if (typeof segment === "string") diagnostics.push(unreadable(path, segment));
    else if (segment.from <= to && segment.to >= from) segments.push(segment);
  }
  segments.sort((a, b) => a.from - b.from || (a.collector < b.collector ? -1 : 1));
  return { value: segments, diagnostics };
}

function pathOf({ from, to, collector }: Segment, digest: string): string {
  const at = new Date(from).toISOString();
  const name = collector.replace(/[^A-Za-z0-9.]+/g, "-").slice(0, 60);
  return `segments/${at.slice(0, 10)}/${at.slice(11, 13)}/${name}-${from}-${to}-${digest}.json`;
}

/** By its name alone; one that we did not write is read, so that it is named in a diagnostic rather than ignored. */
function touches(path: string, from: Ms, to: Ms): boolean {
  const match = /-(\d{1,16})-(\d{1,16})-[0-9a-z]+\.json$/.exec(path);
  return match ? Number(match[1]) <= to && Number(match[2]) >= from : true;
}

function unreadable(path: string, why: string): Diagnostic {
  return {
    code: "health-segment-unreadable",
    severity: "warning",
    summary: `health history: \`${path}\` cannot be used: ${why}`,
    detail: "The samples in it are left out; every other segment counts.",
    hint: `To be rid of the message, remove the file from ${HEALTH_REF}.`,
  };
}

function notStored({ environment, samples }: Segment, why: string): Diagnostic {
  return {
    code: "health-not-stored",
    severity: "warning",
    summary: `health history: ${count(samples.length, "sample")} could not be stored yet: ${why}`,
    detail: "They are kept in memory and tried again, as long as this command runs.",
    hint: `Look at ${HEALTH_REF} with \`git log\`.`,
    environment,
  };
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}
