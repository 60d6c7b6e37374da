import { type ChildProcess, spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { BARE_ENVIRONMENT } from "./git-folder.ts";
import { until } from "./until.ts";

/** How one run of the command ended. */
export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that is still running. */
export interface RunningCli {
  readonly process: ChildProcess;
  /** What it has printed so far, both streams as they came. */
  output(): string;
  /** Waits until it has printed `text` (again, counted from the last `seen`). */
  sees(text: string | RegExp, deadlineMs?: number): Promise<void>;
  /** Waits for the end. */
  ended(deadlineMs?: number): Promise<CliResult>;
}

export interface CliOptions {
  readonly cwd: string;
  /** Added to a machine just unpacked: no Git identity, no configuration, no CI. */
  readonly env?: Readonly<Record<string, string>>;
  /** The program; Fairlead from source unless told. */
  readonly command?: readonly string[];
}

const FROM_SOURCE = [process.execPath, join(import.meta.dirname, "../../src/cli/main.ts")];
const DEADLINE_MS = 150_000;

/** Runs the command as a user would: a process of its own, in a folder, without a terminal. */
export async function fairlead(args: readonly string[], options: CliOptions): Promise<CliResult> {
  return startFairlead(args, options).ended();
}

/** Starts the command; it is ended, if it has not, when the test does. */
export function startFairlead(args: readonly string[], options: CliOptions): RunningCli {
  const [program = "", ...before] = options.command ?? FROM_SOURCE;
  const child = spawn(program, [...before, ...args], {
    cwd: options.cwd,
    env: {
      ...BARE_ENVIRONMENT,
      HOME: join(tmpdir(), "fairlead-test-home"),
      NODE_COMPILE_CACHE: join(tmpdir(), "fairlead-test-compile-cache"),
      ...options.env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  let both = "";
  let seen = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString("utf8");
    both += chunk.toString("utf8");
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString("utf8");
    both += chunk.toString("utf8");
  });
  const exit = new Promise<CliResult>((resolve) => child.once("close", (code) => resolve({ code, stdout, stderr })));
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await exit;
  });
  return {
    process: child,
    output: () => both,
    async sees(text, deadlineMs = DEADLINE_MS) {
      const find = (): { readonly end: number } | null => {
        const rest = both.slice(seen);
        if (typeof text === "string") return rest.includes(text) ? { end: rest.indexOf(text) + text.length } : null;
        const match = text.exec(rest);
        return match ? { end: match.index + match[0].length } : null;
      };
      const found = await until(find, { deadlineMs, what: `${String(text)} in the output` }).catch((error: Error) => {
        throw new Error(`${error.message}\n--- printed since:\n${both.slice(seen)}`);
      });
      seen += found.end;
    },
    async ended(deadlineMs = DEADLINE_MS) {
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(), deadlineMs);
      const ending = await Promise.race([
        exit,
        new Promise<null>((resolve) => late.signal.addEventListener("abort", () => resolve(null))),
      ]);
      clearTimeout(timer);
      if (ending === null) throw new Error(`still running after ${deadlineMs} ms; it has printed:\n${both}`);
      return ending;
    },
  };
}
