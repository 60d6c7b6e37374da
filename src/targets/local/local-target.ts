import type { Clock, ServiceId } from "../../model/basics.ts";
import type { Edge, EdgePolicy } from "../../model/edge.ts";
import type { Fleet } from "../../model/fleet.ts";
import type { Fence, Receipt, ReleaseFiles, Target, TargetAction } from "../../model/target.ts";
import { type AgentClient, AgentUnreachable } from "./agent-client.ts";
import { instanceVariables } from "./instance-variables.ts";
import { launchOf } from "./launch-of.ts";
import { localProfile } from "./profile.ts";
import { fillReleaseFolder } from "./release-folder.ts";

export interface LocalTargetOptions {
  readonly agent: AgentClient;
  readonly environment: string;
  /** `runtimeFolder(…).releases` */
  readonly releases: string;
  readonly files: ReleaseFiles;
  /** `http://127.0.0.1:4001` of a service that clients can reach; null of one without a port. */
  readonly addressOf: (service: ServiceId) => string | null;
  /** What the edge does with a policy today. */
  readonly enforces: ReadonlySet<keyof EdgePolicy>;
  readonly clock: Clock;
}

type EnsureAction = Extract<TargetAction, { readonly do: "ensure" }>;

const WATCH_AGAIN_MS = 500;

/** This machine as a Target and its Edge, through an agent. Files are laid out here, by whoever knows Git; the agent runs them. */
export function localTarget(options: LocalTargetOptions): { readonly target: Target; readonly edge: Edge } {
  const { agent } = options;
  return {
    target: {
      profile: localProfile,
      observe: (only) => agent.observe(only),
      act: (action, fence) => act(options, action, fence),
      watch: (service, signal) => watch(options, service, signal),
    },
    edge: {
      profile: { weightStep: localProfile.weightStep, enforces: options.enforces },
      route: (action, fence) => agent.route({ action, fence }),
      evidence: (service, since) => agent.evidence(service, since),
    },
  };
}

async function act(options: LocalTargetOptions, action: TargetAction, fence: Fence): Promise<Receipt> {
  switch (action.do) {
    case "ensure":
      return await ensure(options, action, fence);
    case "retire": {
      const { service, release, drainMs } = action;
      return await options.agent.retire({ service, release, drainMs, fence });
    }
    case "rename":
      throw new Error("the local target's profile does not name `rename`, so no rename may be asked of it");
  }
}

async function ensure(options: LocalTargetOptions, action: EnsureAction, fence: Fence): Promise<Receipt> {
  const { agent, environment, releases, files, addressOf } = options;
  const { release, wanted, adopt } = action;
  const variables = instanceVariables({ release, environment, addressOf });
  if (variables.is === "refused") return variables;
  // Once more at most: the agent may sweep away a retired release's folder just as it is wanted again.
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const filled = await fillReleaseFolder(releases, release, files);
    if (filled.is === "refused") return filled;
    const answer = await agent.ensure({
      service: release.service,
      release: release.number,
      spec: release.specDigest,
      wanted,
      ...(adopt === undefined ? {} : { adopt }),
      launch: launchOf(release, filled, variables.variables),
      fence,
    });
    if (answer.is !== "files-missing") return answer;
  }
  const { service } = release;
  const summary = `the working folder of ${service} r${release.number} is not there`;
  const hint = "Its command must run in a folder that its `source` has.";
  return { is: "refused", diagnostic: { code: "release-files-missing", severity: "error", service, summary, hint } };
}

/** Watches over the death of an agent: the next one tells the fleet anew. */
async function* watch(
  { agent, clock }: LocalTargetOptions,
  service: ServiceId,
  signal: AbortSignal,
): AsyncGenerator<Fleet, void, undefined> {
  while (!signal.aborted) {
    try {
      for await (const fleet of agent.watch(service, signal)) yield fleet;
    } catch (error) {
      if (!(error instanceof AgentUnreachable)) throw error;
    }
    await clock.sleep(WATCH_AGAIN_MS, signal);
  }
}
