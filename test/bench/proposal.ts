import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateRepository, idOf } from "./generate.ts";
import { inTurns, type Measured, measure } from "./measure.ts";

/**
 * A pull request that touches three services, planned as a workflow has it (two commits of history, from Git's objects), once
 * more told `apart` from what waits on its base, beside the plan of the same files in a whole working folder. Both with warm caches.
 */
export async function measureProposal(on: {
  readonly count: number;
  readonly turns: number;
  /** Runs the command on these arguments. */
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
}): Promise<{ readonly whole: Measured; readonly shallow: Measured; readonly apart: Measured }> {
  const parent = mkdtempSync(join(tmpdir(), "fairlead-bench-"));
  const whole = join(parent, "whole");
  const shallow = join(parent, "shallow");
  const git = (cwd: string, ...args: readonly string[]): void => {
    execFileSync("git", ["-c", "user.name=bench", "-c", "user.email=bench@localhost", ...args], {
      cwd,
      stdio: "ignore",
    });
  };
  execFileSync("mkdir", ["-p", whole]);
  generateRepository({ folder: whole, count: on.count, seed: 20261124 });
  git(whole, "init", "-q", "-b", "main");
  git(whole, "add", "-A");
  git(whole, "commit", "-qm", "services");
  execFileSync(process.execPath, [join(import.meta.dirname, "record-all.ts"), whole], { stdio: "ignore" });
  for (const index of [1, Math.floor(on.count / 2), on.count - 1]) {
    const file = join(whole, "services", `${idOf(index)}.yaml`);
    writeFileSync(file, readFileSync(file, "utf8").replace(/level: \w+/, "level: error"));
  }
  git(whole, "commit", "-qam", "three services");
  git(parent, "clone", "-q", "--depth=2", `file://${whole}`, shallow);
  const state = "refs/heads/fairlead-state/development";
  git(shallow, "fetch", "-q", "--depth=1", "origin", `+${state}:${state}`);

  const plan =
    (cwd: string, ...more: readonly string[]) =>
    async (): Promise<Measured> => {
      const args = ["plan", "-e", "development", "--detailed-exitcode", ...more];
      const measured = await measure([...on.command, ...args], { cwd, env: on.env });
      if (measured.code !== 2) throw new Error(`${args.join(" ")} ended with ${measured.code}`);
      return measured;
    };
  const works = {
    whole: plan(whole),
    shallow: plan(shallow, "--ref", "HEAD"),
    apart: plan(shallow, "--ref", "HEAD", "--base", "HEAD^1"),
  };
  for (const warm of Object.values(works)) await warm();
  const result = await inTurns(works, on.turns);
  rmSync(parent, { recursive: true });
  return result;
}
