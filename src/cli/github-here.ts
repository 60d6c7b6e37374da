import {
  type GitHubClient,
  type GitHubOptions,
  type GitHubReader,
  githubClient,
  githubReader,
} from "../github/client.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Face } from "./face.ts";
import { version } from "./version.ts";

/** A client for the repository and with the token that the environment names; null where it names none of the two. */
export function githubHere(face: Face): GitHubClient | null {
  const options = optionsHere(face, face.env["GITHUB_TOKEN"]);
  return options && githubClient(options);
}

/**
 * For questions of membership alone, which GITHUB_TOKEN may not ask: with the token of a GitHub App that may. Null where the
 * environment names none.
 */
export function membersHere(face: Face): GitHubReader | null {
  const options = optionsHere(face, face.env["FAIRLEAD_MEMBERS_TOKEN"]);
  return options && githubReader(options);
}

function optionsHere({ env, terminal }: Face, token: string | undefined): GitHubOptions | null {
  const repository = env["GITHUB_REPOSITORY"];
  if (!repository || !token) return null;
  const { GITHUB_API_URL: apiUrl, GITHUB_SERVER_URL: serverUrl, GITHUB_WORKFLOW_REF: workflow } = env;
  return {
    repository,
    token,
    userAgent: `fairlead/${version()}`,
    ...(apiUrl ? { apiUrl } : {}),
    ...(serverUrl ? { serverUrl } : {}),
    ...(workflow ? { workflow: workflowPath(workflow) } : {}),
    onWait: ({ why, seconds, what }) =>
      terminal.complain(`GitHub asks to wait (${why}): ${what} again in ${seconds} s`),
  };
}

/** `owner/name/.github/workflows/x.yml@refs/heads/main` → `.github/workflows/x.yml`. */
function workflowPath(ref: string): string {
  return ref.split("@")[0]?.split("/").slice(2).join("/") ?? "";
}

/** Said by what cannot go on without one. */
export function tokenMissing(): Diagnostic {
  return {
    code: "github-not-here",
    severity: "error",
    summary: "there is no token to talk to GitHub with",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how a workflow writes it
    hint: "give the step `env: {GITHUB_TOKEN: ${{ github.token }}}`",
  };
}
