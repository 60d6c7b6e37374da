import type { GitHubClient, GitHubReader } from "./client.ts";
import { everyItem } from "./every-item.ts";
import { createOnce } from "./once.ts";
import { markerLine } from "./sticky-comment.ts";

/** One issue about one thing. It is known by all three: a label alone anybody may set, a marker anybody may write. */
export interface IssuePlace {
  /** A word: `drift-production`. Lower-case letters, digits and `-`. */
  readonly marker: string;
  readonly label: string;
  /** The login that opens it: `github-actions[bot]` under GITHUB_TOKEN. */
  readonly author: string;
}

export interface OpenIssue {
  readonly number: number;
  readonly url: string;
  readonly title: string;
  /** Without the line that marks it. */
  readonly body: string;
}

const MARK = "open";

/** The one that is open, the oldest of several; null where there is none. */
export async function openIssue(
  client: GitHubReader,
  { marker, label, author }: IssuePlace,
): Promise<OpenIssue | null> {
  const asked = {
    ...client.here,
    state: "open",
    labels: label,
    direction: "asc",
    per_page: 100,
  } as const;
  const first = `${markerLine(marker, MARK)}\n\n`;
  let found: OpenIssue | null = null;
  for await (const issue of everyItem(client.paginate.iterator(client.rest.issues.listForRepo, asked))) {
    const body = (issue.body ?? "").replaceAll("\r\n", "\n");
    if (issue.pull_request !== undefined || issue.user?.login !== author || !body.startsWith(first)) continue;
    if (found === null || issue.number < found.number) {
      found = { number: issue.number, url: issue.html_url, title: issue.title, body: body.slice(first.length) };
    }
  }
  return found;
}

/** Sees to it that one issue is open and says this. A closed one is never opened again: that story is over, this is another. */
export async function keepIssue(
  client: GitHubClient,
  { title, body, ...place }: IssuePlace & { readonly title: string; readonly body: string },
): Promise<{ readonly number: number; readonly url: string; readonly isNew: boolean }> {
  const text = `${markerLine(place.marker, MARK)}\n\n${body}`;
  const find = () => openIssue(client, place);
  const present = await find();
  if (present !== null) {
    const { number, url } = present;
    if (present.title !== title || present.body !== body) {
      await client.rest.issues.update({ ...client.here, issue_number: number, title, body: text });
    }
    return { number, url, isNew: false };
  }
  const create = async (): Promise<{ readonly number: number; readonly url: string }> => {
    const { data } = await client.rest.issues.create({ ...client.here, title, body: text, labels: [place.label] });
    return { number: data.number, url: data.html_url };
  };
  const { number, url } = await createOnce(client, { what: "the issue", create, find });
  return { number, url, isNew: true };
}

/** Closes it with a last comment; null where none is open. A repetition does not comment twice. */
export async function closeIssue(
  client: GitHubClient,
  { comment, ...place }: IssuePlace & { readonly comment: string },
): Promise<number | null> {
  const issue = await openIssue(client, place);
  if (issue === null) return null;
  const asked = { ...client.here, issue_number: issue.number };
  const text = `${markerLine(place.marker, "closed")}\n\n${comment}`;
  const find = async (): Promise<true | null> => {
    const pages = client.paginate.iterator(client.rest.issues.listComments, { ...asked, per_page: 100 });
    for await (const one of everyItem(pages)) {
      if (one.user?.login === place.author && one.body?.startsWith(markerLine(place.marker, "closed"))) return true;
    }
    return null;
  };
  const create = async (): Promise<true> => {
    await client.rest.issues.createComment({ ...asked, body: text });
    return true;
  };
  if ((await find()) === null) await createOnce(client, { what: "the last comment", create, find });
  await client.rest.issues.update({ ...asked, state: "closed", state_reason: "completed" });
  return issue.number;
}
