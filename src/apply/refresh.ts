import type { Observation } from "../model/fleet.ts";
import { unknownOn } from "./drift.ts";
import type { Run } from "./run.ts";

/** What runs now. Things that State does not know are named and left alone. */
export async function refresh(run: Run): Promise<Observation | null> {
  try {
    const observation = await run.input.target.observe();
    const strangers = [...observation.foreign, ...unknownOn(observation, run.holder.state())];
    const known = new Set(run.diagnostics.map(({ summary }) => summary));
    for (const stranger of strangers) {
      const summary = `${stranger} is on the target, and State does not know it`;
      if (known.has(summary)) continue;
      run.diagnostics.push({ code: "foreign-on-target", severity: "warning", summary, detail: "It is left alone." });
    }
    return observation;
  } catch (error) {
    const summary = `the target cannot be asked: ${error instanceof Error ? error.message : String(error)}`;
    run.diagnostics.push({
      code: "target-unreachable",
      severity: "error",
      summary,
      environment: run.input.environment,
    });
    return null;
  }
}
