import { escapeTerminal } from "../diagnostics/escape-terminal.ts";
import type { Oid } from "../model/basics.ts";
import type { GitHubClient, GitHubReader } from "./client.ts";
import { everyItem } from "./every-item.ts";
import { createOnce } from "./once.ts";

/** What Fairlead writes into a deployment of GitHub's. */
export interface DeploymentPayload {
  /** The tip of the environment's State that the run began from or left. */
  readonly state: Oid | null;
  readonly commit: Oid;
  /** The run that deploys: one run makes one deployment of an environment, however often it asks. */
  readonly run: string;
}

export interface Deployment {
  readonly id: number;
  readonly environment: string;
  readonly commit: Oid;
  /** Login of who made it. */
  readonly by: string;
  /** Null where it is none of ours. */
  readonly payload: DeploymentPayload | null;
}

export type DeploymentState = "queued" | "in_progress" | "success" | "failure" | "error" | "inactive";

/** GitHub's bound on the words of a status. */
const DESCRIPTION_MAX = 140;
/** How far back is looked for one that succeeded. */
export const DEPLOYMENTS_LOOKED_AT_MAX = 100;

/** Begins a deployment of a commit to an environment, or finds the one that this run began. */
export async function startDeployment(
  client: GitHubClient,
  wanted: {
    readonly environment: string;
    readonly payload: DeploymentPayload;
    readonly description?: string;
    readonly isProduction?: boolean;
  },
): Promise<Deployment> {
  const { environment, payload, isProduction } = wanted;
  const find = async (): Promise<Deployment | null> => {
    for await (const one of deploymentsOf(client, { environment, sha: payload.commit })) {
      if (one.payload?.run === payload.run) return one;
    }
    return null;
  };
  const create = async (): Promise<Deployment> => {
    const { data } = await client.rest.repos.createDeployment({
      ...client.here,
      ref: payload.commit,
      environment,
      payload: { ...payload },
      description: inShort(wanted.description ?? ""),
      // Exactly this commit, whatever else has been merged, and without waiting for checks that the merge has waited for.
      auto_merge: false,
      required_contexts: [],
      transient_environment: false,
      ...(isProduction === undefined ? {} : { production_environment: isProduction }),
    });
    if (!("id" in data)) throw new Error("GitHub merged where it was asked not to");
    return read(data);
  };
  return (await find()) ?? (await createOnce(client, { what: "the deployment", create, find }));
}

/** Says how a deployment goes. `success` makes GitHub retire what was there before. What is said already is not said again. */
export async function setDeploymentStatus(
  client: GitHubClient,
  deployment: number,
  wanted: {
    readonly state: DeploymentState;
    readonly description: string;
    readonly logUrl?: string;
    readonly environmentUrl?: string;
  },
): Promise<void> {
  const description = inShort(wanted.description);
  const { logUrl = "", environmentUrl = "" } = wanted;
  const find = async (): Promise<true | null> => {
    const latest = await latestStatus(client, deployment);
    const isSaid =
      latest?.state === wanted.state && latest.description === description && (latest.log_url ?? "") === logUrl;
    return isSaid || null;
  };
  const create = async (): Promise<true> => {
    await client.rest.repos.createDeploymentStatus({
      ...client.here,
      deployment_id: deployment,
      state: wanted.state,
      description,
      ...(logUrl === "" ? {} : { log_url: logUrl }),
      ...(environmentUrl === "" ? {} : { environment_url: environmentUrl }),
    });
    return true;
  };
  if ((await find()) === null) await createOnce(client, { what: "the deployment's status", create, find });
}

/**
 * The newest deployment of ours that succeeded in an environment, with what it said in the end; null where none does among the last hundred.
 * `by`: only those by this login count, since whoever may write deployments can write any payload.
 */
export async function newestSuccess(
  client: GitHubReader,
  { environment, by }: { readonly environment: string; readonly by?: string },
): Promise<(Deployment & { readonly said: string }) | null> {
  let looked = 0;
  for await (const one of deploymentsOf(client, { environment })) {
    // GitHub makes deployments of its own for jobs that name an environment: they say nothing of State.
    if (one.payload === null || (by !== undefined && one.by !== by)) continue;
    if (++looked > DEPLOYMENTS_LOOKED_AT_MAX) return null;
    // Anybody's later success retires ours, which does not undo it: that it succeeded is what counts.
    const asked = { ...client.here, deployment_id: one.id, per_page: 100 };
    for await (const status of everyItem(client.paginate.iterator(client.rest.repos.listDeploymentStatuses, asked)))
      if (status.state === "success") return { ...one, said: status.description };
  }
  return null;
}

/** Newest first, as GitHub lists them. */
async function* deploymentsOf(
  client: GitHubReader,
  filter: { readonly environment: string; readonly sha?: Oid },
): AsyncGenerator<Deployment> {
  const asked = { ...client.here, ...filter, per_page: 100 };
  for await (const given of everyItem(client.paginate.iterator(client.rest.repos.listDeployments, asked)))
    yield read(given);
}

async function latestStatus(client: GitHubReader, deployment: number) {
  const asked = { ...client.here, deployment_id: deployment, per_page: 1 };
  return (await client.rest.repos.listDeploymentStatuses(asked)).data[0];
}

function read(given: {
  readonly id: number;
  readonly environment: string;
  readonly sha: string;
  readonly creator: { readonly login: string } | null;
  readonly payload: unknown;
}): Deployment {
  const { id, environment, sha } = given;
  return { id, environment, commit: sha, by: given.creator?.login ?? "", payload: readPayload(given.payload) };
}

/** GitHub gives a payload back as it was sent, or as text. */
function readPayload(given: unknown): DeploymentPayload | null {
  let value = given;
  try {
    if (typeof given === "string") value = JSON.parse(given);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const { state, commit, run } = value as Readonly<Record<string, unknown>>;
  const isState = state === null || isOid(state);
  return isState && isOid(commit) && typeof run === "string" ? { state, commit, run } : null;
}

function isOid(value: unknown): value is Oid {
  return typeof value === "string" && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(value);
}

function inShort(text: string): string {
  const letters = Array.from(escapeTerminal(text));
  return letters.length <= DESCRIPTION_MAX ? letters.join("") : `${letters.slice(0, DESCRIPTION_MAX - 1).join("")}…`;
}
