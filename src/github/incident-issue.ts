import { codeSpan, markdownText } from "../diagnostics/escape-markdown.ts";
import type { Ms } from "../model/basics.ts";
import type { Incident, IncidentUpdate } from "../model/incident.ts";
import type { GitHubClient, GitHubReader } from "./client.ts";
import { everyItem } from "./every-item.ts";
import { GitHubError } from "./github-error.ts";
import { createOnce } from "./once.ts";
import { markerLine } from "./sticky-comment.ts";

export const INCIDENT_LABEL = "fairlead: incident";
/** GitHub's own limit. */
const LABEL_MAX = 50;
const TITLE_MAX = 250;
/** Changes that one run tells of; an incident that flaps all day fills no page. */
const COMMENTS_MAX = 20;

export interface IncidentIssue {
  readonly incident: Incident;
  readonly environment: string;
  /** The login that writes: `github-actions[bot]` under GITHUB_TOKEN. */
  readonly author: string;
  /** The issue, where one is known. */
  readonly number?: number;
  /** Where more is to be read. */
  readonly url?: string;
}

/**
 * Sees to it that an incident has an issue, that the issue says each update once, and that it is open as long as the incident is:
 * opened, commented on, closed on recovery, opened again where it comes back. Repeating it writes nothing. An incident that is over
 * before an issue was opened gets none: null.
 */
export async function keepIncidentIssue(client: GitHubClient, about: IncidentIssue): Promise<number | null> {
  const { incident } = about;
  const isOpen = incident.stretches.at(-1)?.to === null;
  const present = await issueOf(client, about);
  if (present === null && !isOpen) return null;
  const { number, state, title } = present ?? (await openNew(client, about));
  // The first update is the issue's own text.
  const told = await updatesTold(client, number, about);
  const untold = incident.updates.slice(1).filter(({ at }) => !told.has(at));
  for (const update of untold.slice(-COMMENTS_MAX)) await comment(client, number, { about, update });
  const wanted = { state: isOpen ? "open" : "closed", title: titleOf(about) } as const;
  if (state !== wanted.state || title !== wanted.title)
    await client.rest.issues.update({
      ...client.here,
      issue_number: number,
      ...wanted,
      ...(isOpen ? {} : { state_reason: "completed" as const }),
    });
  return number;
}

interface Issue {
  readonly number: number;
  readonly state: string;
  readonly title: string;
}

function markOf({ incident, environment }: IncidentIssue): string {
  return markerLine(`incident-${environment}`, incident.id);
}

/** By its number, and where that is not known by its mark, label and author; the oldest of several. */
async function issueOf(client: GitHubReader, about: IncidentIssue): Promise<Issue | null> {
  if (about.number !== undefined) {
    try {
      const { data } = await client.rest.issues.get({ ...client.here, issue_number: about.number });
      // A number that somebody else wrote into the history must not let us close any issue that they like.
      if (isOurs(data, about)) return { number: data.number, state: data.state, title: data.title };
    } catch (error) {
      if (!(error instanceof GitHubError) || error.kind !== "not-found") throw error;
    }
  }
  const asked = { ...client.here, state: "all", labels: INCIDENT_LABEL, direction: "asc", per_page: 100 } as const;
  const since = new Date((about.incident.stretches[0]?.from ?? 0) - CLOCKS_DIFFER_MS).toISOString();
  let found: Issue | null = null;
  const pages = client.paginate.iterator(client.rest.issues.listForRepo, { ...asked, since });
  for await (const issue of everyItem(pages)) {
    if (!isOurs(issue, about) || (found !== null && found.number < issue.number)) continue;
    found = { number: issue.number, state: issue.state, title: issue.title };
  }
  return found;
}

const CLOCKS_DIFFER_MS = 3_600_000;

function isOurs(
  issue: {
    readonly body?: string | null;
    readonly user: { readonly login: string } | null;
    readonly pull_request?: unknown;
  },
  about: IncidentIssue,
): boolean {
  const body = (issue.body ?? "").replaceAll("\r\n", "\n");
  return (
    issue.pull_request === undefined &&
    issue.user?.login.toLowerCase() === about.author.toLowerCase() &&
    body.startsWith(`${markOf(about)}\n`)
  );
}

async function openNew(client: GitHubClient, about: IncidentIssue): Promise<Issue> {
  const { number: _, ...unknown } = about;
  const create = async (): Promise<Issue> => {
    const labels = [INCIDENT_LABEL, ...about.incident.affected.map((id) => `fairlead: ${id}`)].filter(
      (label) => label.length <= LABEL_MAX,
    );
    const { data } = await client.rest.issues.create({
      ...client.here,
      title: titleOf(about),
      body: bodyOf(about),
      labels,
    });
    return { number: data.number, state: data.state, title: data.title };
  };
  const own = await createOnce(client, { what: "the issue", create, find: () => issueOf(client, unknown) });
  // Another collector may have opened one at the same moment: the older one stays, whoever opened the other closes it.
  const first = (await issueOf(client, unknown)) ?? own;
  if (first.number < own.number)
    await client.rest.issues.update({
      ...client.here,
      issue_number: own.number,
      state: "closed",
      state_reason: "not_planned",
    });
  return first.number < own.number ? first : own;
}

function titleOf({ incident, environment }: IncidentIssue): string {
  return `${environment}: ${incident.title}`.replace(/\s+/g, " ").slice(0, TITLE_MAX);
}

function bodyOf(about: IncidentIssue): string {
  const { incident, environment, url } = about;
  const [first] = incident.updates;
  return [
    markOf(about),
    `${markdownText(incident.title)} in ${codeSpan(environment)} since ${clockOf(first?.at ?? 0)}.`,
    markdownText(first?.says ?? ""),
    `Affected: ${incident.affected.map((id) => codeSpan(id)).join(", ")}. This issue is closed as soon as it works again, and opened again should it come back soon.`,
    `<sub>Incident ${codeSpan(incident.id)}${url === undefined ? "" : ` · [status page](${encodeURI(url).replace(/[()]/g, encodeURIComponent)})`}</sub>`,
  ].join("\n\n");
}

function updateMark({ incident }: IncidentIssue, at: Ms): string {
  return markerLine(`update-${incident.id}`, String(Math.floor(at / 1_000)));
}

async function updatesTold(client: GitHubReader, number: number, about: IncidentIssue): Promise<ReadonlySet<Ms>> {
  const told = new Set<Ms>();
  const asked = { ...client.here, issue_number: number, per_page: 100 };
  for await (const one of everyItem(client.paginate.iterator(client.rest.issues.listComments, asked))) {
    if (one.user?.login.toLowerCase() !== about.author.toLowerCase()) continue;
    const said = about.incident.updates.find(({ at }) => one.body?.startsWith(updateMark(about, at)));
    if (said !== undefined) told.add(said.at);
  }
  return told;
}

async function comment(
  client: GitHubClient,
  number: number,
  { about, update }: { readonly about: IncidentIssue; readonly update: IncidentUpdate },
): Promise<void> {
  const body = `${updateMark(about, update.at)}\n\n**${clockOf(update.at)}** — ${markdownText(update.says)}`;
  await createOnce(client, {
    what: "the comment",
    create: async () => {
      await client.rest.issues.createComment({ ...client.here, issue_number: number, body });
      return true;
    },
    find: async () => (await updatesTold(client, number, about)).has(update.at) || null,
  });
}

function clockOf(at: Ms): string {
  return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
