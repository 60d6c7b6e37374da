import type { ServiceRule } from "../rule.ts";

/**
 * Instances are asked on the port that they are given as PORT, so any command may have a health block. From outside a
 * service is asked on `networking.port`: without it there are no samples. What others run is asked by its whole address.
 */
export const healthEndpointIsReachable: ServiceRule = {
  code: "health-unreachable",
  fact: "healthEndpointIsReachable",
  *find({ health, external, networking, schedule }) {
    if (health === undefined) return;
    const { endpoint = "", targets = [] } = health;
    if ((endpoint !== "" && !endpoint.startsWith("/")) || (endpoint === "" && targets.length > 0)) return;
    if (external === true)
      yield {
        keys: endpoint === "" ? ["health"] : ["health", "endpoint"],
        at: endpoint === "" ? "key" : "value",
        problem: {
          code: "health-unreachable",
          severity: "error",
          summary:
            endpoint === ""
              ? "nothing says where others run the service, and it has no port here"
              : `\`${endpoint}\` is no whole address, and an external service has no port here`,
          hint: `write where others run it: \`endpoint: https://example.com${endpoint || "/health"}\``,
        },
      };
    else if (schedule !== undefined)
      yield {
        keys: ["health"],
        at: "key",
        problem: {
          code: "health-unreachable",
          severity: "warning",
          summary: "a job with a `schedule` serves nothing that could be asked",
          hint: "remove `health`, or `schedule` if this is a server",
        },
      };
    else if (networking?.port === undefined)
      yield {
        keys: ["health"],
        at: "key",
        problem: {
          code: "health-unreachable",
          severity: "warning",
          summary: "the service has a `health` block but no `networking.port`",
          detail:
            "New instances are judged by it, but nobody can ask the service from outside: the status page will not know.",
          hint: "add `networking: {port: …}`",
        },
      };
  },
};
