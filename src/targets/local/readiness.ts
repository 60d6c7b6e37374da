import type { Ms } from "../../model/basics.ts";
import type { Readiness } from "./agent-api.ts";

/** What probes have said of one start of an instance so far. */
export interface Health {
  readonly phase: "starting" | "ready" | "failing";
  readonly successes: number;
  readonly failures: number;
}

export const UNASKED: Health = { phase: "starting", successes: 0, failures: 0 };

/**
 * Takes one more answer in. Ready after `success_threshold` successes in a row; failing after `failure_threshold`
 * failures in a row, of which those within `start_period` do not count while it was never ready. Pure.
 */
export function afterProbe(health: Health, ok: boolean, sinceStartMs: Ms, readiness: Readiness): Health {
  const { success_threshold = 1, failure_threshold = 3, start_period = 0 } = readiness.is === "http" ? readiness : {};
  if (ok) {
    const successes = health.successes + 1;
    return { phase: successes >= success_threshold ? "ready" : health.phase, successes, failures: 0 };
  }
  if (health.phase === "starting" && sinceStartMs < start_period) return { ...health, successes: 0 };
  const failures = health.failures + 1;
  return { phase: failures >= failure_threshold ? "failing" : health.phase, successes: 0, failures };
}

/** How long to wait before asking again: eagerly until first ready, then as often as the service says, every 2 s at least. */
export function probeDelayMs(health: Health, readiness: Readiness, sinceStartMs: Ms): Ms {
  if (health.phase === "ready") return readiness.is === "http" ? Math.min(readiness.interval, 2_000) : 2_000;
  return sinceStartMs < 10_000 ? 150 : 500;
}
