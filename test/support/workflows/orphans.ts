import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/**
 * Ends what a job left running, as the runner does when a job is over: every process whose environment carries the job's
 * RUNNER_TRACKING_ID. Who empties that variable is left alone.
 */
export function endOrphans(trackingId: string): readonly number[] {
  const ended: number[] = [];
  for (const name of readdirSync("/proc").filter((one) => /^\d+$/.test(one))) {
    // Processes come and go, and others' are not to be read.
    try {
      if (!readFileSync(`/proc/${name}/environ`, "latin1").split("\0").includes(`RUNNER_TRACKING_ID=${trackingId}`))
        continue;
      process.kill(Number(name), "SIGKILL");
      ended.push(Number(name));
    } catch {}
  }
  return ended;
}

/** Switches a machine off: every process that works in a folder on its disk ends, whatever its environment says. */
export function switchOff(folder: string): void {
  for (const name of readdirSync("/proc").filter((one) => /^\d+$/.test(one))) {
    // Processes come and go, and others' are not to be read.
    try {
      const at = readlinkSync(`/proc/${name}/cwd`).replace(/ \(deleted\)$/, "");
      if (at === folder || at.startsWith(`${folder}/`)) process.kill(Number(name), "SIGKILL");
    } catch {}
  }
}
