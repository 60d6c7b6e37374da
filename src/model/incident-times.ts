import type { Ms } from "./basics.ts";
import type { Incident } from "./incident.ts";

export function isOpen({ stretches }: Pick<Incident, "stretches">): boolean {
  return stretches.at(-1)?.to === null;
}

export function beganAt({ stretches }: Pick<Incident, "stretches">): Ms {
  return stretches[0]?.from ?? 0;
}

/** How long it was so, without the time in between; of an open one, until now. */
export function lastedMs({ stretches }: Pick<Incident, "stretches">, now: Ms): Ms {
  return stretches.reduce((sum, { from, to }) => sum + Math.max(0, (to ?? now) - from), 0);
}
