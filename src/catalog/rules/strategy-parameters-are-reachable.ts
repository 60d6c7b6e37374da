import type { ServiceRule } from "../rule.ts";

/** A rolling change must be allowed to add an instance or to take one away, or it can never begin. */
export const strategyParametersAreReachable: ServiceRule = {
  code: "strategy-unreachable",
  fact: "strategyParametersAreReachable",
  *find({ deployment }) {
    if (deployment.strategy !== "rolling" || deployment.max_surge > 0 || deployment.max_unavailable > 0) return;
    yield {
      keys: ["deployment", "max_surge"],
      at: "value",
      problem: {
        code: "strategy-unreachable",
        severity: "error",
        summary: "`deployment.max_surge` and `deployment.max_unavailable` are both 0: no rollout could begin",
        detail: "A rolling change adds an instance before it removes one, or removes one before it adds one.",
        hint: "set `max_surge: 1` to keep every replica serving, or `max_unavailable: 1` to never run more than `replicas`",
      },
    };
  },
};
