import type { Period, Tally, Verdict } from "../model/health.ts";
import { labelOf } from "./ids.ts";
import { instantOf } from "./incident-draft.ts";
import { readJson } from "./read-json.ts";
import { readYaml } from "./read-yaml.ts";
import type { Session } from "./session.ts";
import { lineOf, type SourceValue, textOf } from "./source-value.ts";

const SUMMARY = "history/summary.json";
const DAY_MS = 86_400_000;
/** Ten years: a stretch that somebody mistyped must not become millions of days. */
const DAYS_MAX = 3_660;

/**
 * Seconds by day out of `history/summary.json`: the minutes down that Upptime counted, and the rest of the time in which it
 * watched (`history/<slug>.yml` says since when). How often it asked it does not say, nor when GitHub started its runs late.
 */
export function upptimeDays(session: Session, ids: ReadonlyMap<string, string>): readonly Period[] {
  const { report, input } = session;
  const stretches = stretchesOf(session, ids);
  const days = new Map<string, Map<string, Tally>>();
  const text = input.files.get(SUMMARY);
  const summary = text === undefined ? null : readJson(SUMMARY, text);
  if (summary === null) return [];
  if (typeof summary === "string") {
    report.leftOut(SUMMARY, SUMMARY, summary);
    return [];
  }
  const done = new Set<string>();
  for (const entry of summary.items()) {
    const fields = entry.fields();
    const names = ["slug", "name"].map((key) => textOf(fields.get(key)?.value, 200) ?? "");
    const id = names
      .map((name) => ids.get(name.toLowerCase()) ?? ids.get(labelOf(name)))
      .find((one) => one !== undefined);
    const label = `history of \`${lineOf(names[1], 80) ?? "a site"}\``;
    if (id === undefined || done.has(id)) {
      report.leftOut(
        label,
        entry.place,
        id === undefined ? "no site of .upptimerc.yml has its name" : "it is there twice",
      );
      continue;
    }
    done.add(id);
    const stretch = stretches.get(id);
    const down = minutesDown(fields.get("dailyMinutesDown"));
    const counted = countDays(down, stretch ?? null);
    for (const [day, tally] of counted) {
      const services = days.get(day) ?? new Map<string, Tally>();
      days.set(day, services.set(id, tally));
    }
    if (counted.size === 0) report.leftOut(label, entry.place, "it tells of no day");
    else
      report.changed(
        label,
        entry.place,
        `health history: ${counted.size} ${counted.size === 1 ? "day" : "days"}`,
        stretch === undefined
          ? "minutes down as seconds; since when it was watched is not there, so all other time is unknown"
          : "minutes down as seconds; the rest of the time since startTime counts as operational, as Upptime counts it, since it does not keep when it did not look",
      );
    for (const key of ["uptime", "time"])
      if (fields.has(key))
        report.leftOut(
          `${label}: ${key}`,
          entry.place,
          key === "uptime" ? "percentages are worked out of seconds" : "averages cannot be added to percentiles",
        );
  }
  return [...days]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([at, services]) => ({
      at,
      services: Object.fromEntries([...services].sort(([a], [b]) => (a < b ? -1 : 1))),
    }));
}

interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** When each site was watched, of `history/<slug>.yml`. */
function stretchesOf({ input, report }: Session, ids: ReadonlyMap<string, string>): Map<string, Stretch> {
  const found = new Map<string, Stretch>();
  for (const [path, text] of [...input.files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [, slug] = /^history\/([^/]+)\.ya?ml$/.exec(path) ?? [];
    if (slug === undefined) continue;
    const id = ids.get(slug.toLowerCase());
    const file = readYaml(path, text);
    const from = typeof file === "string" ? null : instantOf(file.fields().get("startTime")?.value);
    const to = typeof file === "string" ? null : instantOf(file.fields().get("lastUpdated")?.value);
    if (typeof file === "string") report.leftOut(path, path, file);
    else if (id === undefined) report.leftOut(path, path, "no site of .upptimerc.yml has its name");
    else if (from === null || to === null || to <= from || to - from > DAYS_MAX * DAY_MS)
      report.leftOut(path, path, "startTime and lastUpdated make no stretch of time");
    else {
      found.set(id, { from, to });
      report.changed(
        path,
        path,
        "health history",
        "startTime and lastUpdated say which days are counted; its last status is left to Fairlead's own first check",
      );
    }
  }
  return found;
}

function minutesDown(field: SourceValue | undefined): ReadonlyMap<string, number> {
  const minutes = new Map<string, number>();
  for (const [day, { value }] of field?.fields() ?? []) {
    const at = Date.parse(`${day}T00:00:00Z`);
    if (!/^\d{4}-\d\d-\d\d$/.test(day) || !Number.isFinite(at) || new Date(at).toISOString().slice(0, 10) !== day)
      continue;
    if (typeof value === "number" && Number.isFinite(value) && value >= 0) minutes.set(day, Math.min(value, 1_440));
    if (minutes.size >= DAYS_MAX) break;
  }
  return minutes;
}

function countDays(down: ReadonlyMap<string, number>, stretch: Stretch | null): Map<string, Tally> {
  const counted = new Map<string, Tally>();
  const first = stretch === null ? 0 : Math.floor(stretch.from / DAY_MS);
  const last = stretch === null ? -1 : Math.floor((stretch.to - 1) / DAY_MS);
  const days = new Set([...down.keys()]);
  for (let day = first; day <= last; day++) days.add(new Date(day * DAY_MS).toISOString().slice(0, 10));
  for (const day of [...days].sort()) {
    const from = Date.parse(`${day}T00:00:00Z`);
    const watched =
      stretch === null ? 0 : Math.max(0, Math.min(stretch.to, from + DAY_MS) - Math.max(stretch.from, from));
    const downSeconds = Math.min(86_400, Math.round((down.get(day) ?? 0) * 60));
    const operational = Math.max(0, Math.round(watched / 1_000) - downSeconds);
    counted.set(day, tallyOf({ down: downSeconds, operational, unknown: 86_400 - downSeconds - operational }));
  }
  return counted;
}

/** Seconds alone: askings were not counted, so that there are none. */
function tallyOf(seconds: Partial<Record<Verdict, number>>): Tally {
  return {
    expected: 0,
    actual: 0,
    passed: 0,
    warned: 0,
    failed: 0,
    unknown: 0,
    maintenance: 0,
    seconds: { operational: 0, degraded: 0, down: 0, maintenance: 0, unknown: 0, ...seconds },
    latency: {},
  };
}
