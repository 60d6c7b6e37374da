import type { Fleet } from "../../src/model/fleet.ts";
import type { Next, Rollout } from "../../src/model/rollout.ts";
import type { Release } from "../../src/model/state.ts";

interface Count {
  wanted: number;
  alive: number;
  ready: number;
}

/**
 * The design's invariants, judged from the outside: given what the strategy saw, does anything it orders make one of them
 * false? Returns the offences in words.
 */
export function offences(asked: {
  readonly before: Rollout;
  readonly fleet: Fleet;
  readonly next: Next;
  readonly now: number;
  readonly to: Release | null;
  readonly from: Release | null;
  readonly known: readonly Release[];
}): string[] {
  const { fleet, next, now, to, from } = asked;
  const found: string[] = [];
  const goingBack = ["back", "settle"].includes(next.rollout.phase);
  const goal = goingBack ? from : next.rollout.phase === "clear" ? null : to;
  const knownNumbers = new Set([to, from, ...asked.known].map((release) => release?.number));
  const counts = new Map<number, Count>();
  for (const group of fleet.groups) {
    const alive = group.instances.filter((one) => one.phase !== "gone");
    const ready = alive.filter((one) => one.phase === "ready").length;
    counts.set(group.release, { wanted: group.wanted, alive: alive.length, ready: Math.min(ready, group.wanted) });
  }
  let weights: Readonly<Record<number, number>> = fleet.weights;
  const total = (): number =>
    [...counts].reduce((sum, [n, c]) => sum + (knownNumbers.has(n) ? Math.max(c.wanted, c.alive) : 0), 0);
  const ready = (): number => [...counts.values()].reduce((sum, count) => sum + count.ready, 0);
  const deployment = goal?.spec.deployment;
  const replicas = goal?.spec.runtime.replicas ?? 0;
  const surge = deployment ? Math.max(deployment.max_surge, deployment.max_unavailable === 0 ? 1 : 0) : 0;
  // Once it settles, the goal could not be made whole: what is left of it serves.
  const floor = deployment && next.rollout.phase !== "settle" ? replicas - deployment.max_unavailable : 0;
  const gentle = goal !== null && ["rolling", "in-place"].includes(next.rollout.strategy);

  for (const action of next.actions) {
    const readyBefore = ready();
    const totalBefore = total();
    if (action.do === "route") {
      const given = Object.entries(action.weights).filter(([, weight]) => weight > 0);
      const sum = given.reduce((all, [, weight]) => all + weight, 0);
      if (given.length > 0 && sum !== 100) found.push(`1: weights sum to ${sum}`);
      for (const [key, weight] of given) {
        const number = Number(key);
        const group = fleet.groups.find((candidate) => candidate.release === number);
        const readyOnes = group?.instances.filter((one) => one.phase === "ready") ?? [];
        if (readyOnes.length === 0) found.push(`1: r${number} gets ${weight}% and has no ready backend`);
        const release = [to, from, ...asked.known].find((candidate) => candidate?.number === number) ?? goal;
        const minMs = Math.min(release?.spec.deployment.min_healthy_time ?? 0, deployment?.min_healthy_time ?? 0);
        const before = fleet.weights[number] ?? 0;
        if (before === 0 && !readyOnes.some((one) => now - one.sinceMs >= minMs) && next.rollout.phase !== "settle")
          found.push(`3: r${number} gets ${weight}% before it was healthy long enough`);
      }
      if (goal && gentle) {
        const had = fleet.weights[goal.number] ?? 0;
        const has = action.weights[goal.number] ?? 0;
        const group = fleet.groups.find((candidate) => candidate.release === goal.number);
        if (has < had && group?.instances.some((one) => one.phase === "ready") && replicas > 0)
          found.push(`5: the weight of r${goal.number} falls from ${had} to ${has}`);
      }
      weights = action.weights;
    } else if (action.do === "ensure") {
      const number = action.release.number;
      const count = counts.get(number) ?? { wanted: 0, alive: 0, ready: 0 };
      if (action.adopt !== undefined) {
        const donor = counts.get(action.adopt);
        counts.delete(action.adopt);
        if (donor) {
          count.alive += donor.alive;
          count.ready += donor.ready;
        }
      }
      if (action.wanted === 0 && (weights[number] ?? 0) > 0)
        found.push(`4: r${number} is scaled to nothing while it serves`);
      counts.set(number, { wanted: action.wanted, alive: count.alive, ready: Math.min(count.ready, action.wanted) });
    } else if (action.do === "retire") {
      if ((fleet.weights[action.release] ?? 0) > 0) found.push(`4: r${action.release} stops while it serves`);
      const count = counts.get(action.release);
      if (count) counts.set(action.release, { wanted: 0, alive: count.alive, ready: 0 });
    }
    if (gentle && total() > Math.max(totalBefore, replicas + surge))
      found.push(`2: ${total()} instances, at most ${replicas + surge} allowed`);
    if (gentle && ready() < Math.min(readyBefore, floor))
      found.push(`2: ${ready()} ready instances left of ${readyBefore}, at least ${floor} needed`);
  }
  if (next.wake.is === "ended" && next.actions.length > 0) found.push("an ended rollout acts");
  return found;
}
