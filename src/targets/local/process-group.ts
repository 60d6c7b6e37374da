import { spawn } from "node:child_process";
import type { Clock, Ms } from "../../model/basics.ts";
import { findProcess, isAlive, type ProcessRef } from "./process-table.ts";

/** A process group that one of our instances is, started by us or adopted. */
export interface RunningGroup {
  readonly ref: ProcessRef;
  /** Resolves when the leader has ended, with how: `exited with code 1`. Never rejects. */
  readonly ended: Promise<string>;
}

export interface GroupStart {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Open files for standard output and error. */
  readonly output: number;
  readonly errors: number;
}

/** Starts a command as the leader of its own session and group, so that it outlives us. Returns why when it cannot start. */
export async function startGroup({
  command,
  cwd,
  variables,
  output,
  errors,
}: GroupStart): Promise<RunningGroup | string> {
  const [file = "", ...args] = command;
  const child = spawn(file, args, { cwd, env: { ...variables }, detached: true, stdio: ["ignore", output, errors] });
  const failed = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
    child.once("error", resolve);
    child.once("spawn", () => resolve(null));
  });
  if (failed || child.pid === undefined) return `cannot start ${file}: ${failed?.code ?? "unknown reason"}`;
  const ended = new Promise<string>((resolve) => {
    child.once("exit", (code, signal) =>
      resolve(signal === null ? `exited with code ${code}` : `was ended by ${signal}`),
    );
  });
  child.unref();
  const found = await findProcess(child.pid);
  return { ref: found ?? { pid: child.pid, startedAt: "ended at once" }, ended };
}

/** Takes over a group that an earlier agent started; null when its leader lives no more. */
export async function adoptGroup(ref: ProcessRef, clock: Clock): Promise<RunningGroup | null> {
  if (!(await isAlive(ref))) return null;
  const watch = async (): Promise<string> => {
    while (await isAlive(ref)) await clock.sleep(250);
    return "ended";
  };
  return { ref, ended: watch() };
}

/** Asks with SIGTERM, ends with SIGKILL after `graceMs`, and leaves no member behind. Says whether it had to kill. */
export async function endGroup(group: RunningGroup, graceMs: Ms, clock: Clock): Promise<{ readonly killed: boolean }> {
  signalGroup(group.ref.pid, "SIGTERM");
  const given = new AbortController();
  const late = clock.sleep(graceMs, given.signal).then(() => "late" as const);
  const killed = (await Promise.race([group.ended, late])) === "late";
  given.abort();
  signalGroup(group.ref.pid, "SIGKILL");
  await group.ended;
  return { killed };
}

/** Signals all members of a group; none left is no problem. */
export function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch {
    // ESRCH: it is gone already.
  }
}
