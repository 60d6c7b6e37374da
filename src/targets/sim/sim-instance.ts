import type { Ms } from "../../model/basics.ts";
import type { Instance, InstancePhase } from "../../model/fleet.ts";

/** What becomes of an instance, from the day it is started. */
export interface Fate {
  /** `flaps`: its health endpoint fails every `afterMs`; `crashes`: it exits every `afterMs`; `exits`: before it is ever ready. */
  readonly is: "healthy" | "never-ready" | "exits" | "flaps" | "crashes";
  /** From the start until it is ready, or until it exits. */
  readonly startMs: Ms;
  readonly afterMs?: Ms;
  /** Takes no notice of a request to stop, so that only the drain's deadline ends it. */
  readonly ignoresStop?: boolean;
}

export const HEALTHY: Fate = { is: "healthy", startMs: 1_000 };

const RESTARTS_MAX = 5;
const BACKOFF_MS = 500;
const BACKOFF_MS_MAX = 30_000;
/** How long a process without requests takes to stop. */
const STOP_MS = 100;

/** One pretended process. Plain JSON, changed in place by the functions below. */
export interface SimInstance {
  readonly id: string;
  readonly pid: number;
  readonly fate: Fate;
  phase: InstancePhase;
  sinceMs: Ms;
  /** When it changes by itself; null: never. */
  turnAt: Ms | null;
  drainUntil: Ms | null;
  restarts: number;
  says: string | null;
  /** When each request in flight will have been answered. */
  inFlight: Ms[];
}

/** A process that begins at `now`. */
export function startInstance(
  identity: { readonly id: string; readonly pid: number },
  fate: Fate,
  now: Ms,
): SimInstance {
  return {
    ...identity,
    fate,
    phase: "starting",
    sinceMs: now,
    turnAt: fate.is === "never-ready" ? null : now + fate.startMs,
    drainUntil: null,
    restarts: 0,
    says: null,
    inFlight: [],
  };
}

/** What happens by itself at `turnAt`. The end of a draining instance is the world's. */
export function turnInstance(instance: SimInstance, now: Ms): void {
  const { fate } = instance;
  const afterMs = fate.afterMs ?? 5_000;
  const restarts = instance.phase === "failing" && instance.says?.startsWith("exited") === true;
  const keeps = fate.is === "flaps" || fate.is === "crashes";
  if (instance.phase === "starting" && fate.is === "exits") exitInstance(instance, "exited with code 1", now);
  else if (instance.phase === "ready" && fate.is === "crashes") exitInstance(instance, "exited with code 137", now);
  else if (instance.phase === "ready") enterPhase(instance, "failing", now, now + afterMs, "GET /health answered 503");
  else if (restarts) enterPhase(instance, "starting", now, fate.is === "never-ready" ? null : now + fate.startMs);
  else enterPhase(instance, "ready", now, keeps ? now + afterMs : null);
}

/** The process ends unasked and is started again after a pause that doubles each time. */
export function exitInstance(instance: SimInstance, says: string, now: Ms): void {
  instance.restarts += 1;
  const backoffMs = Math.min(BACKOFF_MS * 2 ** (instance.restarts - 1), BACKOFF_MS_MAX);
  enterPhase(instance, "failing", now, now + backoffMs, says);
}

/** Its health endpoint answers otherwise than it should, for good. */
export function lieInstance(instance: SimInstance, ready: boolean, now: Ms): void {
  if (instance.phase === "draining") return;
  if (ready) enterPhase(instance, "ready", now, null);
  else enterPhase(instance, "failing", now, null, "GET /health answered 503");
}

/** Takes no new request; ends when the last one is answered, at `drainMs` at the latest. */
export function drainInstance(instance: SimInstance, drainMs: Ms, now: Ms): void {
  if (instance.phase === "draining") return;
  const deadline = now + drainMs;
  const answered = Math.max(now + STOP_MS, ...instance.inFlight);
  instance.drainUntil = deadline;
  enterPhase(instance, "draining", now, instance.fate.ignoresStop ? deadline : Math.min(answered, deadline));
}

/** As the target reports it. */
export function reported(instance: SimInstance): Instance {
  return {
    id: instance.id,
    phase: instance.phase,
    sinceMs: instance.sinceMs,
    ...(instance.says === null ? {} : { says: instance.says }),
    ...(instance.restarts >= RESTARTS_MAX && instance.phase !== "ready" ? { crashLoop: true } : {}),
    restarts: instance.restarts,
    pid: instance.pid + instance.restarts * 100_000,
  };
}

function enterPhase(
  instance: SimInstance,
  phase: InstancePhase,
  now: Ms,
  turnAt: Ms | null,
  says: string | null = null,
): void {
  instance.phase = phase;
  instance.sinceMs = now;
  instance.turnAt = turnAt;
  instance.says = says;
}
