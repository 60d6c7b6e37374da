import { GitError } from "../git/git-error.ts";
import type { Clock, Ms, Oid } from "../model/basics.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { FollowedHistory, HealthStore, Segment } from "../model/health.ts";
import type { RefStore } from "../model/ref-store.ts";
import type { Tree, TreeEntry } from "../model/tree.ts";
import { DAY_MS, dayOf, HOUR_MS, hourOf, stretchOf } from "./calendar.ts";
import { compactUntil, oldestHour } from "./compact.ts";
import { type HistoryFiles, historyFiles, hourOfPath, rawFolder, rawPath, renamedRaw } from "./history-files.ts";
import { baseIn, compaction, everythingIn, isKept, isTooOld } from "./history-tree.ts";
import { type Base, historyOf, liveHistory } from "./live-history.ts";
import { type Retention, retentionOf } from "./retention.ts";
import { encodeSegment } from "./segment-codec.ts";
import { isSquashDue, SINCE_PATH, sinceFile, squash } from "./squash.ts";
import { type PublishedFigures, verifyFigures, verifyLayers, verifySummary } from "./verify.ts";

export const HEALTH_REF = "refs/fairlead/health";

/** How often an append tries again when other collectors were faster. */
const ATTEMPTS_MAX = 8;
/**
 * Health history over a RefStore. A segment is an immutable file of its own, so that two collectors never edit the same
 * one: losing the race for the ref means trying again on the new tip. Once its hour has left the window it is counted into
 * the hour, and the file goes, in one commit: at every commit each segment counts once. Where things lie: `history-files.ts`.
 */
export function healthStore({
  refs,
  random,
  clock,
  ref = HEALTH_REF,
  retention: asked = {},
  commits = () => Promise.resolve(null),
}: {
  readonly refs: RefStore;
  /** A fresh nonce of hex digits at each call. */
  readonly random: () => string;
  /** For waiting between attempts, and for what is old. */
  readonly clock: Pick<Clock, "sleep" | "now">;
  readonly ref?: string;
  readonly retention?: Partial<Retention>;
  /** The files of a commit that the ref had; null where it is not at hand, or never was the ref's. For `verify`. */
  readonly commits?: (commit: Oid) => Promise<Tree | null>;
}): HealthStore & {
  /** How long history is kept from now on; what a store lets go is gone for every one. */
  keepFor(retention: Partial<Retention>): void;
  verify(environment: string, site?: PublishedSite): Promise<readonly Diagnostic[]>;
} {
  let retention = retentionOf(asked);

  /** Tries until a swap is won, each time on the tip as it is then; null where every attempt was overtaken. */
  async function swapped<T>(
    attempts: number,
    attempt: (tip: Awaited<ReturnType<RefStore["read"]>>) => Promise<Change<T>>,
  ): Promise<T | null> {
    const nonce = random();
    for (let n = 0; n < attempts; n++) {
      // Collectors that lost together must not meet again: the wait is spread by the nonce.
      if (n > 0) await clock.sleep(n * 50 * (1 + (Number.parseInt(nonce.slice(0, 4), 16) || 0) / 0xffff));
      const tip = await refs.read(ref);
      const { put, message, value } = await attempt(tip);
      if (put.size === 0) return value;
      const swap = await refs.swap({ ref, expected: tip.oid, put, parent: "expected", nonce, message });
      if (swap.is === "won") return value;
      // `conflict`: someone else was first. `unknown`: the next round looks whether our files are there.
    }
    return null;
  }

  async function compactOn(tree: Tree, environment: string): Promise<Change<Compacted>> {
    const now = clock.now();
    const files = historyFiles(tree);
    const put = await compaction(files, tree, { environment, now, retention });
    const moved = [...put].filter(([path, content]) => content === null && path.startsWith("raw/")).length;
    const value = { moved, diagnostics: files.diagnostics };
    return { put, message: `Counts ${count(moved, "segment")} of ${environment} into hours`, value };
  }

  /** What an append also does, where it is due: never a reason for it to fail, since the next one does it again. */
  async function keepTidy(tree: Tree, environment: string): Promise<void> {
    const now = clock.now();
    const oldest = stretchOf((await historyFiles(tree).oldestRaw(environment)) ?? "");
    if (oldest !== null && compactUntil(oldest.from, now, retention) !== null)
      await swapped(2, (tip) => compactOn(tip.tree, environment));
    if (await isSquashDue(tree, now)) await squash(refs, { ref, now, nonce: random() });
  }

  return {
    keepFor(asked) {
      retention = retentionOf(asked);
    },

    async append(segment) {
      const content = encodeSegment(segment);
      const path = rawPath(segment, content);
      const message = `Health of ${segment.environment}: ${count(segment.samples.length, "sample")} by ${segment.collector}`;
      let before: Tree | null = null;
      try {
        const problems = await swapped<readonly Diagnostic[]>(ATTEMPTS_MAX, async ({ oid, tree }) => {
          before = oid === null ? null : tree;
          const put = new Map<string, Uint8Array | null>();
          if (await isTooOld(tree, segment, clock.now(), retention))
            return { put, message, value: [tooOld(segment, retention)] };
          if (!(await isKept(tree, segment, path, content))) {
            put.set(path, content);
            if (oid === null) put.set(SINCE_PATH, sinceFile(clock.now()));
          }
          return { put, message, value: [] };
        });
        if (problems === null)
          return [notStored(segment, `${ATTEMPTS_MAX} attempts were overtaken by other collectors`)];
        if (problems.length > 0) return problems;
      } catch (error) {
        // A full disk, a remote out of reach: whoever watches services goes on watching them.
        if (!(error instanceof GitError)) throw error;
        return [notStored(segment, error.message)];
      }
      if (before !== null)
        await keepTidy(before, segment.environment).catch((error: unknown) => {
          if (!(error instanceof GitError)) throw error;
        });
      return [];
    },

    async read(environment) {
      const now = clock.now();
      const { oid, tree } = await refs.read(ref);
      const files = historyFiles(tree);
      const base = await baseIn(files, { environment, now, retention });
      const history = historyOf(base, now);
      return { value: oid === null ? history : { ...history, commit: oid }, diagnostics: files.diagnostics };
    },

    async follow(environment) {
      const now = clock.now();
      const { oid, tree } = await refs.read(ref);
      const files = historyFiles(tree);
      const base = await baseIn(files, { environment, now, retention });
      const live = liveHistory(base);
      let tip = oid;
      // Paths of the last hours, those of files that cannot be used included: each is named once.
      let seen = new Set((await recentRaw(files, environment, now)).map(({ path }) => path));
      const value: FollowedHistory = {
        at: live.at,
        add(segment) {
          // Stored, it comes back under this name, now or in any later round.
          seen.add(rawPath(segment, encodeSegment(segment)));
          live.add(segment);
        },
        async catchUp() {
          const then = await refs.read(ref);
          if (then.oid === tip) return [];
          const at = clock.now();
          const found = historyFiles(then.tree);
          const recent = await recentRaw(found, environment, at);
          const fresh = recent.filter(({ path }) => !seen.has(path));
          for (const { segment } of await found.raw(environment, fresh, at)) live.add(segment);
          // What waits to be stored is seen as well: it may get there in any later round.
          seen = new Set([...[...seen].filter((path) => isRecent(path, at)), ...recent.map(({ path }) => path)]);
          tip = then.oid;
          return found.diagnostics;
        },
      };
      return { value, diagnostics: files.diagnostics };
    },

    /** Checks what is kept against itself and, where it is given, what a site published of it. */
    async verify(environment, site) {
      const { tree } = await refs.read(ref);
      const files = historyFiles(tree);
      const layers = await everythingIn(files, environment);
      const until = clock.now() - retention.rawMs;
      const oldest = oldestHour(clock.now(), retention);
      const problems = [
        ...files.diagnostics,
        ...verifyLayers(layers, { until, oldest }),
        ...(await renamedRaw(tree, await files.list(rawFolder(environment)))),
      ];
      if (site === undefined) return problems;
      problems.push(...verifySummary(site));
      const then = site.history === undefined ? tree : await commits(site.history);
      if (then === null) return [...problems, historyGone(site.history ?? "")];
      const now = site.generatedAt;
      const base = await baseIn(historyFiles(then), { environment, now, retention });
      const history = historyOf(site.history === undefined ? baseUntil(base, now) : base, now);
      return [...problems, ...verifyFigures(site.services, { history, now })];
    },

    async compact(environment) {
      let moved = 0;
      const diagnostics: Diagnostic[] = [];
      try {
        // Each round takes at most a day of samples: a year's worth of rounds is bound enough.
        for (let round = 0; round < 400; round++) {
          const done = await swapped(ATTEMPTS_MAX, (tip) => compactOn(tip.tree, environment));
          if (done === null) return { value: moved, diagnostics: [...diagnostics, notCompacted(environment)] };
          moved += done.moved;
          if (done.moved === 0) {
            diagnostics.push(...done.diagnostics);
            break;
          }
        }
        await squash(refs, { ref, now: clock.now(), nonce: random() });
      } catch (error) {
        if (!(error instanceof GitError)) throw error;
        diagnostics.push(notCompacted(environment, error.message));
      }
      return { value: moved, diagnostics };
    },
  };
}

/** Others' segments are looked for in as many hours: one that was held for longer is read at the next start. */
const RECENT_HOURS = 6;

/** Hours of which news is taken in: an hour ahead too, for clocks that are. */
function recentHours(now: Ms): readonly string[] {
  return Array.from({ length: RECENT_HOURS + 1 }, (_, n) => hourOf(Math.max(0, now + (1 - n) * HOUR_MS)));
}

function isRecent(path: string, now: Ms): boolean {
  const hour = hourOfPath(path);
  return hour !== null && recentHours(now).includes(hour);
}

async function recentRaw(files: HistoryFiles, environment: string, now: Ms): Promise<readonly TreeEntry[]> {
  const entries: TreeEntry[] = [];
  for (const hour of recentHours(now))
    entries.push(...(await files.list(`${rawFolder(environment)}/${hour.replace("T", "/")}`)));
  return entries;
}

/** As it was when a site was drawn that names no commit: what came later was not known then. */
function baseUntil(base: Base, at: Ms): Base {
  const raw = base.raw.flatMap(({ segment, ...file }) => {
    const known = segmentUntil(segment, at);
    return known === null ? [] : [{ ...file, segment: known }];
  });
  return { ...base, raw };
}

/** What of a segment had been seen by then; null where it was nothing. */
function segmentUntil(segment: Segment, at: Ms): Segment | null {
  if (segment.to <= at) return segment;
  if (segment.from > at) return null;
  const samples = segment.samples.filter((sample) => sample.at <= at);
  const expected = { ...segment.expected };
  for (const { service, at: began } of segment.samples)
    if (began > at && Object.hasOwn(expected, service)) expected[service] = Math.max(0, (expected[service] ?? 0) - 1);
  return { ...segment, to: at, samples, expected };
}

/** What a site's `data.json` says that can be counted again. */
export interface PublishedSite {
  readonly generatedAt: Ms;
  /** The commit that its figures were made of, where it names one. */
  readonly history?: Oid;
  readonly services: readonly PublishedFigures[];
  readonly verdict?: unknown;
  readonly counts?: unknown;
  readonly incidents?: unknown;
}

interface Change<T> {
  /** Nothing: there is nothing to be done. */
  readonly put: ReadonlyMap<string, Uint8Array | null>;
  readonly message: string;
  readonly value: T;
}

interface Compacted {
  readonly moved: number;
  readonly diagnostics: readonly Diagnostic[];
}

function tooOld({ environment, from, collector }: Segment, { hoursMs }: Retention): Diagnostic {
  return {
    code: "health-too-old",
    severity: "warning",
    summary: `health history: what ${collector} saw on ${dayOf(from)} is too old to be counted`,
    detail: `Hours are kept for ${Math.round(hoursMs / DAY_MS)} days; what lies before is counted by day, and closed.`,
    hint: "Look at the clock of the machine that watches.",
    environment,
  };
}

function historyGone(commit: Oid): Diagnostic {
  return {
    code: "site-history-gone",
    severity: "error",
    summary: `the site's figures cannot be counted again: ${commit.slice(0, 12)}, which they were made of, is not at hand`,
    detail: `Commits of ${HEALTH_REF} are let go a week or two after they were made; a shallow clone may hold fewer.`,
    hint: "Build the site again, or verify one that is built since, in a clone that is whole.",
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

function notCompacted(environment: string, why = "every attempt was overtaken by collectors"): Diagnostic {
  return {
    code: "health-not-stored",
    severity: "warning",
    summary: `health history: old samples could not be counted into hours yet: ${why}`,
    detail: "Nothing is lost: they stay as they are, and the next run tries again.",
    hint: `Look at ${HEALTH_REF} with \`git log\`.`,
    environment,
  };
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}
