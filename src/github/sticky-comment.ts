import type { GitHubClient, GitHubReader } from "./client.ts";
import { everyItem } from "./every-item.ts";
import { GitHubError } from "./github-error.ts";
import { createOnce } from "./once.ts";

/** GitHub takes this many characters (code points) in a comment; `publishComment` adds its first line to the body. */
export const COMMENT_MAX = 65_536;

export interface StickyPlace {
  /** Of the pull request or issue. */
  readonly number: number;
  /** A word that tells our comments apart: `plan`, `apply`. Lower-case letters, digits and `-`. */
  readonly marker: string;
  /**
   * The login that writes: `github-actions[bot]` under GITHUB_TOKEN, `APP[bot]` under an app's. Without it GitHub is asked
   * who the token is, which only people's tokens may. A marker by anybody else is not ours, whatever it says.
   */
  readonly author?: string;
}

export interface StickyComment {
  readonly id: number;
  readonly nodeId: string;
  readonly url: string;
  readonly digest: string;
  /** As it was handed in, without the line that marks it. */
  readonly body: string;
}

/**
 * The first line of a comment of ours, hidden by Markdown. Only there it counts, so that a comment which quotes one is none.
 * `digest`: what the comment is about; letters and digits.
 */
export function markerLine(marker: string, digest: string): string {
  return `<!-- fairlead:${marker} ${digest} -->`;
}

/** The newest comment of ours, shown or hidden; null where there is none. Reads every page: what matters may be the last. */
export async function latestComment(client: GitHubReader, place: StickyPlace): Promise<StickyComment | null> {
  return (await ownComments(client, place)).at(-1) ?? null;
}

/**
 * Shows one comment and no other of ours. While the digest stays the same the comment is edited in place (and left alone where
 * nothing differs); another digest gets a new comment, and the older ones are hidden as outdated. Two runs at once leave one
 * visible. Returns where it is, and the body of the one before.
 *
 * Throws a GitHubError: `refused` for a body that is too long, `not-stored` where GitHub said yes to an edit and did not do it.
 */
export async function publishComment(
  client: GitHubClient,
  { digest, body, ...given }: StickyPlace & { readonly digest: string; readonly body: string },
): Promise<{ readonly url: string; readonly previousBody: string | null }> {
  if (!/^[a-z0-9-]+$/.test(given.marker) || !/^[A-Za-z0-9]+$/.test(digest))
    throw new Error("a marker that does not hold");
  const place = { ...given, author: given.author ?? (await ownLogin(client)) };
  const before = (await ownComments(client, place)).at(-1) ?? null;
  const text = `${markerLine(place.marker, digest)}\n\n${body}`;
  if (before?.digest === digest) await edit(client, before, text);
  else await post(client, place, { text, after: before?.id ?? 0 });
  // Another run may have written meanwhile: whoever looks last sees both, and hides all but the newest.
  const after = await ownComments(client, place);
  await hideOutdated(client, after.slice(0, -1));
  return { url: after.at(-1)?.url ?? before?.url ?? "", previousBody: before?.body ?? null };
}

async function ownLogin(client: GitHubReader): Promise<string> {
  return (await client.rest.users.getAuthenticated()).data.login;
}

/** Ours, oldest first. */
async function ownComments(client: GitHubReader, { number, marker, author }: StickyPlace): Promise<StickyComment[]> {
  const login = author ?? (await ownLogin(client));
  const first = new RegExp(`^<!-- fairlead:${marker} ([A-Za-z0-9]+) -->(?:\\r?\\n)*`);
  const asked = { ...client.here, issue_number: number, per_page: 100 };
  const found: StickyComment[] = [];
  for await (const comment of everyItem(client.paginate.iterator(client.rest.issues.listComments, asked))) {
    const text = comment.body ?? "";
    const match = first.exec(text);
    if (match === null || comment.user?.login.toLowerCase() !== login.toLowerCase()) continue;
    found.push({
      id: comment.id,
      nodeId: comment.node_id,
      url: comment.html_url,
      digest: match[1] ?? "",
      body: text.slice(match[0].length),
    });
  }
  return found.sort((a, b) => a.id - b.id);
}

const LOOKS_MAX = 3;

async function edit(client: GitHubClient, before: StickyComment, text: string): Promise<void> {
  const asked = { ...client.here, comment_id: before.id };
  const stored = async (): Promise<string> => (await client.rest.issues.getComment(asked)).data.body ?? "";
  if (isSame(await stored(), text)) return;
  await client.rest.issues.updateComment({ ...asked, body: text });
  for (let look = 1; look <= LOOKS_MAX; look++) {
    if (isSame(await stored(), text)) return;
    // What was just written may take a moment to be read.
    if (look < LOOKS_MAX) await client.waitBefore(look, "reading back the comment");
  }
  throw new GitHubError("not-stored", {
    summary: "GitHub said that it took the comment, and it did not",
    detail: `${before.url} still says what it said before; the new text has ${[...text].length} characters`,
    hint: "a text that GitHub finds too long is the usual cause",
  });
}

/** GitHub keeps a text as it is, but for the kind of its line breaks and the space around it. */
function isSame(stored: string, text: string): boolean {
  return stored.replaceAll("\r\n", "\n").trim() === text.replaceAll("\r\n", "\n").trim();
}

async function post(
  client: GitHubClient,
  place: StickyPlace,
  { text, after }: { readonly text: string; readonly after: number },
): Promise<void> {
  const wanted = text.split("\n", 1)[0];
  await createOnce(client, {
    what: "the comment",
    create: async () => {
      await client.rest.issues.createComment({ ...client.here, issue_number: place.number, body: text });
      return true;
    },
    find: async () => {
      const own = await ownComments(client, place);
      return own.some((one) => one.id > after && markerLine(place.marker, one.digest) === wanted) || null;
    },
  });
}

const NODES_MAX = 100;

async function hideOutdated(client: GitHubClient, comments: readonly StickyComment[]): Promise<void> {
  for (let from = 0; from < comments.length; from += NODES_MAX) {
    const ids = comments.slice(from, from + NODES_MAX).map((comment) => comment.nodeId);
    const { nodes } = await client.query<{ readonly nodes: readonly ({ readonly isMinimized?: boolean } | null)[] }>(
      "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on IssueComment { isMinimized } } }",
      { ids },
    );
    for (const [at, id] of ids.entries()) {
      if (nodes[at]?.isMinimized === false) await client.mutate(HIDE, { id });
    }
  }
}

const HIDE = `mutation ($id: ID!) {
  minimizeComment(input: { subjectId: $id, classifier: OUTDATED }) { minimizedComment { isMinimized } }
}`;
