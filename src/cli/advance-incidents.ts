import { readFrontMatter } from "../catalog/read-front-matter.ts";
import type { GitHubClient } from "../github/client.ts";
import { GitHubError } from "../github/github-error.ts";
import { keepIncidentIssue } from "../github/incident-issue.ts";
import { silenceOf } from "../health/silence.ts";
import { timelineOf } from "../health/timeline.ts";
import { tracksOf } from "../health/tracks.ts";
import { advanceIncidents as advance } from "../incidents/automatic-incidents.ts";
import { holderOf } from "../incidents/held-alerts.ts";
import { incidentStore } from "../incidents/incident-store.ts";
import { windowsBetween } from "../incidents/maintenance.ts";
import { readWrittenIncidents } from "../incidents/written-incidents.ts";
import type { Ms, ServiceId } from "../model/basics.ts";
import type { Catalog } from "../model/catalog.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { History, Sample, Span } from "../model/health.ts";
import type { Incident, IncidentRecord, MaintenanceWindow } from "../model/incident.ts";
import type { Message } from "../notify/messages.ts";
import type { NoticeOf } from "../notify/notice.ts";
import { send } from "../notify/send.ts";
import { type Due, dueMessages } from "./due-messages.ts";
import type { Face } from "./face.ts";
import { githubHere } from "./github-here.ts";
import { version } from "./version.ts";
import type { Look, Workspace } from "./workspace.ts";

/** How far back what held is worked out anew: results that come later than this change no incident. */
const LOOK_BACK_MS = 24 * 3_600_000;
const MARGIN_MS = 3_600_000;
const FLAPPING_MS = 15 * 60_000;
/** What one run sends and tells GitHub at most; the rest is due to the next one. */
const MESSAGES_MAX = 200;
const ISSUES_MAX = 20;

export interface AdvanceIncidents {
  readonly face: Face;
  readonly workspace: Workspace;
  /** Of the environment; every service in it is looked at, whichever was asked. */
  readonly catalog: Catalog;
  /** Where `incidents/*.md` is read: the working folder, unless what counts is a branch. */
  readonly look?: () => Promise<Pick<Look, "tree">>;
  /** With what was just seen. */
  readonly history: History;
  /** Named where a test wants to know what happens between sending and writing down. */
  readonly onCrashPoint?: (at: "sent") => void;
}

/**
 * Opens, changes and resolves the incidents of an environment by its history, tells whom it concerns, keeps their GitHub issues
 * where a token and a repository are at hand, and writes it all down in one swap. Messages leave before anything is pushed and are
 * marked afterwards: a crash in between sends them again, with the same key.
 */
export async function advanceIncidents(input: AdvanceIncidents): Promise<readonly Diagnostic[]> {
  const { face, workspace, catalog, history } = input;
  const { clock, nonce: random } = face;
  const { environment, project } = catalog;
  const { refs } = await workspace.refsOf(environment);
  const store = incidentStore({ refs, environment, random, clock });
  // What was asked within this second counts; spans end at whole seconds.
  const now = Math.ceil((clock.now() + 1) / 1_000) * 1_000;
  const from = lookBack(history, now);
  const seen = new Map([...silences(catalog, history, now), ...spansOf(catalog, history, { from, to: now })]);
  const windows = await maintenanceWindows(input.look ?? workspace.look, { from, to: now });
  const dependencies = new Map([...catalog.services].map(([id, entry]) => [id, entry.dependencies]));
  const names = new Map([
    ...project.health.watchers.map((watcher) => [watcherId(watcher), `Watcher ${watcher}`] as const),
    ...[...catalog.services].map(([id, { spec }]) => [id, spec.name] as const),
  ]);
  const heldBy = holderOf({ spans: seen, dependencies });
  // Development is one's own: nobody else is told of what somebody tries out.
  const isShared = environment !== "development";
  const client = isShared ? githubHere(face) : null;
  const sentHere = new Map<string, Ms>();
  const problems = new Map<string, Diagnostic>();

  const { diagnostics } = await store.change(async (records) => {
    const known = records.filter((record) => isWorkedOut(record.incident, catalog, from));
    const { incidents, events } = advance({
      known: known.map(({ incident }) => incident),
      spans: seen,
      windows,
      dependencies,
      names,
      reasonAt: (service, at) => reasonIn(history, service, at),
      rules: { flappingMs: FLAPPING_MS },
      now,
    });
    const about = (incident: Incident): NoticeOf => aboutOf(incident, catalog);
    const due = new Map<string, Due>();
    for (const incident of incidents) {
      const record = known.find((one) => one.incident.id === incident.id);
      const own = events.filter((event) => event.incident === incident.id);
      const held = heldBy(incident.affected[0] ?? "");
      const notifications = isShared ? project.notifications : [];
      due.set(
        incident.id,
        dueMessages({ incident, record, events: own, notifications, about: about(incident), heldBy: held, now }),
      );
    }
    await sendDue([...due.values()].flatMap(({ messages }) => messages));
    input.onCrashPoint?.("sent");
    const advanced: IncidentRecord[] = [];
    const urgent = incidents.toSorted((a, b) => waitsForIssue(b, known) - waitsForIssue(a, known));
    for (const incident of urgent) {
      const { told = {} } = due.get(incident.id) ?? {};
      const before = known.find((one) => one.incident.id === incident.id)?.issue;
      const issue =
        client === null ? before : await issueOf(client, incident, { number: before, order: advanced.length });
      const marked = Object.entries(told).map(([key, at]) => [key, at ?? sentHere.get(key) ?? null] as const);
      advanced.push({ incident, ...(issue === undefined ? {} : { issue }), told: Object.fromEntries(marked) });
    }
    return [...records.filter((record) => !known.includes(record)), ...advanced];
  });
  return [...problems.values(), ...diagnostics];

  async function sendDue(messages: readonly Message[]): Promise<void> {
    const waiting = messages.filter(({ key }) => !sentHere.has(key)).slice(0, MESSAGES_MAX);
    if (waiting.length === 0) return;
    const { sent, diagnostics: refused } = await send(
      waiting.toSorted((a, b) => a.notice.at - b.notice.at),
      { secretOf: (name) => face.env[name], clock, signal: face.signal, userAgent: `fairlead/${version()}` },
    );
    for (const [key, at] of sent) sentHere.set(key, at);
    for (const problem of refused) problems.set(problem.summary, problem);
  }

  async function issueOf(
    github: GitHubClient,
    incident: Incident,
    { number, order }: { readonly number: number | undefined; readonly order: number },
  ): Promise<number | undefined> {
    if (order >= ISSUES_MAX) return number;
    const { url } = aboutOf(incident, catalog);
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

/** What the first sample that was not well met, from the moment on. */
function reasonIn({ segments }: History, service: ServiceId, at: Ms): string | null {
  let first: Sample | undefined;
  for (const { samples } of segments)
    for (const sample of samples) {
      const isBad = sample.outcome === "fail" || sample.outcome === "warn";
      if (
        sample.service !== service ||
        !isBad ||
        sample.at < at ||
        sample.at >= (first?.at ?? Number.POSITIVE_INFINITY)
      )
        continue;
      first = sample;
    }
  return first?.error ?? first?.conditions?.find(({ held }) => !held)?.condition ?? null;
}

/** Collectors that should never fall silent, as if they were services: their silence opens an incident, and wakes people. */
function silences({ project }: Catalog, history: History, now: Ms): ReadonlyMap<ServiceId, readonly Span[]> {
  return new Map(project.health.watchers.map((name) => [watcherId(name), silenceOf(history, name, now)]));
}

/** An id that incidents can bear; no service begins like this unless somebody means it. */
function watcherId(name: string): ServiceId {
  return `fairlead-watcher-${name.toLowerCase().replace(/[^a-z0-9]+/g, "-")}`.slice(0, 63).replace(/-+$/, "");
}

/** What held of each service that is meant to run, from its samples; sorted, gapless. */
function spansOf(
  { services }: Catalog,
  history: History,
  { from, to }: { readonly from: Ms; readonly to: Ms },
): ReadonlyMap<ServiceId, readonly Span[]> {
  const tracks = tracksOf(history);
  return new Map(
    [...services]
      .filter(([, { spec }]) => spec.status === "active")
      .map(([id]) => [id, timelineOf(tracks.get(id), { from, to, now: to })]),
  );
}

/**
 * A day; further where nobody watched for longer, so that time of which nobody knows is not counted as down. Never further than
 * samples reach: of what lies before, only what is recorded says anything.
 */
function lookBack({ segments, before }: History, now: Ms): Ms {
  const known = [...segments.map(({ from }) => from), ...before.map(({ at }) => at)];
  const ends = [...segments.map(({ to }) => to), ...before.map(({ at }) => at)].sort((a, b) => b - a);
  const oldest = known.reduce((first, at) => Math.min(first, at), now - LOOK_BACK_MS);
  const wanted = Math.min(now - LOOK_BACK_MS, (ends[1] ?? now) - MARGIN_MS);
  return Math.floor(Math.max(oldest, wanted) / 1_000) * 1_000;
}

/** Maintenance that people wrote. Its problems are `fairlead validate`'s to tell. */
async function maintenanceWindows(
  look: NonNullable<AdvanceIncidents["look"]>,
  stretch: { readonly from: Ms; readonly to: Ms },
): Promise<readonly MaintenanceWindow[]> {
  const { tree } = await look();
  const written = await readWrittenIncidents({ tree, services: null, readFrontMatter, now: stretch.to });
  return windowsBetween(written.value.maintenance, stretch);
}

/** One that may still change: it is open, or its end lies in what is looked at. Services in maintenance or unreadable are left alone. */
function isWorkedOut({ affected: [service = ""], stretches, updates }: Incident, catalog: Catalog, from: Ms): boolean {
  if (catalog.broken.has(service) || catalog.services.get(service)?.spec.status === "maintenance") return false;
  const last = stretches.at(-1)?.to;
  if (last === null || last === undefined) return true;
  return Math.max(last, updates.at(-1)?.at ?? 0) >= from - FLAPPING_MS;
}

/** 1 where GitHub has not heard the newest of it: those come first, so that however many there are, each has its turn. */
function waitsForIssue({ id, updates, stretches }: Incident, known: readonly IncidentRecord[]): 0 | 1 {
  const record = known.find(({ incident }) => incident.id === id);
  const isNews = record?.incident.updates.length !== updates.length;
  return isNews || (record.issue === undefined && stretches.at(-1)?.to === null) ? 1 : 0;
}

function aboutOf({ affected: [service = ""] }: Incident, { environment, services, project }: Catalog): NoticeOf {
  const watcher = project.health.watchers.find((name) => watcherId(name) === service);
  const spec = services.get(service)?.spec;
  const { url, base } = project.site;
  return {
    environment,
    name: spec?.name ?? (watcher === undefined ? service : `Watcher ${watcher}`),
    ...(spec?.owner === undefined ? {} : { owner: spec.owner }),
    // The service's page is there before the incident's is drawn.
    ...(url === undefined
      ? {}
      : { url: `${url.replace(/\/$/, "")}${base}${spec === undefined ? "" : `services/${service}/`}` }),
  };
}
