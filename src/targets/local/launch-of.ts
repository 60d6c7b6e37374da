import { ownPath } from "../../model/own-path.ts";
import type { Release } from "../../model/state.ts";
import type { Launch, Readiness } from "./agent-api.ts";

/** All that starting an instance of a release takes, from its spec and where its files were put. Pure. */
export function launchOf(
  { spec }: Release,
  files: { readonly cwd: string; readonly command: readonly string[] },
  variables: Readonly<Record<string, string>>,
): Launch {
  return {
    cwd: files.cwd,
    command: files.command,
    variables,
    readiness: readinessOf(spec),
    memoryLimit: spec.runtime.memory_limit ?? null,
    drainMs: spec.deployment.drain_time,
    logging: spec.logging,
  };
}

/** In another protocol than HTTP an instance's port must take connections; how it answers is asked from outside. */
function readinessOf(spec: Release["spec"]): Readiness {
  const { health, networking } = spec;
  const path = ownPath(spec) ?? (/^https?:/i.test(health?.endpoint ?? "") ? health?.endpoint : undefined);
  if (!health || path === undefined) return networking?.port === undefined ? { is: "alive" } : { is: "tcp" };
  const { interval, timeout, start_period, failure_threshold, success_threshold } = health;
  return { is: "http", endpoint: path, interval, timeout, start_period, failure_threshold, success_threshold };
}
