import { suggest } from "../diagnostics/suggest.ts";
import type { Ms, ServiceId } from "../model/basics.ts";
import type { Diagnosed, Diagnostic } from "../model/diagnostic.ts";
import type { FrontMatter } from "../model/front-matter.ts";
import type { IncidentInput } from "../model/generated/incident.ts";
import type { Incident, IncidentNote, IncidentUpdate, MaintenanceSeries } from "../model/incident.ts";
import { readableInput } from "./readable-input.ts";
import { beforeAnother, endBeforeStart, type Say, timeAt } from "./time-problems.ts";
import { readMaintenance } from "./written-maintenance.ts";

/** What one file is. */
export type WrittenFile =
  | { readonly is: "incident"; readonly incident: Incident }
  | { readonly is: "note"; readonly note: IncidentNote }
  | { readonly is: "maintenance"; readonly series: MaintenanceSeries };

export interface WrittenContext {
  readonly services: ReadonlySet<ServiceId> | null;
  readonly now: Ms;
}

/** What the front matter means, and what is wrong beyond its schema; null where the file cannot be used. */
export async function readWritten(
  id: string,
  front: FrontMatter,
  context: WrittenContext,
): Promise<Diagnosed<WrittenFile | null>> {
  if (front.value === undefined) return { value: null, diagnostics: [] };
  const fits = !front.diagnostics.some(isError);
  const told = new Set(front.diagnostics.map(placeOf));
  const diagnostics: Diagnostic[] = [];
  const say: Say = (keys, at, problem) => {
    // A key that seems missing may be the misspelt one that the schema has named; at one place one problem is enough.
    if (!fits && problem.code === "key-missing") return;
    const diagnostic = front.diagnosticAt(keys, at, { ...problem, severity: problem.severity ?? "error" });
    if (!told.has(placeOf(diagnostic))) diagnostics.push(diagnostic);
  };
  const input = readableInput(front.value);
  const value = await meaningOf(id, input, { ...bodyOf(front.body), say, context });
  return { value: fits && !diagnostics.some(isError) ? value : null, diagnostics };
}

interface Reading {
  readonly text?: string;
  readonly postmortem?: string;
  readonly say: Say;
  readonly context: WrittenContext;
}

async function meaningOf(id: string, input: IncidentInput, reading: Reading): Promise<WrittenFile | null> {
  const { say, context, ...texts } = reading;
  if (input.maintenance !== undefined) {
    forbid(input, ["severity", "started", "resolved", "updates", "incident"], "maintenance", say);
    require(input, ["title"], say);
    const block = await readMaintenance(input.maintenance, say);
    const last = block?.repeats === undefined ? block && block.from + block.lastsMs : block.repeats.until;
    knownServices(input.affected ?? [], { isOver: last !== undefined && last !== null && last < context.now }, reading);
    if (block === null || input.title === undefined) return null;
    const affected = [...(input.affected ?? [])].sort();
    return {
      is: "maintenance",
      series: { id, title: input.title, affected, ...(texts.text ? { text: texts.text } : {}), ...block },
    };
  }
  const updates = readUpdates(input, say);
  if (input.incident !== undefined) {
    forbid(input, ["severity", "affected", "started", "resolved"], "incident", say);
    const title = input.title === undefined ? {} : { title: input.title };
    return { is: "note", note: { incident: input.incident, ...title, updates, ...texts } };
  }
  require(input, [
    "title",
    "severity",
    ...(input.severity === "notice" ? [] : (["affected"] as const)),
    "started",
  ], say);
  const from = timeAt(input.started, ["started"], say);
  if (from !== null && from > context.now + CLOCKS_MS) say(["started"], "value", NOT_YET);
  const last = updates.at(-1);
  const said = timeAt(input.resolved, ["resolved"], say);
  const to = said ?? (last?.status === "resolved" ? last.at : null);
  if (from !== null && said !== null && said < from) say(["resolved"], "value", endBeforeStart("`started`"));
  if (from !== null)
    for (const [at, update] of updates.entries())
      if (update.at < from) say(["updates", String(at), "at"], "value", beforeAnother("the incident began"));
  knownServices(input.affected ?? [], { isOver: to !== null }, reading);
  const { title, severity } = input;
  if (from === null || title === undefined || severity === undefined) return null;
  const affected = [...(input.affected ?? [])].sort();
  const stretches = [{ from, to, severity }];
  return {
    is: "incident",
    incident: { id, title, severity, affected, stretches, updates, ...texts, source: "written" },
  };
}

/** Clocks differ by less. */
const CLOCKS_MS = 3_600_000;
const NOT_YET = {
  code: "time-order",
  summary: "this has not been yet",
  detail: "An incident is written once it has begun.",
  hint: "mend the date; work that is planned takes `maintenance`",
} as const;

function readUpdates({ updates = [] }: IncidentInput, say: Say): IncidentUpdate[] {
  const read: IncidentUpdate[] = [];
  for (const [index, { at: text, status, says }] of updates.entries()) {
    const keys = ["updates", String(index), "at"];
    const at = timeAt(text, keys, say);
    if (at === null) continue;
    const previous = read.at(-1);
    if (previous !== undefined && at < previous.at) say(keys, "value", beforeAnother("the update above it"));
    read.push({ at, status, says });
  }
  return read;
}

function knownServices(
  affected: readonly ServiceId[],
  { isOver }: { readonly isOver: boolean },
  { say, context: { services } }: Reading,
): void {
  if (services === null) return;
  for (const [index, id] of affected.entries()) {
    if (services.has(id)) continue;
    const meant = suggest(id, services);
    say(["affected", String(index)], "value", {
      code: "service-unknown",
      // Services go, and their incidents stay.
      severity: isOver ? "warning" : "error",
      summary: `there is no service \`${id}\``,
      ...(meant === undefined ? {} : { hint: `did you mean \`${meant}\`?` }),
    });
  }
}

function forbid(input: IncidentInput, keys: readonly (keyof IncidentInput)[], because: string, say: Say): void {
  for (const key of keys)
    if (input[key] !== undefined)
      say([key], "key", {
        code: "key-misplaced",
        summary: `\`${key}\` has no meaning beside \`${because}\``,
        detail:
          because === "incident"
            ? "What was wrong, and when, is known already: a note adds its title, text and updates."
            : "Maintenance has a title, the services affected, and its time.",
        hint: "remove it, or put it into a file of its own",
      });
}

function require(input: IncidentInput, keys: readonly (keyof IncidentInput)[], say: Say): void {
  for (const key of keys)
    if (input[key] === undefined)
      say([], "key", { code: "key-missing", summary: `\`${key}\` is missing`, hint: `add \`${EXAMPLES[key]}\`` });
}

const EXAMPLES: Readonly<Partial<Record<keyof IncidentInput, string>>> = {
  title: "title: Orders could not be placed",
  severity: "severity: down",
  affected: "affected: [orders-api]",
  started: "started: 2026-11-24T09:31Z",
};

/** The text and what follows the heading `## Post-mortem`. */
function bodyOf(body: string): { readonly text?: string; readonly postmortem?: string } {
  const [text = "", ...rest] = body.split(/^##[ \t]+post-?mortem[ \t]*#*[ \t]*\r?$/im);
  const postmortem = rest.join("\n").trim();
  return {
    ...(text.trim() === "" ? {} : { text: text.trim() }),
    ...(postmortem === "" ? {} : { postmortem }),
  };
}

function placeOf({ range }: Diagnostic): string {
  return `${range?.start.offset}`;
}

function isError({ severity }: Diagnostic): boolean {
  return severity === "error";
}
