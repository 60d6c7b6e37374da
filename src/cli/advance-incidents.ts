import type { GitHubClient } from "../github/client.ts";
import { GitHubError } from "../github/github-error.ts";
import { keepIncidentIssue } from "../github/incident-issue.ts";
import { whatHeld } from "../health/what-held.ts";
import { advanceIncidents as advance } from "../incidents/automatic-incidents.ts";
import { holderOf } from "../incidents/held-alerts.ts";
import type { IncidentStore } from "../incidents/incident-store.ts";
import { windowsBetween } from "../incidents/maintenance.ts";
import type { ServiceId } from "../model/basics.ts";
import type { Catalog } from "../model/catalog.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { History, Span } from "../model/health.ts";
import type { Incident, IncidentRecord, MaintenanceSeries } from "../model/incident.ts";
import { beganAt, isOpen } from "../model/incident-times.ts";
import { type Due, dueMessages } from "../notify/due-messages.ts";
import type { NoticeOf } from "../notify/notice.ts";
import { outbox } from "../notify/outbox.ts";
import { aboutService } from "./about-service.ts";
import type { Face } from "./face.ts";
import { githubHere } from "./github-here.ts";
import { version } from "./version.ts";

const FLAPPING_MS = 15 * 60_000;
/** What one run tells GitHub at most; the rest is due to the next one. */
const ISSUES_MAX = 20;

export interface AdvanceIncidents {
  readonly face: Face;
  /** Those that are kept of the environment. */
  readonly incidents: IncidentStore;
  /** Of the environment; every service in it is looked at, whichever was asked. */
  readonly catalog: Catalog;
  /** What people announced: it opens nothing. */
  readonly maintenance: readonly MaintenanceSeries[];
  /** With what was just seen. */
  readonly history: History;
  /** Called once what is to be told has left: what was seen may be pushed. */
  readonly onTold?: () => Promise<void>;
  /** Named where a test wants to know what happens between sending and writing down. */
  readonly onCrashPoint?: (at: "sent") => void;
}

/**
 * Opens, changes and resolves the incidents of an environment by its history, tells whom it concerns, keeps their GitHub issues
 * where a token and a repository are at hand, and writes it all down in one swap. Messages leave before anything is pushed and are
 * marked afterwards: a crash in between sends them again, with the same key. GitHub, which may let one wait for long, comes last.
 */
export async function advanceIncidents(input: AdvanceIncidents): Promise<readonly Diagnostic[]> {
  const { face, catalog, history } = input;
  const { clock } = face;
  const { environment, project } = catalog;
  // What was asked within this second counts; spans end at whole seconds.
  const now = Math.ceil((clock.now() + 1) / 1_000) * 1_000;
  const { from, spans, names, burning, reasonAt } = whatHeld(catalog, history, now);
  const windows = await windowsBetween(input.maintenance, { from, to: now });
  const dependencies = new Map([...catalog.services].map(([id, entry]) => [id, entry.dependencies]));
  const heldBy = holderOf({ spans, dependencies });
  // Development is one's own: nobody else is told of what somebody tries out.
  const isShared = environment !== "development";
  const client = isShared ? githubHere(face) : null;
  const { signal, env } = face;
  const sending = { secretOf: (name: string) => env[name], clock, signal, userAgent: `fairlead/${version()}` };
  const out = outbox(sending);
  const problems = new Map<string, Diagnostic>();

  const workOut = (records: readonly IncidentRecord[]) => {
    const known = records.filter((record) => isWorkedOut(record.incident, catalog, spans));
    const { incidents, events } = advance({
      known: known.map(({ incident }) => incident),
      spans,
      windows,
      dependencies,
      names,
      reasonAt,
      rules: { flappingMs: FLAPPING_MS },
      now,
    });
    const due = new Map<string, Due>();
    for (const incident of incidents) {
      const record = known.find((one) => one.incident.id === incident.id);
      const [service = ""] = incident.affected;
      const others = incidents.filter(({ id, affected }) => id !== incident.id && affected[0] === service);
      const burn = others.every((one) => beganAt(one) <= beganAt(incident)) ? burning.get(service) : undefined;
      due.set(
        incident.id,
        dueMessages({
          incident,
          record,
          events: events.filter((event) => event.incident === incident.id),
          notifications: isShared ? project.notifications : [],
          about: aboutOf(incident),
          heldBy: heldBy(service),
          ...(burn === undefined ? {} : { burn }),
          elsewhere: known.filter((one) => others.some(({ id }) => id === one.incident.id)).map(({ told }) => told),
          now,
        }),
      );
    }
    return { known, incidents, due };
  };
  const tell = async (due: ReadonlyMap<string, Due>): Promise<void> => {
    const refused = await out.send([...due.values()].flatMap(({ messages }) => messages));
    for (const problem of refused) problems.set(problem.summary, problem);
  };

  await tell(workOut((await input.incidents.read()).value).due);
  input.onCrashPoint?.("sent");
  await input.onTold?.();
  const { diagnostics } = await input.incidents.change(async (records) => {
    const { known, incidents, due } = workOut(records);
    // What another collector has written since may be news.
    await tell(due);
    input.onCrashPoint?.("sent");
    const advanced: IncidentRecord[] = [];
    const urgent = incidents.toSorted((a, b) => waitsForIssue(b, known) - waitsForIssue(a, known));
    for (const incident of urgent) {
      const { told = {} } = due.get(incident.id) ?? {};
      const before = known.find((one) => one.incident.id === incident.id)?.issue;
      const issue =
        client === null ? before : await issueOf(client, incident, { number: before, order: advanced.length });
      const marked = Object.entries(told).map(([key, at]) => [key, at ?? out.left.get(key) ?? null] as const);
      advanced.push({ incident, ...(issue === undefined ? {} : { issue }), told: Object.fromEntries(marked) });
    }
    return [...records.filter((record) => !known.includes(record)), ...advanced];
  });
  return [...problems.values(), ...diagnostics];

  // The service's page is there before the incident's is drawn.
  function aboutOf({ affected: [service = ""] }: Incident): NoticeOf {
    const about = aboutService(catalog, service);
    return { ...about, name: names.get(service) ?? about.name };
  }

  async function issueOf(
    github: GitHubClient,
    incident: Incident,
    { number, order }: { readonly number: number | undefined; readonly order: number },
  ): Promise<number | undefined> {
    if (order >= ISSUES_MAX) return number;
    const { url } = aboutOf(incident);
    try {
      const kept = await keepIncidentIssue(github, {
        incident,
        environment,
        author: face.env["FAIRLEAD_GITHUB_LOGIN"] ?? "github-actions[bot]",
        ...(number === undefined ? {} : { number }),
        ...(url === undefined ? {} : { url }),
      });
      return kept ?? number;
    } catch (error) {
      // GitHub out of reach, or a token that may not: the incident is kept all the same, and the next run tries again.
      if (!(error instanceof GitHubError)) throw error;
      problems.set(error.diagnostic.summary, { ...error.diagnostic, severity: "warning" });
      return number;
    }
  }
}

/** One that may still change: it is open, or its end lies in what is looked at. Services in maintenance or unreadable are left alone. */
function isWorkedOut(
  { affected: [service = ""], stretches, updates }: Incident,
  catalog: Catalog,
  spans: ReadonlyMap<ServiceId, readonly Span[]>,
): boolean {
  if (catalog.broken.has(service) || catalog.services.get(service)?.spec.status === "maintenance") return false;
  const last = stretches.at(-1)?.to;
  if (last === null || last === undefined) return true;
  const begin = spans.get(service)?.[0]?.from;
  return begin !== undefined && Math.max(last, updates.at(-1)?.at ?? 0) >= begin - FLAPPING_MS;
}

/** 1 where GitHub has not heard the newest of it: those come first, so that however many there are, each has its turn. */
function waitsForIssue(incident: Incident, known: readonly IncidentRecord[]): 0 | 1 {
  const record = known.find((one) => one.incident.id === incident.id);
  const isNews = record?.incident.updates.length !== incident.updates.length;
  return isNews || (record.issue === undefined && isOpen(incident)) ? 1 : 0;
}
