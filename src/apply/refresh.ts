import type { Observation } from "../model/fleet.ts";
import { askTarget } from "./ask-target.ts";
import { unknownOn } from "./drift.ts";
import type { Run } from "./run.ts";

/** What runs now. Things that State does not know are named and left alone. */
export async function refresh({ input, holder, diagnostics }: Run): Promise<Observation | null> {
  const asked = await askTarget(input.target, input.environment);
  diagnostics.push(...asked.diagnostics);
  if (asked.value === null) return null;
  const strangers = [...asked.value.foreign, ...unknownOn(asked.value, holder.state())];
  const known = new Set(diagnostics.map(({ summary }) => summary));
  for (const stranger of strangers) {
    const summary = `${stranger} is on the target, and State does not know it`;
    if (known.has(summary)) continue;
    diagnostics.push({ code: "foreign-on-target", severity: "warning", summary, detail: "It is left alone." });
  }
  return asked.value;
}
