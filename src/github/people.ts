import type { GitHubReader } from "./client.ts";
import { GitHubError } from "./github-error.ts";

/** `maintain` counts as `write`, `triage` as `read`. */
export type PermissionLevel = "admin" | "write" | "read" | "none";

/** What a person may do in the repository now. `none` for a login that there is not. */
export async function permissionOf(client: GitHubReader, login: string): Promise<PermissionLevel> {
  if (!LOGIN.test(login)) return "none";
  try {
    const { data } = await client.rest.repos.getCollaboratorPermissionLevel({ ...client.here, username: login });
    const level = data.permission;
    return level === "admin" || level === "write" || level === "read" ? level : "none";
  } catch (error) {
    if (error instanceof GitHubError && error.kind === "not-found") return "none";
    throw error;
  }
}

/** Whether a person may push to the repository now. */
export async function mayWrite(client: GitHubReader, login: string): Promise<boolean> {
  const level = await permissionOf(client, login);
  return level === "admin" || level === "write";
}

/**
 * Whether a person is in a team of the organisation that owns the repository. GITHUB_TOKEN may not ask: it takes an app's or a
 * person's with `members: read`. A team that the token cannot see has nobody in it.
 */
export async function isTeamMember(
  client: GitHubReader,
  { team, login }: { readonly team: string; readonly login: string },
): Promise<boolean> {
  if (!LOGIN.test(login) || !/^[\w-]+$/.test(team)) return false;
  const asked = { org: client.here.owner, team_slug: team, username: login };
  try {
    return (await client.rest.teams.getMembershipForUserInOrg(asked)).data.state === "active";
  } catch (error) {
    if (error instanceof GitHubError && error.kind === "not-found") return false;
    throw error;
  }
}

/** GitHub's logins, apps' included; what is anything else is not asked about. */
const LOGIN = /^[a-z\d][\w-]{0,99}(?:\[bot\])?$/i;
