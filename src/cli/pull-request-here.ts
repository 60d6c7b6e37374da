import { remoteUrl } from "../git/remote-url.ts";
import { closeReplaced, openPullRequest } from "../github/pull-requests.ts";
import type { Face } from "./face.ts";
import { githubHere } from "./github-here.ts";
import type { Workspace } from "./workspace.ts";

/** What became of a proposal that was pushed: a pull request, or the address where a person can open it. */
export interface Proposed {
  /** Null where nobody knows the address. */
  readonly url: string | null;
  readonly says: string;
}

/**
 * Opens a pull request for a branch of the remote, or finds the open one, with the token of the environment (`GITHUB_TOKEN`,
 * `GITHUB_REPOSITORY`). Without one it says where a person can. Throws GitHubErrors.
 */
export async function proposeHere(
  face: Face,
  workspace: Workspace,
  wanted: {
    readonly remote: string;
    readonly branch: string;
    /** A full ref. */
    readonly base: string;
    readonly title: string;
    readonly body: string;
    /** Older proposals from such branches are closed: this one says the same anew. */
    readonly replaces?: (branch: string) => boolean;
  },
): Promise<Proposed> {
  const base = wanted.base.replace(/^refs\/heads\//, "");
  const { branch, title, body } = wanted;
  const client = githubHere(face);
  if (client !== null) {
    const { pull, isNew } = await openPullRequest(client, { branch, base, title, body });
    const { replaces: isReplaced } = wanted;
    const closed = isReplaced === undefined ? [] : await closeReplaced(client, { by: pull, isReplaced });
    const instead = closed.length === 0 ? "" : ` in place of ${closed.map((number) => `#${number}`).join(", ")}`;
    return { url: pull.url, says: `Pull request #${pull.number} ${isNew ? "is open" : "was open already"}${instead}` };
  }
  const home = await homeOf(face, workspace, wanted.remote);
  if (home === null) return { url: null, says: `The branch ${branch} is pushed: open a pull request from it` };
  const encoded = [base, branch].map((name) => name.split("/").map(encodeURIComponent).join("/"));
  return { url: `${home}/compare/${encoded.join("...")}?expand=1`, says: "Open the pull request" };
}

/** The repository's page: as the workflow says, or as the remote's address does where it is one of GitHub's. */
async function homeOf({ env }: Face, { repository }: Workspace, remote: string): Promise<string | null> {
  const server = (env["GITHUB_SERVER_URL"] || "https://github.com").replace(/\/+$/, "");
  if (env["GITHUB_REPOSITORY"]) return `${server}/${env["GITHUB_REPOSITORY"]}`;
  const address = await remoteUrl(repository, remote);
  const match =
    /^(?:https?|ssh|git):\/\/(?:[^/@]*@)?([^/:]+)(?::\d+)?\/([^/]+\/[^/]+?)(?:\.git)?\/?$/.exec(address) ??
    /^(?:[^/@]+@)?([^/:]+):([^/]+\/[^/]+?)(?:\.git)?\/?$/.exec(address);
  const [, host = "", path = ""] = match ?? [];
  return host !== "" && host === new URL(server).host ? `${server}/${path}` : null;
}
