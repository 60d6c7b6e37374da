import type { Ms } from "../model/basics.ts";
import type { MaintenanceSeries, MaintenanceWindow } from "../model/incident.ts";

/** Windows of one series that are worked out at once; a page and a calendar show fewer. */
export const WINDOWS_MAX = 500;

/** Steps that a rule may take until it has found them: one that never comes true ends all the same. */
const STEPS_MAX = 50_000;

/**
 * The windows that touch the stretch, by begin and then by id. Of each series the first `WINDOWS_MAX`. A series follows the clocks
 * of its zone; each window takes as long as the first one (RFC 5545, 3.8.5.3).
 */
export async function windowsBetween(
  maintenance: readonly MaintenanceSeries[],
  { from, to }: { readonly from: Ms; readonly to: Ms },
): Promise<readonly MaintenanceWindow[]> {
  const windows: MaintenanceWindow[] = [];
  for (const series of maintenance) {
    const { id, title, affected, text, lastsMs, repeats } = series;
    for (const begin of await beginsBetween(series, from - lastsMs, to)) {
      if (begin >= to || begin + lastsMs <= from) continue;
      windows.push({
        id,
        title,
        affected,
        from: begin,
        to: begin + lastsMs,
        ...(text === undefined ? {} : { text }),
        ...(repeats === undefined ? {} : { repeats: { rule: repeats.rule, timeZone: repeats.timeZone } }),
      });
    }
  }
  return windows.sort((a, b) => a.from - b.from || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

async function beginsBetween(series: MaintenanceSeries, after: Ms, before: Ms): Promise<readonly Ms[]> {
  const { from, repeats } = series;
  if (repeats === undefined) return [from];
  const last = Math.min(before, repeats.until ?? before);
  if (last < Math.max(after, from)) return [];
  const begins: Ms[] = [];
  const rule = await ruleOf(repeats.rule, from, repeats.timeZone);
  let at = nextOf(rule, Math.max(after, from), true);
  while (at !== null && at <= last && begins.length < WINDOWS_MAX) {
    begins.push(at);
    at = nextOf(rule, at, false);
  }
  return begins;
}

/** The next begin; null where there is none, or none within `STEPS_MAX`, which the library says by throwing. */
function nextOf(rule: Awaited<ReturnType<typeof ruleOf>>, after: Ms, including: boolean): Ms | null {
  try {
    return rule.next(new Date(after), including)?.epochMilliseconds ?? null;
  } catch (error) {
    if (error instanceof Error && error.message.startsWith("Maximum")) return null;
    throw error;
  }
}

/** In words why a rule cannot be followed; null where it can. */
export async function ruleProblem(rule: string): Promise<string | null> {
  try {
    return nextOf(await ruleOf(rule, 0, "UTC"), 0, true) === null ? "it never comes true" : null;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return error.message.replace(/^Cannot create RRule: /, "").slice(0, 100);
  }
}

async function ruleOf(rule: string, from: Ms, timeZone: string) {
  // Loaded where something repeats: most repositories have nothing that does.
  const [{ RRuleTemporal }, { Temporal }] = await Promise.all([import("rrule-temporal"), import("temporal-polyfill")]);
  const dtstart = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(timeZone);
  return new RRuleTemporal({
    rruleString: `RRULE:${rule}`,
    dtstart,
    tzid: timeZone,
    strict: true,
    maxIterations: STEPS_MAX,
    maxCandidateEvaluations: STEPS_MAX,
    cache: false,
  });
}
