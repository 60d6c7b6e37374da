import type { Diagnosed } from "../model/diagnostic.ts";
import type { Observation } from "../model/fleet.ts";
import type { Target } from "../model/target.ts";

/** What runs now; null with the reason where the target does not answer. */
export async function askTarget(target: Target, environment: string): Promise<Diagnosed<Observation | null>> {
  try {
    return { value: await target.observe(), diagnostics: [] };
  } catch (error) {
    const summary = `the target cannot be asked: ${error instanceof Error ? error.message : String(error)}`;
    return { value: null, diagnostics: [{ code: "target-unreachable", severity: "error", environment, summary }] };
  }
}
