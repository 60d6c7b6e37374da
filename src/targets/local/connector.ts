import type { Clock, Ms } from "../../model/basics.ts";
import type { EdgePolicy } from "../../model/edge.ts";
import type { Connecting, Connection, Connector, LogRequest, TargetEvent } from "../connection.ts";
import { type AgentClient, AgentUnreachable } from "./agent-client.ts";
import { type AgentOptions, connectAgent, ensureAgent, isAnythingRunning, stopAgent } from "./agent-process.ts";
import { localTarget } from "./local-target.ts";
import { readLogs } from "./read-logs.ts";
import { runtimeFolder } from "./runtime-folder.ts";

/** What the embedded gateway does with a policy today (`edge/policy.ts`, which no target may import, says the same; a test compares). */
export const LOCAL_EDGE_ENFORCES: ReadonlySet<keyof EdgePolicy> = new Set(["service", "port", "maintenance"]);

/** How the local target is reached: through the environment's agent on its Unix socket. */
export const localConnector: Connector = {
  async connect(connecting, mode) {
    const options = agentOptions(connecting);
    const found = mode === "start" ? null : await connectAgent(options);
    if (found) return { value: connection(connecting, options, found), diagnostics: [] };
    // Instances of an agent that crashed are found only by another one.
    if (mode === "find" && !(await isAnythingRunning(options))) return { value: null, diagnostics: [] };
    const { value, diagnostics } = await ensureAgent(options);
    return { value: value && connection(connecting, options, value), diagnostics };
  },

  logs: (connecting, request) => lines(connecting, request),
};

function agentOptions({ settings, ...connecting }: Connecting): AgentOptions {
  return { ...connecting, allowEphemeral: settings["allow_ephemeral"] === true };
}

function connection(connecting: Connecting, options: AgentOptions, agent: AgentClient): Connection {
  const { environment, files, clock } = connecting;
  const { releases } = runtimeFolder(options);
  const addressOf = connecting.addressOf ?? (() => null);
  return {
    ...localTarget({ agent, environment, releases, files, addressOf, enforces: LOCAL_EDGE_ENFORCES, clock }),
    obstacles: (ports) => agent.blockedPorts([...ports].map(([service, port]) => ({ service, port }))),
    events: (signal) => events(agent, clock, signal),
    stop: () => stopAgent(agent, options),
    close: () => agent.close(),
  };
}

const FOLLOW_AGAIN_MS: Ms = 1_000;

/** Over the death of an agent: to follow the next one is what starts it, and without one nothing is restarted or kept. */
async function* events(
  agent: AgentClient,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<TargetEvent, void, undefined> {
  while (!signal.aborted) {
    try {
      for await (const event of agent.events(signal)) {
        const { service } = event;
        if (event.is === "log") yield { service, is: "log", says: event.line };
        else yield { service, is: "happened", says: `${event.instance} (r${event.release}) ${event.says}` };
      }
    } catch (error) {
      if (!(error instanceof AgentUnreachable)) throw error;
    }
    await clock.sleep(FOLLOW_AGAIN_MS, signal);
  }
}

async function* lines(connecting: Connecting, request: LogRequest): AsyncGenerator<string, void, undefined> {
  const { logs } = runtimeFolder(connecting);
  for await (const { text } of readLogs({ ...request, logs, clock: connecting.clock })) yield text;
}
