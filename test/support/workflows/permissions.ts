import type { Job, Permissions, Workflow } from "./workflow.ts";

/** Every scope of a workflow's token. Source: `permissions` in GitHub's workflow syntax. */
const SCOPES = [
  "actions",
  "attestations",
  "checks",
  "contents",
  "deployments",
  "discussions",
  "id-token",
  "issues",
  "models",
  "packages",
  "pages",
  "pull-requests",
  "security-events",
  "statuses",
] as const;

/** What a token may do: scopes that are not named may nothing. */
export type Granted = Readonly<Record<string, "read" | "write">>;

/**
 * The job's permissions, else the workflow's, else those of a repository with the restricted default. The token of a pull
 * request from a fork reads at most, whatever is written.
 */
export function grantedTo(job: Job, workflow: Workflow, fromFork: boolean): Granted {
  const asked = job.permissions ?? workflow.permissions ?? { contents: "read", packages: "read" };
  const granted = Object.entries(spelledOut(asked)).filter(([scope, level]) => {
    if (level === "none") return false;
    return !(fromFork && scope === "id-token");
  });
  return Object.fromEntries(
    granted.map(([scope, level]) => [scope, fromFork ? "read" : (level as "read" | "write")] as const).sort(),
  );
}

function spelledOut(permissions: Permissions): Readonly<Record<string, string>> {
  if (typeof permissions !== "string") return permissions ?? {};
  const level = permissions === "write-all" ? "write" : "read";
  return Object.fromEntries(
    SCOPES.filter((scope) => level === "write" || scope !== "id-token").map((scope) => [scope, level]),
  );
}
