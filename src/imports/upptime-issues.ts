import type { UpdateDraft } from "./incident-draft.ts";
import { instant, instantOf } from "./incident-draft.ts";
import { harmlessMarkdown } from "./markdown.ts";
import { readJson } from "./read-json.ts";
import type { Session } from "./session.ts";
import { lineOf, type SourceValue, textOf } from "./source-value.ts";

const ISSUES = "issues.json";

/**
 * Incidents are GitHub issues with Upptime, and not in the folder: read where somebody put an export there, of GitHub's API
 * (`created_at`) or of its command line (`createdAt`).
 */
export function upptimeIssues(session: Session, ids: ReadonlyMap<string, string>): void {
  const { report, input } = session;
  const text = input.files.get(ISSUES);
  if (text === undefined)
    return void report.leftOut(
      "incidents",
      "GitHub's issues",
      "they are not in this folder: put an export of them beside .upptimerc.yml as issues.json, such as that of `gh issue list --state all --limit 1000 --json number,title,body,labels,createdAt,closedAt,comments`",
    );
  const issues = readJson(ISSUES, text);
  if (typeof issues === "string") return void report.leftOut(ISSUES, ISSUES, issues);
  for (const issue of issues.items()) readIssue(session, issue, ids);
}

function readIssue(session: Session, issue: SourceValue, ids: ReadonlyMap<string, string>): void {
  const { report, incidents } = session;
  const fields = issue.fields();
  const at = (...keys: readonly string[]): unknown =>
    keys.map((key) => fields.get(key)?.value).find((value) => value !== undefined);
  const title = lineOf(at("title"), 200)?.replace(/^[^\p{L}\p{N}]+/u, "") || null;
  const started = instantOf(at("created_at", "createdAt"));
  const labels = (fields.get("labels")?.items() ?? []).map((label) =>
    (textOf(label.fields().get("name")?.value ?? label.value, 100) ?? "").toLowerCase(),
  );
  const what = `issue \`${title ?? "without a title"}\``;
  if (fields.get("pull_request")?.value) return void report.leftOut(what, issue.place, "it is a pull request");
  if (title === null || started === null)
    return void report.leftOut(what, issue.place, "it has no title, or no time of creation");
  const body = textOf(at("body"), 1_000_000) ?? "";
  const affected = labels.flatMap((label) => ids.get(label) ?? []);
  if (labels.includes("maintenance"))
    return void readMaintenance(session, { title, body, started, place: issue.place, ids });
  if (!labels.includes("status"))
    return void report.leftOut(what, issue.place, "it has neither of Upptime's labels `status` and `maintenance`");
  const resolved = instantOf(at("closed_at", "closedAt"));
  incidents.add({
    title,
    severity: /degraded/i.test(title) ? "degraded" : "down",
    affected,
    started,
    resolved,
    updates: updatesOf(fields.get("comments"), resolved),
    text: harmlessMarkdown(body),
    place: issue.place,
  });
}

function updatesOf(comments: SourceValue | undefined, resolved: number | null): readonly UpdateDraft[] {
  return (comments?.items() ?? []).flatMap((comment): UpdateDraft[] => {
    const fields = comment.fields();
    const at = instantOf(fields.get("createdAt")?.value ?? fields.get("created_at")?.value);
    const says = harmlessMarkdown(textOf(fields.get("body")?.value, 1_000_000) ?? "");
    if (at === null || says === "") return [];
    const over = resolved !== null && (at >= resolved - 60_000 || /^\W*resolved\b/i.test(says));
    return [{ at, says, status: over ? "resolved" : "investigating" }];
  });
}

/** https://upptime.js.org/docs/scheduled-maintenance: `start`, `end`, `expectedDown`, `expectedDegraded` in a comment of HTML. */
function readMaintenance(
  { report, incidents }: Session,
  {
    title,
    body,
    started,
    place,
    ids,
  }: {
    readonly title: string;
    readonly body: string;
    readonly started: number;
    readonly place: string;
    readonly ids: ReadonlyMap<string, string>;
  },
): void {
  const told = new Map<string, string>();
  const [, comment = ""] = /<!--([\s\S]{0,5000}?)-->/.exec(body) ?? [];
  for (const line of comment.split("\n")) {
    const [, key, value = ""] = /^\s*(start|end|expectedDown|expectedDegraded):\s*(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined) told.set(key, value);
  }
  const start = instantOf(told.get("start"));
  const end = instantOf(told.get("end"));
  if (start === null || end === null || end <= start)
    return void report.leftOut(
      `maintenance \`${title}\``,
      place,
      "its comment does not say start and end as times with an offset",
    );
  const named = ["expectedDown", "expectedDegraded"].flatMap((key) =>
    (told.get(key) ?? "").split(",").map((one) => one.trim().toLowerCase()),
  );
  incidents.add({
    title,
    severity: "notice",
    affected: named.flatMap((name) => ids.get(name) ?? []),
    started: start ?? started,
    maintenance: { start: instant(start), end: instant(end) },
    text: harmlessMarkdown(body),
    place,
  });
}
