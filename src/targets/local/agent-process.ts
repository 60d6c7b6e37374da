import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Clock, Ms } from "../../model/basics.ts";
import type { Diagnosed, Diagnostic } from "../../model/diagnostic.ts";
import { AGENT_PROTOCOL, type AgentHello } from "./agent-api.ts";
import { AgentClient } from "./agent-client.ts";
import { readHolder } from "./agent-lock.ts";
import { readAgentState } from "./agent-state.ts";
import { inheritedVariables } from "./instance-variables.ts";
import { isAlive, type ProcessRef } from "./process-table.ts";
import { prepareRuntime, type RuntimeFolder, runtimeFolder } from "./runtime-folder.ts";

export interface AgentOptions {
  /** The user's repository. */
  readonly root: string;
  readonly environment: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** `agent/agent-main`. */
  readonly agentEntry: string;
  /** Of the code that runs: an agent of another build is replaced, its instances are adopted. */
  readonly build: string;
  /** The Node that runs us. */
  readonly node: string;
  /** The user's number; null where the system has none. */
  readonly uid: number | null;
  /** A folder with a short path for Unix sockets. */
  readonly socketHome: string;
  /** Run even on a machine that will be gone in a moment. */
  readonly allowEphemeral: boolean;
}

const START_MS: Ms = 20_000;
const LEAVE_MS: Ms = 5_000;
const LOOK_MS: Ms = 50;
/** Beyond any drain: two minutes is the longest that `down` keeps anybody waiting. */
const STOP_MS: Ms = 120_000;

/** Connects to the environment's agent, or starts one that outlives us. Null: the diagnostics say why there can be none. */
export async function ensureAgent(options: AgentOptions): Promise<Diagnosed<AgentClient | null>> {
  const passing = options.allowEphemeral ? null : ephemeral(options.env);
  if (passing) return refused(passing);
  const runtime = runtimeFolder(options);
  const unusable = prepareRuntime(runtime, options.uid);
  if (unusable) return refused(unusable);
  const { clock } = options;
  const end = clock.monotonic() + START_MS;
  let starting: Starting | null = null;
  while (clock.monotonic() < end) {
    const hello = await helloOf(runtime);
    if (hello && hello.protocol === AGENT_PROTOCOL && hello.build === options.build)
      return { value: clientOf(options, runtime), diagnostics: [] };
    if (hello) await replace(runtime, clock);
    else if (starting === null) starting = start(options, runtime);
    // One that ended may have met another just leaving: while time is left, a further one is tried.
    else if (starting.ended()) {
      await clock.sleep(500);
      starting = null;
    }
    await clock.sleep(LOOK_MS);
  }
  return refused(mute(runtime));
}

/** Connects to an agent that runs already; null where there is none. One of another build is as good for looking. */
export async function connectAgent(options: AgentOptions): Promise<AgentClient | null> {
  const runtime = runtimeFolder(options);
  const hello = await helloOf(runtime);
  return hello?.protocol === AGENT_PROTOCOL ? new AgentClient({ socketPath: runtime.agentSocket }) : null;
}

/** Whether anything of ours runs here: an agent, or instances that a crashed one left. */
export async function isAnythingRunning(options: AgentOptions): Promise<boolean> {
  const runtime = runtimeFolder(options);
  if (await helloOf(runtime)) return true;
  const state = await readAgentState(runtime.stateFile);
  for (const { instances } of Object.values(state?.services ?? {}))
    for (const { process } of instances) if (process && (await isAlive(process))) return true;
  return false;
}

/**
 * Drains and ends every instance, the edge and the agent, and waits until the agent's process is gone. Returns how many
 * instances ran. An agent that takes too long is ended, which leaves instances behind: then it says so.
 */
export async function stopAgent(client: AgentClient, options: AgentOptions): Promise<Diagnosed<number>> {
  const { clock } = options;
  const runtime = runtimeFolder(options);
  const holder = readHolder(runtime.lockFile);
  const late = AbortSignal.timeout(STOP_MS);
  try {
    const { stopped } = await client.stop(late);
    if (holder) await goneOrEnded(holder, clock, LEAVE_MS);
    return { value: stopped, diagnostics: [] };
  } catch (error) {
    const why = late.aborted ? `it took more than ${STOP_MS / 1_000} s` : String(error);
    return { value: 0, diagnostics: [unstopped(runtime, why)] };
  } finally {
    await client.close();
  }
}

/** A client that starts an agent again when there is none any more: one that was killed is replaced without a word. */
function clientOf(options: AgentOptions, runtime: RuntimeFolder): AgentClient {
  const revive = async (): Promise<void> => {
    const { value } = await ensureAgent(options);
    await value?.close();
  };
  return new AgentClient({ socketPath: runtime.agentSocket, revive });
}

async function helloOf(runtime: RuntimeFolder): Promise<AgentHello | null> {
  const client = new AgentClient({ socketPath: runtime.agentSocket });
  try {
    return await client.hello();
  } catch {
    return null;
  } finally {
    await client.close();
  }
}

interface Starting {
  ended(): boolean;
}

function start(
  { node, agentEntry, env, root, environment, socketHome, build }: AgentOptions,
  runtime: RuntimeFolder,
): Starting {
  const log = openSync(runtime.agentLog, "a", 0o600);
  try {
    const child = spawn(node, [agentEntry, root, environment, socketHome, build], {
      cwd: runtime.root,
      // Not ours: whoever looks at the agent, or at what it starts, must not find what our shell knows.
      env: { ...inheritedVariables(env, dirname(node)) },
      detached: true,
      stdio: ["ignore", log, log],
    });
    let ended = false;
    child.once("error", () => {
      ended = true;
    });
    child.once("exit", () => {
      ended = true;
    });
    child.unref();
    return { ended: () => ended };
  } finally {
    closeSync(log);
  }
}

/** Makes an agent of another build go. What it keeps goes on, and is adopted by the next. */
async function replace(runtime: RuntimeFolder, clock: Clock): Promise<void> {
  const holder = readHolder(runtime.lockFile);
  const client = new AgentClient({ socketPath: runtime.agentSocket });
  await client.leave(AbortSignal.timeout(LEAVE_MS)).catch(() => undefined);
  await client.close();
  if (holder) await goneOrEnded(holder, clock, LEAVE_MS);
}

async function goneOrEnded(holder: ProcessRef, clock: Clock, patienceMs: Ms): Promise<void> {
  const end = clock.monotonic() + patienceMs;
  while (clock.monotonic() < end) {
    if (!(await isAlive(holder))) return;
    await clock.sleep(LOOK_MS);
  }
  try {
    if (await isAlive(holder)) process.kill(holder.pid, "SIGKILL");
  } catch {
    // It has just gone.
  }
}

/** GitHub's and most others' runners set `CI`; GitHub's tell by `RUNNER_ENVIRONMENT` whether they are ours. */
function ephemeral(env: AgentOptions["env"]): Diagnostic | null {
  const ci = env["CI"] ?? "";
  if (ci === "" || ci === "false" || ci === "0" || env["RUNNER_ENVIRONMENT"] === "self-hosted") return null;
  return {
    code: "local-host-ephemeral",
    severity: "error",
    summary: "the local target would run services on a CI runner, which is gone when its job ends",
    detail: "Services would die with the runner, while State says that they run.",
    hint: "Use a self-hosted runner, or set `allow_ephemeral: true` in the environment's `target:` if that is what you want.",
  };
}

function mute(runtime: RuntimeFolder): Diagnostic {
  return {
    code: "local-agent-unreachable",
    severity: "error",
    summary: `the local agent did not answer within ${START_MS / 1_000} s of its start`,
    ...(lastLine(runtime.agentLog) === null ? {} : { detail: `It said last: ${lastLine(runtime.agentLog)}` }),
    hint: `Its log is ${runtime.agentLog}`,
  };
}

function unstopped(runtime: RuntimeFolder, why: string): Diagnostic {
  return {
    code: "local-agent-unstopped",
    severity: "error",
    summary: `not everything could be stopped: ${why}`,
    hint: `Run \`fairlead down\` again; the agent's log is ${runtime.agentLog}`,
  };
}

function lastLine(path: string): string | null {
  try {
    return readFileSync(path, "utf8").trimEnd().split("\n").at(-1)?.slice(0, 300) || null;
  } catch {
    return null;
  }
}

function refused(diagnostic: Diagnostic): Diagnosed<null> {
  return { value: null, diagnostics: [diagnostic] };
}
