import { stringify } from "yaml";
import type { Ms } from "../model/basics.ts";
import { labelOf } from "./ids.ts";
import type { ImportedFile } from "./imported.ts";
import { plainMarkdown } from "./markdown.ts";
import type { Report } from "./report.ts";
import type { Secrets } from "./secrets.ts";
import { lineOf } from "./source-value.ts";

/** An incident or maintenance as the source tells of it; times in any order. */
export interface IncidentDraft {
  readonly title: string;
  readonly severity: "down" | "degraded" | "notice";
  /** Service ids. */
  readonly affected: readonly string[];
  readonly started: Ms;
  readonly resolved?: Ms | null;
  readonly updates?: readonly UpdateDraft[];
  readonly maintenance?: Readonly<Record<string, string>>;
  /** Markdown, harmless already. */
  readonly text?: string;
  /** Where it was. */
  readonly place: string;
}

export interface UpdateDraft {
  readonly at: Ms;
  readonly status: "investigating" | "identified" | "monitoring" | "resolved";
  /** Markdown, harmless already. */
  readonly says: string;
}

export interface Incidents {
  add(draft: IncidentDraft): void;
  files(): readonly ImportedFile[];
}

const TITLE_MAX = 200;
const SAYS_MAX = 10_000;
const TEXT_MAX = 100_000;
const UPDATES_MAX = 500;
const INCIDENTS_MAX = 10_000;

/** Writes `incidents/*.md` as `schemas/incident.schema.json` has them. */
export function newIncidents(report: Report, secrets: Secrets): Incidents {
  const files = new Map<string, { readonly draft: IncidentDraft; readonly path: string }>();
  return {
    add(draft) {
      const what = `${draft.maintenance ? "maintenance" : "incident"} \`${draft.title}\``;
      if (files.size >= INCIDENTS_MAX)
        return void report.leftOut(what, draft.place, `there are more than ${INCIDENTS_MAX} incidents`);
      const name = `${new Date(draft.started).toISOString().slice(0, 10)}-${labelOf(draft.title, 70) || "incident"}`;
      let path = `incidents/${name}.md`;
      for (let number = 2; files.has(path); number++) path = `incidents/${name}-${number}.md`;
      const changes: string[] = [];
      files.set(path, { draft: checked(draft, changes), path });
      if (changes.length === 0) report.carried(what, draft.place, path);
      else report.changed(what, draft.place, path, changes.join("; "));
    },
    files: () =>
      [...files.values()]
        .sort((a, b) => (a.path < b.path ? -1 : 1))
        .map(({ draft, path }) => ({ path, text: render(draft, secrets.cover) })),
  };
}

/** As the schema wants it: in order, within the bounds, nothing before its beginning. */
function checked(draft: IncidentDraft, changes: string[]): IncidentDraft {
  const { started } = draft;
  let resolved = draft.resolved ?? null;
  let updates = [...(draft.updates ?? [])].sort((a, b) => a.at - b.at);
  if (updates.some(({ at }) => at < started)) {
    changes.push("updates from before its beginning are put at its beginning");
    updates = updates.map((update) => ({ ...update, at: Math.max(update.at, started) }));
  }
  if (resolved !== null && resolved < started) {
    changes.push("it ended before it began: its end is put at its beginning");
    resolved = started;
  }
  if (updates.length > UPDATES_MAX) {
    changes.push(`of ${updates.length} updates the last ${UPDATES_MAX} are kept`);
    updates = updates.slice(-UPDATES_MAX);
  }
  updates = updates.map((update) => {
    if (update.says.length <= SAYS_MAX) return update;
    changes.push("an update is cut: it is longer than 10,000 characters");
    return { ...update, says: cut(update.says, SAYS_MAX) };
  });
  let text = draft.text ?? "";
  if (text.length > TEXT_MAX) {
    changes.push("its text is cut: it is longer than 100,000 characters");
    text = cut(text, TEXT_MAX);
  }
  let severity = draft.severity;
  if (draft.affected.length === 0 && severity !== "notice" && draft.maintenance === undefined) {
    changes.push("it names no service that was imported, so it becomes a notice, which counts against none");
    severity = "notice";
  }
  return { ...draft, severity, resolved, updates, text };
}

function render(
  { title, severity, affected, started, resolved, updates = [], maintenance, text = "" }: IncidentDraft,
  cover: (text: string) => string,
): string {
  const front = {
    title: lineOf(cover(title), TITLE_MAX) ?? "Incident",
    ...(maintenance ? {} : { severity }),
    ...(affected.length > 0 ? { affected: [...new Set(affected)].sort() } : {}),
    ...(maintenance ? { maintenance } : { started: instant(started) }),
    ...(resolved != null && !maintenance ? { resolved: instant(resolved) } : {}),
    ...(updates.length > 0 && !maintenance
      ? {
          updates: updates.map(({ at, status, says }) => ({
            at: instant(at),
            status,
            says: cover(says).trim() || plainMarkdown(status),
          })),
        }
      : {}),
  };
  const body = cover(text).trim();
  return `---\n${stringify(front, { lineWidth: 0 })}---\n${body === "" ? "" : `\n${body}\n`}`;
}

/** UTC to the second, or to the millisecond where there are any. */
export function instant(at: Ms): string {
  return new Date(at).toISOString().replace(".000Z", "Z");
}

/** A time with its offset, in the years that a calendar shows; null for anything else. */
export function instantOf(value: unknown): Ms | null {
  if (typeof value !== "string" || value.length > 60) return null;
  if (!/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)? ?(?:Z|[+-]\d\d:?\d\d)$/.test(value.trim())) return null;
  const at = Date.parse(
    value
      .trim()
      .replace(/^(\S{10}) /, "$1T")
      .replace(" ", ""),
  );
  return Number.isFinite(at) && at >= 0 ? at : null;
}

function cut(text: string, max: number): string {
  return `${text.slice(0, max - 1).toWellFormed()}…`;
}
