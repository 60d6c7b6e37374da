import type { ServiceId } from "../model/basics.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Plan, Step } from "../model/plan.ts";
import type { GitHubReader } from "./client.ts";
import { type Pair, readCommands } from "./destroy-command.ts";
import { everyItem } from "./every-item.ts";
import { mayWrite } from "./people.ts";

/** Somebody's word, in a comment, that one step may destroy one service. It holds for the step with that digest alone. */
export interface DestroyPermission {
  readonly service: string;
  /** The first digits of the step's digest, 12 at least, in lower case. */
  readonly digestPrefix: string;
  /** Login of who gave it. */
  readonly by: string;
  readonly url: string;
}

/**
 * Reads who allows what to be destroyed, out of the comments of a pull request. A line counts if its author may write to the
 * repository now and the comment was never edited: anybody with write access can edit what somebody else has said. Each one
 * that looks like a permission and is none comes back as a warning that says why.
 */
export async function destroyPermissions(
  client: GitHubReader,
  number: number,
): Promise<{ readonly permissions: readonly DestroyPermission[]; readonly diagnostics: readonly Diagnostic[] }> {
  const permissions: DestroyPermission[] = [];
  const diagnostics: Diagnostic[] = [];
  const levels = new Map<string, boolean>();
  const asked = { ...client.here, issue_number: number, per_page: 100 };
  for await (const comment of everyItem(client.paginate.iterator(client.rest.issues.listComments, asked))) {
    const { pairs, problems } = readCommands(comment.body ?? "");
    if (pairs.length === 0 && problems.length === 0) continue;
    const by = comment.user?.login ?? "";
    const url = comment.html_url;
    if (!levels.has(by)) levels.set(by, await mayWrite(client, by));
    if (levels.get(by) !== true) {
      diagnostics.push(
        refused(pairs, { url, why: `${by || "a deleted account"} has no write access to the repository` }),
      );
    } else if (comment.created_at !== comment.updated_at) {
      diagnostics.push(
        refused(pairs, { url, why: "the comment was edited", hint: "write a new comment that says the same" }),
      );
    } else {
      permissions.push(...pairs.map((pair) => ({ ...pair, by, url })));
      diagnostics.push(...problems.map((why) => refused([], { url, why, hint: HOW })));
    }
  }
  return { permissions, diagnostics };
}

/** The services of a plan whose destroy somebody has let happen: by the id and the digest of the step as it is. */
export function confirmedIn({ steps }: Plan, permissions: readonly DestroyPermission[]): ReadonlySet<ServiceId> {
  const isConfirmed = ({ service, digest }: Step): boolean =>
    permissions.some((one) => one.service === service && digest.startsWith(one.digestPrefix));
  return new Set(steps.filter(isConfirmed).map(({ service }) => service));
}

const HOW =
  "on a line of its own: `/fairlead allow-destroy ID DIGEST`, with at least 12 digits of the digest that the plan shows";

function refused(
  pairs: readonly Pair[],
  { url, why, hint }: { readonly url: string; readonly why: string; readonly hint?: string },
): Diagnostic {
  const whom = [...new Set(pairs.map((pair) => pair.service))].join(", ");
  return {
    code: "destroy-permission-refused",
    severity: "warning",
    summary: `a permission to destroy ${whom === "" ? "" : `${whom} `}does not count: ${why}`,
    detail: url,
    ...(hint === undefined ? {} : { hint }),
  };
}
