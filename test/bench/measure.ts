import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** One whole process, from spawn to exit. */
export interface Measured {
  readonly ms: number;
  /** Highest resident set, in MB; NaN where the process was not one of ours. */
  readonly maxRssMb: number;
  readonly code: number;
}

/** Runs a program once and measures it as a whole process. Node programs report their own highest memory. */
export async function measure(
  command: readonly [string, ...string[]],
  options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), "fairlead-bench-"));
  const rssFile = join(folder, "rss");
  const [program, ...args] = command;
  const isNode = program === process.execPath;
  const all = isNode ? ["--import", join(import.meta.dirname, "report-memory.mjs"), ...args] : args;
  const begun = performance.now();
  const code = await new Promise<number>((resolve, reject) => {
    const child = spawn(program, all, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env, FAIRLEAD_BENCH_RSS: rssFile },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let problems = "";
    child.stderr.on("data", (chunk) => {
      problems += chunk;
    });
    child.on("error", reject);
    child.on("close", (status) => {
      if (status === 1) reject(new Error(`${command.join(" ")}: ${problems.slice(-2000)}`));
      else resolve(status ?? -1);
    });
  });
  const ms = performance.now() - begun;
  const maxRssMb = isNode ? Number(readFileSync(rssFile, "utf8")) / 1024 : Number.NaN;
  rmSync(folder, { recursive: true });
  return { ms, maxRssMb, code };
}

/** Runs the cases in turns, so that whatever else the machine does touches all of them alike; the median of each. */
export async function inTurns<Name extends string>(
  cases: Readonly<Record<Name, () => Promise<Measured>>>,
  turns: number,
): Promise<Record<Name, Measured>> {
  const seen = new Map<Name, Measured[]>();
  for (let turn = 0; turn < turns; turn++) {
    for (const name of Object.keys(cases) as Name[]) seen.set(name, [...(seen.get(name) ?? []), await cases[name]()]);
  }
  const medians = {} as Record<Name, Measured>;
  for (const [name, all] of seen)
    medians[name] = {
      ms: median(all.map((m) => m.ms)),
      maxRssMb: median(all.map((m) => m.maxRssMb)),
      code: all[0]?.code ?? -1,
    };
  return medians;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
