import { hostname, userInfo } from "node:os";
import type { Face } from "./face.ts";

/** Who applies, for State and its log: a run of GitHub Actions with its address, or a person at a machine. */
export function runIdentity(face: Face): { readonly run: string; readonly url?: string } {
  const {
    GITHUB_RUN_ID: id,
    GITHUB_RUN_ATTEMPT: attempt,
    GITHUB_SERVER_URL: server,
    GITHUB_REPOSITORY: name,
  } = face.env;
  if (id !== undefined && server !== undefined && name !== undefined)
    return { run: `github-${id}-${attempt ?? "1"}`, url: `${server}/${name}/actions/runs/${id}` };
  return { run: `${userName()}@${hostname()}-${face.nonce().slice(0, 8)}` };
}

/** Some containers run as a number that no user has. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return "someone";
  }
}
