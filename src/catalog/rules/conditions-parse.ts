import type { ServiceRule } from "../rule.ts";

export const conditionsParse: ServiceRule = {
  code: "condition-syntax",
  fact: "conditionsParse",
  readsAnything: true,
  *find({ health }, { checkCondition }) {
    if (checkCondition === null) return;
    const conditions: unknown = health?.conditions;
    if (!Array.isArray(conditions)) return;
    for (const [index, condition] of conditions.entries()) {
      if (typeof condition !== "string") continue;
      const wrong = checkCondition(condition);
      if (wrong === null) continue;
      yield {
        keys: ["health", "conditions", String(index)],
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
  },
};
