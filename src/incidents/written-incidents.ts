/**
 * `incidents/` knows what was wrong, since when, and what was planned: it opens and resolves incidents from verdicts, keeps them
 * beside the health history, reads what people write in `incidents/*.md`, and works out when maintenance is. It promises that an
 * incident's id is permanent, that its duration is exact, and that two collectors open one. It tells nobody (`notify/`,
 * `github/`) and measures nothing (`health/`).
 */
import { inFileOrder } from "../diagnostics/order.ts";
import type { Ms, ServiceId } from "../model/basics.ts";
import type { Diagnosed, Diagnostic } from "../model/diagnostic.ts";
import type { ReadFrontMatter } from "../model/front-matter.ts";
import type { Incident, IncidentNote, MaintenanceSeries } from "../model/incident.ts";
import type { Tree, TreeEntry } from "../model/tree.ts";
import { readWritten } from "./written-file.ts";

export const INCIDENTS_FOLDER = "incidents";

/** What people wrote, by kind; each sorted by id. */
export interface Written {
  readonly incidents: readonly Incident[];
  readonly notes: readonly IncidentNote[];
  readonly maintenance: readonly MaintenanceSeries[];
  /** Files that were looked at. */
  readonly files: readonly string[];
}

export interface WrittenInput {
  readonly tree: Tree;
  /** Every id that is declared; null where that cannot be told, and no id is doubted. */
  readonly services: ReadonlySet<ServiceId> | null;
  /** From the catalog: the parser that service files are read with. */
  readonly readFrontMatter: ReadFrontMatter;
  /** What is over may name services that are gone. */
  readonly now: Ms;
}

/** Reads `incidents/*.md`, with every problem of every file. A file with an error is left out of what is returned. */
export async function readWrittenIncidents(input: WrittenInput): Promise<Diagnosed<Written>> {
  const { tree, readFrontMatter } = input;
  const diagnostics: Diagnostic[] = [];
  const entries: TreeEntry[] = [];
  const files: string[] = [];
  for await (const entry of tree.list(INCIDENTS_FOLDER)) {
    if (!FILE.test(entry.path) || entry.path.toLowerCase().endsWith("/readme.md")) continue;
    files.push(entry.path);
    const problem = refusal(entry);
    if (problem === null) entries.push(entry);
    else diagnostics.push(problem);
  }
  const written = { incidents: [] as Incident[], notes: [] as IncidentNote[], maintenance: [] as MaintenanceSeries[] };
  let at = 0;
  for await (const { content } of tree.read(entries.map(({ blob }) => blob))) {
    const path = entries[at++]?.path ?? "";
    const front = await readFrontMatter(path, content);
    const found = await readWritten(idOf(path), front, input);
    diagnostics.push(...front.diagnostics, ...found.diagnostics);
    if (found.value?.is === "incident") written.incidents.push(found.value.incident);
    else if (found.value?.is === "note") written.notes.push(found.value.note);
    else if (found.value?.is === "maintenance") written.maintenance.push(found.value.series);
  }
  return { value: { ...written, files }, diagnostics: inFileOrder(diagnostics) };
}

const FILE = /^incidents\/[^/]+\.md$/;
/** Ids become part of addresses. */
const NAME = /^[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?$/;

function idOf(path: string): string {
  return path.slice(INCIDENTS_FOLDER.length + 1, -".md".length);
}

function refusal({ path, mode }: TreeEntry): Diagnostic | null {
  const start = { line: 1, column: 1, offset: 0 };
  const common = { severity: "error", range: { file: path, start, end: start }, line: "" } as const;
  if (mode === "120000")
    return {
      ...common,
      code: "symlink-not-followed",
      summary: `\`${path}\` is a symbolic link, and is not followed`,
      hint: "put the file itself there",
    };
  if (NAME.test(idOf(path))) return null;
  return {
    ...common,
    code: "incident-file-name",
    summary: `\`${path}\` has a name that cannot be part of an address`,
    detail: "The name is the incident's permanent id: lower-case letters, digits and dashes, at most 100.",
    hint: "name it like `2026-11-24-orders-down.md`",
  };
}
