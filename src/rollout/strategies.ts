import type { Diagnosed } from "../model/diagnostic.ts";
import type { RolloutStrategy, Strategy, Timeline } from "../model/rollout.ts";
import { inPlace } from "./in-place.ts";
import { recreate } from "./recreate.ts";
import { retire } from "./retire.ts";
import { rolling } from "./rolling.ts";

/**
 * `rollout/` knows how one release replaces another. A strategy is a pure state machine: asked with what is seen now, it
 * answers with the next idempotent actions, one sentence for people and when to ask again. All it remembers is the
 * Rollout, which is plain JSON, so that any later run can go on with it. It promises the invariants of the design: enough
 * ready instances, never too many, traffic only for what has been healthy long enough, a deadline in every phase, and a
 * way back to the last stable release. It never acts itself (`apply/` does) and knows no target.
 *
 * A new strategy is a file and a line here.
 */
export const strategies: Readonly<Partial<Record<RolloutStrategy, Strategy>>> = {
  rolling,
  recreate,
  "in-place": inPlace,
  retire,
};

/** The strategy of that name, or the diagnostic that this version has none. */
export function strategyFor(name: RolloutStrategy): Diagnosed<Strategy | null> {
  const strategy = Object.hasOwn(strategies, name) ? strategies[name] : undefined;
  if (strategy) return { value: strategy, diagnostics: [] };
  const known = Object.keys(strategies).join(", ");
  return {
    value: null,
    diagnostics: [
      {
        code: "strategy-not-available",
        severity: "error",
        summary: `the strategy \`${name}\` is not available in this version`,
        hint: `available are: ${known}`,
      },
    ],
  };
}

/** What a strategy would do, for the plan's reader; null where this version has no such strategy. */
export function timelineFor(name: RolloutStrategy, input: Parameters<Strategy["timeline"]>[0]): Timeline | null {
  return strategyFor(name).value?.timeline(input) ?? null;
}
