import { isMapping } from "../overlay.ts";
import type { ServiceRule } from "../rule.ts";

export const conditionsParse: ServiceRule = {
  code: "condition-syntax",
  fact: "conditionsParse",
  readsAnything: true,
  *find({ health }, { checkCondition }) {
    if (checkCondition === null) return;
    for (const { keys, conditions, address } of conditionLists(health)) {
      for (const [index, condition] of conditions.entries()) {
        if (typeof condition !== "string") continue;
        const wrong = checkCondition(condition, address);
        if (wrong === null) continue;
        yield {
          keys: [...keys, String(index)],
          at: "value",
          problem: {
            code: "condition-syntax",
            severity: "error",
            summary: `the condition cannot be read: ${wrong}`,
            detail:
              "Conditions are written as in Gatus: `[STATUS] == 200`, `[RESPONSE_TIME] < 300`, `[BODY].status == pass`.",
          },
        };
      }
    }
  },
};

interface ConditionList {
  readonly keys: readonly string[];
  readonly conditions: readonly unknown[];
  /** Empty: the service's own port. None: a secret, of which nothing is known. */
  readonly address?: string;
}

/** The health block's own conditions and those of each target. */
function* conditionLists(health: unknown): Generator<ConditionList> {
  if (!isMapping(health)) return;
  yield* listOf(health, health["endpoint"] ?? "", ["health", "conditions"]);
  const targets = health["targets"];
  if (!Array.isArray(targets)) return;
  for (const [index, target] of targets.entries())
    if (isMapping(target)) yield* listOf(target, target["url"], ["health", "targets", String(index), "conditions"]);
}

function* listOf(
  block: Readonly<Record<string, unknown>>,
  address: unknown,
  keys: readonly string[],
): Generator<ConditionList> {
  const conditions = block["conditions"];
  if (!Array.isArray(conditions)) return;
  yield typeof address === "string" ? { keys, conditions, address } : { keys, conditions };
}
