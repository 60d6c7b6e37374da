import type { UpdateDraft } from "./incident-draft.ts";
import { instant, instantOf } from "./incident-draft.ts";
import { plainMarkdown } from "./markdown.ts";
import type { Session } from "./session.ts";
import { lineOf, type SourceValue, textOf } from "./source-value.ts";

const SEVERITIES: ReadonlyMap<string, "down" | "degraded" | "notice"> = new Map([
  ["critical", "down"],
  ["major", "down"],
  ["minor", "degraded"],
  ["none", "notice"],
]);

const STATUSES = new Set<string>(["investigating", "identified", "monitoring", "resolved"]);

export function statuspageIncident(session: Session, incident: SourceValue, ids: ReadonlyMap<string, string>): void {
  const { report, incidents } = session;
  const fields = incident.fields();
  const at = (key: string): number | null => instantOf(fields.get(key)?.value);
  const title = lineOf(fields.get("name")?.value, 200);
  const started = at("started_at") ?? at("created_at");
  const what = `incident \`${title ?? "without a name"}\``;
  if (title === null || started === null) {
    report.leftOut(what, incident.place, "it has no name, or no time at which it began");
    return;
  }
  const impact = textOf(fields.get("impact")?.value, 40) ?? "";
  const severity = SEVERITIES.get(impact);
  if (severity === undefined || impact === "major")
    report.changed(
      `${what}: impact`,
      fields.get("impact")?.place ?? incident.place,
      "incidents/*.md: severity",
      severity === undefined
        ? "it is none of critical, major, minor and none: degraded is taken"
        : "major and critical are both down",
    );
  const { updates, postmortem } = updatesOf(fields.get("incident_updates"));
  const isOver = ["resolved", "postmortem"].includes(textOf(fields.get("status")?.value, 40) ?? "");
  const last = updates.reduce((latest, update) => Math.max(latest, update.at), started);
  const body = textOf(fields.get("postmortem_body")?.value, 200_000) ?? postmortem;
  incidents.add({
    title,
    severity: severity ?? "degraded",
    affected: affectedBy(fields, ids),
    started,
    resolved: isOver ? (at("resolved_at") ?? last) : null,
    updates: isOver
      ? updates
      : updates.map((update) => (update.status === "resolved" ? { ...update, status: "monitoring" } : update)),
    text: body === null ? "" : `## Post-mortem\n\n${paragraphs(body)}`,
    place: incident.place,
  });
}

export function statuspageMaintenance(
  session: Session,
  maintenance: SourceValue,
  ids: ReadonlyMap<string, string>,
): void {
  const fields = maintenance.fields();
  const title = lineOf(fields.get("name")?.value, 200);
  const start = instantOf(fields.get("scheduled_for")?.value);
  const end = instantOf(fields.get("scheduled_until")?.value);
  if (title === null || start === null || end === null || end <= start) {
    session.report.leftOut(
      `maintenance \`${title ?? "without a name"}\``,
      maintenance.place,
      "it has no name, or scheduled_for and scheduled_until make no stretch of time",
    );
    return;
  }
  const told = [...(fields.get("incident_updates")?.items() ?? [])].flatMap((update) => {
    const at = timeOf(update);
    const body = textOf(update.fields().get("body")?.value, 200_000)?.trim() ?? "";
    return at === null || body === "" ? [] : [{ at, body }];
  });
  session.incidents.add({
    title,
    severity: "notice",
    affected: affectedBy(fields, ids),
    started: start,
    maintenance: { start: instant(start), end: instant(end) },
    text: told
      .sort((a, b) => a.at - b.at)
      .map(({ at, body }) => `**${instant(at).slice(0, 16).replace("T", " ")} UTC**\n\n${paragraphs(body)}`)
      .join("\n\n"),
    place: maintenance.place,
  });
}

function updatesOf(list: SourceValue | undefined): {
  readonly updates: readonly UpdateDraft[];
  readonly postmortem: string | null;
} {
  const updates: UpdateDraft[] = [];
  let postmortem: string | null = null;
  for (const update of list?.items() ?? []) {
    const at = timeOf(update);
    const body = textOf(update.fields().get("body")?.value, 200_000)?.trim() ?? "";
    const status = textOf(update.fields().get("status")?.value, 40) ?? "";
    if (status === "postmortem") postmortem = body === "" ? null : body;
    else if (at !== null)
      updates.push({
        at,
        status: STATUSES.has(status) ? (status as UpdateDraft["status"]) : "investigating",
        says: paragraphs(body),
      });
  }
  return { updates, postmortem };
}

/** Components by what the incident says, and by what its updates say they did to them. */
function affectedBy(fields: ReadonlyMap<string, SourceValue>, ids: ReadonlyMap<string, string>): readonly string[] {
  const named = (fields.get("components")?.items() ?? []).map((component) => component.fields().get("id")?.value);
  for (const update of fields.get("incident_updates")?.items() ?? [])
    for (const component of update.fields().get("affected_components")?.items() ?? [])
      named.push(component.fields().get("code")?.value);
  return [...new Set(named.flatMap((id) => (typeof id === "string" ? (ids.get(id) ?? []) : [])))].sort();
}

function timeOf(update: SourceValue): number | null {
  const fields = update.fields();
  return instantOf(fields.get("display_at")?.value) ?? instantOf(fields.get("created_at")?.value);
}

/** Statuspage's texts are plain, with a line break of HTML here and there. */
function paragraphs(text: string): string {
  return plainMarkdown(text.replace(/<br *\/?>/gi, "\n"));
}
