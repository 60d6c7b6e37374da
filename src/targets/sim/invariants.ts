import type { Ms } from "../../model/basics.ts";
import type { Fleet, ReleaseGroup } from "../../model/fleet.ts";
import type { RolloutAction } from "../../model/rollout.ts";
import type { Release } from "../../model/state.ts";

/** One action with what it met and what it left. */
export interface Deed {
  readonly action: Exclude<RolloutAction, { do: "rename" }>;
  readonly before: Fleet;
  readonly after: Fleet;
  /** What whoever acted had been shown last; null when nothing. */
  readonly shown: Fleet | null;
  readonly releases: ReadonlyMap<number, Release>;
  /** Whoever acts has given up on a whole release, and takes what is ready of it. */
  readonly settles: boolean;
  readonly now: Ms;
}

/**
 * The invariants 1 to 4 of design §7 that this action made false, a sentence each. An action is judged by what could be
 * known: where the world had moved on since it was last shown, the world is to blame.
 */
export function brokenBy(deed: Deed): string[] {
  const broken: string[] = [];
  const sum = Object.values(deed.after.weights).reduce((total, weight) => total + weight, 0);
  if (sum !== 0 && sum !== 100) broken.push(`1: the weights of ${deed.after.service} sum to ${sum}`);
  if (!knewTheWorld(deed)) return broken;
  for (const rule of [weightHasBackend, enoughReady, notTooMany, healthyBeforeTraffic, weightlessBeforeStop]) {
    const says = rule(deed);
    if (says !== null) broken.push(`${says} (${describe(deed)})`);
  }
  return broken;
}

function weightHasBackend({ action, before, after }: Deed): string | null {
  // Adopted instances take their traffic along, as ready as they are.
  const adopted = action.do === "ensure" ? action.adopt : undefined;
  const wasSo = (release: number): boolean =>
    (before.weights[release] ?? 0) > 0 && readyIn(groupIn(before, release)) === 0;
  for (const [release, weight] of Object.entries(after.weights)) {
    if (weight === 0 || readyIn(groupIn(after, Number(release))) > 0) continue;
    if (!wasSo(Number(release)) && (adopted === undefined || !wasSo(adopted)))
      return `1: release ${release} of ${after.service} has weight ${weight} and no ready backend`;
  }
  return null;
}

function enoughReady({ before, after, releases, settles }: Deed): string | null {
  if (settles) return null;
  const specs = [...releases.values()].map((release) => release.spec);
  if (Object.keys(before.weights).length === 0 || specs.some((spec) => spec.deployment.strategy === "recreate"))
    return null;
  const floor = Math.min(...specs.map((spec) => spec.runtime.replicas - spec.deployment.max_unavailable));
  const ready = readyOf(after);
  if (ready >= floor || ready >= readyOf(before)) return null;
  return `2: ${ready} instances of ${after.service} ready, ${floor} needed`;
}

function notTooMany({ before, after, releases }: Deed): string | null {
  const specs = [...releases.values()].map((release) => release.spec);
  if (specs.some((spec) => spec.deployment.strategy === "recreate")) return null;
  const most = Math.max(
    ...specs.map(({ runtime, deployment }) =>
      deployment.strategy === "blue-green"
        ? 2 * runtime.replicas
        : runtime.replicas + Math.max(1, deployment.max_surge),
    ),
  );
  const total = stayingOf(after);
  if (total <= most || total <= stayingOf(before)) return null;
  return `2: ${total} instances of ${after.service}, at most ${most} allowed`;
}

function healthyBeforeTraffic({ before, after, releases, now }: Deed): string | null {
  for (const [number, weight] of Object.entries(after.weights)) {
    const release = releases.get(Number(number));
    const adopted = release && groupIn(before, Number(number)) === null;
    if (weight === 0 || (before.weights[Number(number)] ?? 0) > 0 || !release || adopted) continue;
    const healthyMs = release.spec.deployment.min_healthy_time;
    const instances = groupIn(after, Number(number))?.instances ?? [];
    const healthy = instances.some((one) => one.phase === "ready" && now - one.sinceMs >= healthyMs);
    if (!healthy) return `3: release ${number} of ${after.service} got traffic before ${healthyMs} ms of readiness`;
  }
  return null;
}

function weightlessBeforeStop({ action, before }: Deed): string | null {
  if (action.do !== "retire" || (before.weights[action.release] ?? 0) === 0) return null;
  return `4: release ${action.release} of ${before.service} was retired with weight ${before.weights[action.release]}`;
}

/** True when nothing but time has passed since the world was last shown. */
export function knewTheWorld({ before, shown }: Pick<Deed, "before" | "shown">): boolean {
  if (shown === null) return true;
  const picture = (fleet: Fleet): string =>
    JSON.stringify([fleet.weights, fleet.groups.map((group) => [group.release, group.wanted, readySince(group)])]);
  return picture(shown) === picture(before);
}

/** An instance that died and came back is another one, though as many are ready. */
function readySince(group: ReleaseGroup): Ms[] {
  return group.instances.filter((one) => one.phase === "ready").map((one) => one.sinceMs);
}

function groupIn(fleet: Fleet, release: number): ReleaseGroup | null {
  return fleet.groups.find((group) => group.release === release) ?? null;
}

function readyIn(group: ReleaseGroup | null): number {
  return group?.instances.filter((one) => one.phase === "ready").length ?? 0;
}

function readyOf(fleet: Fleet): number {
  return fleet.groups.reduce((total, group) => total + readyIn(group), 0);
}

function stayingOf(fleet: Fleet): number {
  return fleet.groups.reduce(
    (total, group) => total + group.instances.filter((one) => one.phase !== "draining").length,
    0,
  );
}

function describe({ action, before }: Deed): string {
  const what = action.do === "route" ? JSON.stringify(action.weights) : action.do === "ensure" ? action.wanted : "";
  const groups = before.groups.map((g) => `r${g.release}:${g.instances.map((one) => one.phase).join("+")}`).join(" ");
  const release = action.do === "ensure" ? action.release.number : action.do === "retire" ? action.release : "";
  return `${action.do} ${release} ${what} on ${groups} with ${JSON.stringify(before.weights)}`;
}
