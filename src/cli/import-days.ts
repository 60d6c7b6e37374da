import { DAY_MS, dayOf, monthOf } from "../health/calendar.ts";
import type { Layers } from "../health/compact.ts";
import { HEALTH_REF } from "../health/history.ts";
import { filesOf, type HistoryFiles, historyFiles, standingsPath } from "../health/history-files.ts";
import { monthOfDays } from "../health/layers.ts";
import type { Retention } from "../health/retention.ts";
import { SINCE_PATH, sinceFile } from "../health/squash.ts";
import type { Ms, ServiceId } from "../model/basics.ts";
import type { Diagnosed, Diagnostic } from "../model/diagnostic.ts";
import type { Period, Tally } from "../model/health.ts";
import type { Face } from "./face.ts";
import type { Workspace } from "./workspace.ts";

const ATTEMPTS_MAX = 8;

/**
 * Puts days that another tool counted into an environment's history, in one commit. What Fairlead counts itself comes first: a
 * day that it watched, or that has a service already, stays as it is, so that the same import again changes nothing. The value
 * is the number of days that something was added to.
 */
export async function importDays(
  { clock, nonce }: Pick<Face, "clock" | "nonce">,
  workspace: Pick<Workspace, "refsOf">,
  {
    environment,
    days,
    retention,
  }: { readonly environment: string; readonly days: readonly Period[]; readonly retention: Retention },
): Promise<Diagnosed<number>> {
  const { refs } = await workspace.refsOf(environment);
  const months = [...new Set(days.map(({ at }) => at.slice(0, 7)))].sort();
  const of = { dates: [], months, years: [...new Set(months.map((month) => month.slice(0, 4)))] };
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const now = clock.now();
    const { oid, tree } = await refs.read(HEALTH_REF);
    const files = historyFiles(tree);
    const layers = await files.layers(environment, of);
    // A file that cannot be read must not be written over.
    if (files.unusable.size > 0) return { value: 0, diagnostics: files.diagnostics };
    const free = await freeOf(files, environment, now);
    const { added, layers: after } = withDays(
      layers,
      days.filter(({ at }) => free(at)),
      now,
      retention,
    );
    if (added === 0) return { value: 0, diagnostics: [] };
    const put = new Map<string, Uint8Array | null>(filesOf(environment, after, of));
    put.delete(standingsPath(environment));
    if (oid === null) put.set(SINCE_PATH, sinceFile(now));
    const message = `Health of ${environment}: ${added} ${added === 1 ? "day" : "days"} as another tool counted`;
    const swap = await refs.swap({ ref: HEALTH_REF, expected: oid, put, parent: "expected", nonce: nonce(), message });
    if (swap.is === "won") return { value: added, diagnostics: [] };
    await clock.sleep(attempt * 50);
  }
  return { value: 0, diagnostics: [overtaken(environment)] };
}

/** Which days Fairlead has not watched itself: they are counted anew, of their hours, whenever a sample of them comes late. */
async function freeOf(files: HistoryFiles, environment: string, now: Ms): Promise<(day: string) => boolean> {
  const folder = standingsPath(environment).slice("standings/".length, -".json".length);
  const own = new Set((await files.list(`hours/${folder}`)).map(({ path }) => path.slice(-15, -5)));
  const raw = (await files.oldestRaw(environment))?.slice(0, 10) ?? dayOf(now);
  return (day) => day < raw && day < dayOf(now) && !own.has(day);
}

/** Pure: the layers with what they lack of the days. A day that is not kept any more counts in its month alone. */
export function withDays(
  layers: Layers,
  imported: readonly Period[],
  now: Ms,
  { daysMs }: Retention,
): { readonly added: number; readonly layers: Layers } {
  const days = new Map(layers.days);
  const all = new Map(layers.days);
  const changed = new Map<string, Set<ServiceId>>();
  let added = 0;
  for (const day of imported) {
    const month = day.at.slice(0, 7);
    const isKept = day.at > dayOf(now - daysMs + DAY_MS);
    const known = (isKept ? layers.days.get(day.at) : layers.months.get(month))?.services ?? {};
    const fresh = Object.entries(day.services).filter(([id]) => !Object.hasOwn(known, id));
    if (fresh.length === 0) continue;
    added++;
    const whole = { at: day.at, services: merged(layers.days.get(day.at)?.services ?? {}, fresh) };
    all.set(day.at, whole);
    if (isKept) days.set(day.at, whole);
    const ids = changed.get(month) ?? new Set();
    changed.set(month, ids);
    for (const [id] of fresh) ids.add(id);
  }
  const months = new Map(layers.months);
  const inOrder = [...all.values()].sort((a, b) => (a.at < b.at ? -1 : 1));
  for (const [month, ids] of changed) {
    const known = layers.months.get(month)?.services ?? {};
    const sum = monthOfDays(month, inOrder, now).services;
    // A month whose first days are gone cannot be counted anew: what it says of a service stays.
    const isWhole = month > monthOf(now - daysMs + DAY_MS);
    const fresh = Object.entries(sum).filter(([id]) => ids.has(id) && (isWhole || !Object.hasOwn(known, id)));
    months.set(month, { at: month, services: merged(known, fresh) });
  }
  return { added, layers: { ...layers, days, months } };
}

function merged(
  known: Readonly<Record<ServiceId, Tally>>,
  fresh: readonly (readonly [ServiceId, Tally])[],
): Readonly<Record<ServiceId, Tally>> {
  const both = new Map([...Object.entries(known), ...fresh]);
  return Object.fromEntries([...both].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function overtaken(environment: string): Diagnostic {
  return {
    code: "health-not-stored",
    severity: "warning",
    summary: `health history: the imported days could not be stored yet: ${ATTEMPTS_MAX} attempts were overtaken by collectors`,
    detail: "Services and incidents are written all the same.",
    hint: "run the same import again with --history --force",
    environment,
  };
}
