import { objectId } from "../git/object-id.ts";
import type { Ms } from "../model/basics.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Period, Segment, Standing } from "../model/health.ts";
import type { Tree, TreeEntry } from "../model/tree.ts";
import { DAY_MS, hourOf, stretchOf } from "./calendar.ts";
import type { Layers, RawSegment } from "./compact.ts";
import {
  decodeHours,
  decodePeriods,
  decodeStandings,
  encodeHours,
  encodePeriods,
  encodeStandings,
} from "./layer-codec.ts";
import type { KeptHour } from "./layers.ts";
import { decodeSegment } from "./segment-codec.ts";

/*
 * Where history lies in the tree of `refs/fairlead/health`:
 *
 *   raw/<environment>/2026-11-24/13/<collector>-<from>-<to>-<digest>.json   one segment
 *   hours/<environment>/2026-11-24.json      the day's hours, of all services
 *   days/<environment>/2026-11.json          the month's days
 *   months/<environment>/2026.json           the year's months
 *   standings/<environment>.json             how services stood where the raw segments begin
 */

/** A segment from further ahead was dated by a clock that nobody can follow. */
const AHEAD_MAX_MS: Ms = DAY_MS;

export const hoursPath = (environment: string, date: string): string => `hours/${folderOf(environment)}/${date}.json`;
export const daysPath = (environment: string, month: string): string => `days/${folderOf(environment)}/${month}.json`;
export const monthsPath = (environment: string, year: string): string => `months/${folderOf(environment)}/${year}.json`;
export const standingsPath = (environment: string): string => `standings/${folderOf(environment)}.json`;
export const rawFolder = (environment: string): string => `raw/${folderOf(environment)}`;

/** Named by what it holds: an append that arrived although it seemed lost is found by whoever tries it again. */
export function rawPath({ environment, from, to, collector }: Segment, content: Uint8Array): string {
  const at = new Date(from).toISOString();
  const name = collector.replace(/[^A-Za-z0-9.]+/g, "-").slice(0, 60);
  const folder = `${rawFolder(environment)}/${at.slice(0, 10)}/${at.slice(11, 13)}`;
  return `${folder}/${name}-${from}-${to}-${objectId("blob", content, "sha1").slice(0, 16)}.json`;
}

/** Raw files that hold something else than they are named by: somebody changed them. */
export async function renamedRaw(tree: Tree, entries: readonly TreeEntry[]): Promise<readonly Diagnostic[]> {
  const problems: Diagnostic[] = [];
  let index = 0;
  for await (const { content } of tree.read(entries.map(({ blob }) => blob))) {
    const path = entries[index++]?.path ?? "";
    if (path.endsWith(`-${objectId("blob", content, "sha1").slice(0, 16)}.json`)) continue;
    problems.push({
      code: "health-file-changed",
      severity: "error",
      summary: `health history: \`${path}\` does not hold what it is named by`,
      detail: "A file of samples is named by its content and never changed.",
    });
  }
  return problems;
}

/** What a kept hour remembers of a segment, so that it is never counted twice. */
export function digestOfSegment(content: Uint8Array): string {
  return objectId("blob", content, "sha1").slice(0, 12);
}

function folderOf(environment: string): string {
  return environment.replace(/[^A-Za-z0-9_-]+/g, "-");
}

/** Files of a tree by path, and the folders' names; each is read once. */
export interface HistoryFiles {
  /** Paths and blobs under a folder, in order. */
  list(folder: string): Promise<readonly TreeEntry[]>;
  /** Where the oldest raw segment of an environment lies, read from its path alone: an hour, or null. */
  oldestRaw(environment: string): Promise<string | null>;
  raw(environment: string, entries: readonly TreeEntry[], now: Ms): Promise<readonly RawSegment[]>;
  /** The layers of the given days, months and years; a file that cannot be used is left out and named. */
  layers(
    environment: string,
    of: { readonly dates: readonly string[]; readonly months: readonly string[]; readonly years: readonly string[] },
  ): Promise<Layers>;
  /** Paths of files that cannot be used, and must not be written over. */
  readonly unusable: ReadonlySet<string>;
  readonly diagnostics: readonly Diagnostic[];
}

export function historyFiles(tree: Tree): HistoryFiles {
  const unusable = new Set<string>();
  const diagnostics: Diagnostic[] = [];
  const refuse = (path: string, why: string): void => {
    unusable.add(path);
    diagnostics.push(unreadable(path, why));
  };

  async function decoded<T>(
    paths: readonly string[],
    decode: (content: Uint8Array, path: string) => readonly T[] | string,
  ): Promise<readonly T[]> {
    const found: { readonly path: string; readonly blob: string }[] = [];
    for (const path of paths) {
      const blob = await tree.idAt(path);
      if (blob !== null) found.push({ path, blob });
    }
    const values: T[] = [];
    let index = 0;
    for await (const { content } of tree.read(found.map(({ blob }) => blob))) {
      const path = found[index++]?.path ?? "";
      const items = decode(content, path);
      if (typeof items === "string") refuse(path, items);
      else values.push(...items);
    }
    return values;
  }
  const nameIn = (path: string): string => path.slice(path.lastIndexOf("/") + 1, -".json".length);
  const listed = async (folder: string): Promise<readonly TreeEntry[]> => {
    const entries: TreeEntry[] = [];
    for await (const entry of tree.list(folder)) entries.push(entry);
    return entries;
  };

  return {
    unusable,
    diagnostics,
    list: listed,
    async oldestRaw(environment) {
      for await (const { path } of tree.list(rawFolder(environment))) {
        const hour = hourOfPath(path);
        if (hour !== null) return hour;
      }
      return null;
    },
    async raw(environment, entries, now) {
      const raw: RawSegment[] = [];
      let index = 0;
      for await (const { content } of tree.read(entries.map(({ blob }) => blob))) {
        const path = entries[index++]?.path ?? "";
        const segment = decodeSegment(content);
        if (typeof segment === "string") refuse(path, segment);
        else if (segment.environment !== environment) refuse(path, "it is of another environment");
        else if (segment.to > now + AHEAD_MAX_MS) refuse(path, "it lies in the future");
        else if (hourOfPath(path) !== hourOf(segment.from)) refuse(path, "it lies in another hour than it began in");
        else raw.push({ path, digest: digestOfSegment(content), segment });
      }
      return raw;
    },
    async layers(environment, { dates, months, years }) {
      const hours = await decoded<KeptHour>(
        dates.map((date) => hoursPath(environment, date)),
        (content, path) => decodeHours(content, environment, nameIn(path)),
      );
      const days = await decoded<Period>(
        months.map((month) => daysPath(environment, month)),
        (content, path) => decodePeriods(content, environment, nameIn(path)),
      );
      const kept = await decoded<Period>(
        years.map((year) => monthsPath(environment, year)),
        (content, path) => decodePeriods(content, environment, nameIn(path)),
      );
      const before = await decoded<Standing>([standingsPath(environment)], (content) =>
        decodeStandings(content, environment),
      );
      return { hours: byAt(hours), days: byAt(days), months: byAt(kept), before };
    },
  };
}

/** The hour that a raw segment's path names: `2026-11-24T13`. */
export function hourOfPath(path: string): string | null {
  const match = /^raw\/[^/]+\/(\d{4}-\d{2}-\d{2})\/(\d{2})\//.exec(path);
  const hour = match === null ? "" : `${match[1]}T${match[2]}`;
  return stretchOf(hour) === null ? null : hour;
}

/** The files of layers, by path; only those of the given days, months and years. */
export function filesOf(
  environment: string,
  layers: Layers,
  of: { readonly dates: readonly string[]; readonly months: readonly string[]; readonly years: readonly string[] },
): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const inOrder = <T extends { readonly at: string }>(items: Iterable<T>, under: string): T[] =>
    [...items].filter(({ at }) => at.startsWith(under)).sort((a, b) => (a.at < b.at ? -1 : 1));
  for (const date of of.dates) {
    const hours = inOrder(layers.hours.values(), `${date}T`);
    if (hours.length > 0) files.set(hoursPath(environment, date), encodeHours(environment, hours));
  }
  for (const month of of.months) {
    const days = inOrder(layers.days.values(), `${month}-`);
    if (days.length > 0) files.set(daysPath(environment, month), encodePeriods(environment, days));
  }
  for (const year of of.years) {
    const months = inOrder(layers.months.values(), `${year}-`);
    if (months.length > 0) files.set(monthsPath(environment, year), encodePeriods(environment, months));
  }
  files.set(standingsPath(environment), encodeStandings(environment, layers.before));
  return files;
}

function byAt<T extends { readonly at: string }>(items: readonly T[]): ReadonlyMap<string, T> {
  return new Map(items.map((item) => [item.at, item]));
}

export function unreadable(path: string, why: string): Diagnostic {
  return {
    code: "health-segment-unreadable",
    severity: "warning",
    summary: `health history: \`${path}\` cannot be used: ${why}`,
    detail: "What is in it is left out; every other file counts.",
    hint: "To be rid of the message, remove the file from refs/fairlead/health.",
  };
}
