import type { Retention } from "../health/retention.ts";
import type { WatchSpec } from "../model/project.ts";

/** How long history is kept, as fairlead.yaml says. Whoever compacts has to know: with other numbers, more would be let go. */
export function declaredRetention({ health }: { readonly health: WatchSpec }): Retention {
  const { samples: rawMs, hours: hoursMs, days: daysMs } = health.retention;
  return { rawMs, hoursMs, daysMs };
}
