import { Temporal } from "temporal-polyfill";
import type { Ms } from "../model/basics.ts";
import { instantOf, type UpdateDraft } from "./incident-draft.ts";
import { harmlessMarkdown } from "./markdown.ts";
import { readYaml } from "./read-yaml.ts";
import type { Session } from "./session.ts";
import { lineOf, type SourceValue, textOf } from "./source-value.ts";

const SEVERITIES: ReadonlyMap<string, "down" | "degraded" | "notice"> = new Map([
  ["down", "down"],
  ["disrupted", "degraded"],
  ["notice", "notice"],
]);

/** `content/issues/*.md` as an incident. Times without an offset are of Hugo's `timeZone`, UTC where it names none. */
export function cstateIssue(
  session: Session,
  {
    file,
    text,
    ids,
    zone,
  }: { readonly file: string; readonly text: string; readonly ids: ReadonlyMap<string, string>; readonly zone: string },
): void {
  const { report, incidents } = session;
  const leftOut = (why: string): void => report.leftOut(`issue ${file}`, file, why);
  const content = text.replace(/^\ufeff/, "").replace(/\r\n/g, "\n");
  if (content.startsWith("+++"))
    return void leftOut("its front matter is TOML, which is not read: write it as YAML between two lines of ---");
  const [whole, front = ""] = /^---\n([\s\S]*?)\n---[ \t]*(?:\n|$)/.exec(content) ?? [];
  if (whole === undefined) return void leftOut("it does not begin with front matter between two lines of ---");
  const read = readYaml(file, front);
  if (typeof read === "string") return void leftOut(read);
  const fields = read.fields();
  const at = (key: string): Ms | null => timeOf(fields.get(key)?.value, zone);
  const title = lineOf(fields.get("title")?.value, 200);
  const started = at("date");
  if (title === null || started === null)
    return void leftOut("its front matter has no title, or no date that is a time");
  if (fields.get("draft")?.value === true) return void leftOut("it is a draft");
  const names = (fields.get("affected")?.items() ?? []).flatMap(({ value }) => lineOf(value, 120) ?? []);
  const affected = names.flatMap((name) => ids.get(name.toLowerCase()) ?? []);
  for (const name of names)
    if (!ids.has(name.toLowerCase()))
      report.leftOut(`issue ${file}: affected \`${name}\``, file, "no system of that name is declared");
  const said = lineOf(fields.get("severity")?.value, 40)?.toLowerCase() ?? "";
  const severity = fields.get("informational")?.value === true ? "notice" : SEVERITIES.get(said);
  if (severity === undefined)
    report.changed(
      `issue ${file}: severity`,
      file,
      "incidents/*.md: severity",
      "it is none of down, disrupted and notice: notice is taken",
    );
  const isOver = fields.get("resolved")?.value === true;
  const { updates, rest } = updatesOf(content.slice(whole.length), zone);
  const last = updates.reduce((latest, update) => Math.max(latest, update.at), started);
  const resolvedWhen = at("resolvedWhen");
  if (isOver && resolvedWhen === null)
    report.changed(
      `issue ${file}: resolvedWhen`,
      file,
      "incidents/*.md: resolved",
      "it is resolved and does not say when: its last update is taken, or its beginning",
    );
  incidents.add({
    title,
    severity: severity ?? "notice",
    affected,
    started,
    resolved: isOver ? (resolvedWhen ?? last) : null,
    updates:
      isOver || severity === "notice"
        ? updates
        : updates.map((update) => (update.status === "resolved" ? { ...update, status: "monitoring" } : update)),
    text: rest,
    place: file,
  });
  for (const [key, field] of fields) if (!KNOWN.has(key)) unknownKey(session, file, key, field);
}

const KNOWN = new Set([
  "title",
  "date",
  "affected",
  "severity",
  "resolved",
  "resolvedWhen",
  "informational",
  "draft",
  "section",
]);

function unknownKey({ report }: Session, file: string, key: string, { place }: SourceValue): void {
  report.leftOut(`issue ${file}: ${key.slice(0, 60)}`, place, "Fairlead has nothing like it");
}

const STATUSES: ReadonlyMap<string, UpdateDraft["status"]> = new Map([
  ["investigating", "investigating"],
  ["identified", "identified"],
  ["update", "identified"],
  ["monitoring", "monitoring"],
  ["resolved", "resolved"],
  ["completed", "resolved"],
]);

/**
 * Paragraphs as cState's own template writes them: `*Resolved* - What was done. {{< track "2026-03-01 10:30:00" >}}`. One without a
 * time stays text.
 */
function updatesOf(body: string, zone: string): { readonly updates: readonly UpdateDraft[]; readonly rest: string } {
  const updates: UpdateDraft[] = [];
  const rest: string[] = [];
  for (const paragraph of body.slice(0, 1_000_000).split(/\n{2,}/)) {
    const [, time] = /\{\{[<%] *track +"([^"]{1,60})" *[%>]\}\}/.exec(paragraph) ?? [];
    const plain = paragraph.replace(/\{\{[<%][^{}]{0,500}[%>]\}\}/g, "").trim();
    const [, word = "", says = ""] = /^[*_]{1,2}([A-Za-z]+)[*_]{1,2}\s*[-–—:]\s*([\s\S]+)$/.exec(plain) ?? [];
    const at = timeOf(time, zone);
    const status = STATUSES.get(word.toLowerCase());
    if (status !== undefined && at !== null) updates.push({ at, status, says: harmlessMarkdown(says) });
    else if (plain !== "") rest.push(plain);
  }
  return { updates, rest: harmlessMarkdown(rest.join("\n\n")) };
}

/** `2026-03-01 10:30:00`, `2026-03-01T10:30:00+01:00`, `2026-03-01`. */
function timeOf(given: unknown, zone: string): Ms | null {
  const text = textOf(given, 60)?.trim() ?? "";
  const exact = instantOf(text);
  if (exact !== null) return exact;
  if (!/^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?$/.test(text)) return null;
  try {
    const at = Temporal.PlainDateTime.from(text.replace(" ", "T")).toZonedDateTime(zone).epochMilliseconds;
    return at >= 0 ? at : null;
  } catch {
    return null;
  }
}
