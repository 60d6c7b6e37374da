import type { Ms } from "../model/basics.ts";
import type { Fleet, Instance } from "../model/fleet.ts";

/** One release's group, counted the way that strategies decide by. */
export interface GroupView {
  readonly release: number;
  readonly wanted: number;
  /** Everything that has not ended, draining instances included. */
  readonly alive: number;
  /** Alive and not yet told to go. */
  readonly staying: number;
  /** Ready, of those that will stay: a group being scaled down loses its instances that are not ready first. */
  readonly ready: number;
  /** Ready for `min_healthy_time` already. */
  readonly healthy: number;
  readonly weight: number;
  /** When the next ready instance will count as healthy; null when none is on its way. */
  readonly healthyAt: Ms | null;
  readonly crashLoop: Instance | null;
  /** The longest that one instance has been on its way to ready, and which one. */
  readonly slowest: { readonly instance: Instance; readonly forMs: Ms } | null;
}

/** Counts release `release` in `fleet`; a group that is not listed counts as empty. */
export function viewOf(
  fleet: Fleet,
  release: number,
  { minHealthyMs, now }: { readonly minHealthyMs: Ms; readonly now: Ms },
): GroupView {
  const group = fleet.groups.find((candidate) => candidate.release === release);
  const instances = group?.instances ?? [];
  const wanted = group?.wanted ?? 0;
  const alive = instances.filter((one) => one.phase !== "gone");
  const staying = alive.filter((one) => one.phase !== "draining");
  const ready = staying.filter((one) => one.phase === "ready");
  const ages = ready.map((one) => now - one.sinceMs);
  const young = ages.filter((age) => age < minHealthyMs);
  const unready = staying.filter((one) => one.phase !== "ready");
  let slowest: GroupView["slowest"] = null;
  for (const one of unready) {
    const forMs = now - one.sinceMs;
    if (slowest === null || forMs > slowest.forMs) slowest = { instance: one, forMs };
  }
  return {
    release,
    wanted,
    alive: alive.length,
    staying: staying.length,
    ready: Math.min(ready.length, wanted),
    healthy: Math.min(ages.length - young.length, wanted),
    weight: fleet.weights[release] ?? 0,
    healthyAt: young.length === 0 ? null : now + minHealthyMs - Math.max(...young),
    crashLoop: staying.find((one) => one.crashLoop === true) ?? null,
    slowest,
  };
}

/**
 * Views of every group but `release`'s, in order of release number. Groups that have ended entirely are left out. How long
 * makes healthy may differ from release to release.
 */
export function viewsBeside(
  fleet: Fleet,
  release: number | null,
  { minHealthyMs, now }: { readonly minHealthyMs: Ms | ((release: number) => Ms); readonly now: Ms },
): GroupView[] {
  const healthyMs = typeof minHealthyMs === "function" ? minHealthyMs : () => minHealthyMs;
  return fleet.groups
    .filter((group) => group.release !== release)
    .map((group) => viewOf(fleet, group.release, { minHealthyMs: healthyMs(group.release), now }))
    .filter((view) => view.wanted > 0 || view.alive > 0);
}

/** True when every weight is on `release` alone (or on nothing, for null). */
export function servesOnly(fleet: Fleet, release: number | null): boolean {
  const weighted = Object.entries(fleet.weights).filter(([, weight]) => weight > 0);
  if (release === null) return weighted.length === 0;
  return weighted.length === 1 && fleet.weights[release] === 100;
}
