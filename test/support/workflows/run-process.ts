import { spawn } from "node:child_process";

export interface ProcessOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly onLine: (line: string) => void;
  /** The machine dies. */
  readonly kill: AbortSignal;
  /** The run is cancelled, or its time is over. */
  readonly cancel: AbortSignal;
  readonly cancelGraceMs: readonly [number, number];
}

export type Ending =
  | { readonly is: "exit"; readonly code: number }
  | { readonly is: "died" }
  | { readonly is: "cancelled" };

/** Processes that outlive the step may hold its output open: it is read no longer than this after the end. */
const LATE_OUTPUT_MS = 1_000;

/** Runs one program as the runner does, in a process group of its own, and tells how it ended. */
export async function runProcess(command: readonly string[], options: ProcessOptions): Promise<Ending> {
  const [program = "", ...args] = command;
  if (options.kill.aborted) return { is: "died" };
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: options.env as NodeJS.ProcessEnv,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const finish = [child.stdout, child.stderr].map((stream) => lines(stream, options.onLine));
  const exit = new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(code ?? (signal === null ? 1 : 128)));
  });
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));

  const signalGroup = (signal: NodeJS.Signals): void => {
    // A group without a process any more is no news.
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {}
  };
  const timers: NodeJS.Timeout[] = [];
  const onKill = (): void => signalGroup("SIGKILL");
  const onCancel = (): void => {
    // The runner signals the one process, not its children, and in the end the whole tree.
    child.kill("SIGINT");
    const [afterInt, afterTerm] = options.cancelGraceMs;
    timers.push(setTimeout(() => child.kill("SIGTERM"), afterInt));
    timers.push(setTimeout(() => signalGroup("SIGKILL"), afterInt + afterTerm));
  };
  options.kill.addEventListener("abort", onKill);
  options.cancel.addEventListener("abort", onCancel);
  if (options.cancel.aborted) onCancel();
  try {
    const code = await exit;
    if (options.kill.aborted) {
      // Whatever the first kill raced with.
      signalGroup("SIGKILL");
      return { is: "died" };
    }
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([closed, new Promise((resolve) => (timer = setTimeout(resolve, LATE_OUTPUT_MS)))]);
    clearTimeout(timer);
    for (const end of finish) end();
    return options.cancel.aborted ? { is: "cancelled" } : { is: "exit", code };
  } finally {
    for (const timer of timers) clearTimeout(timer);
    options.kill.removeEventListener("abort", onKill);
    options.cancel.removeEventListener("abort", onCancel);
    child.stdout.destroy();
    child.stderr.destroy();
  }
}

/** Cuts a stream into lines; the function returned gives away what has no end yet. */
function lines(stream: NodeJS.ReadableStream, onLine: (line: string) => void): () => void {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    const parts = (rest + chunk).split("\n");
    rest = parts.pop() ?? "";
    for (const part of parts) onLine(part.replace(/\r$/, ""));
  });
  return () => {
    if (rest !== "") onLine(rest);
    rest = "";
  };
}
