import type { ServiceId } from "../../model/basics.ts";
import type { Edge, Evidence } from "../../model/edge.ts";
import type { Fleet, Observation } from "../../model/fleet.ts";
import type { RolloutAction } from "../../model/rollout.ts";
import type { Fence, Receipt, Target } from "../../model/target.ts";
import { simProfile } from "./profile.ts";
import { NO_FAULTS, type SimFaults } from "./sim-faults.ts";
import type { SimWorld } from "./sim-world.ts";

/** The connection to the pretended agent broke: whether the action was done is not known. */
export class SimConnectionLost extends Error {
  override readonly name = "SimConnectionLost";
}

/** The Target and the Edge of a world, with `faults` on the way between. */
export function simTarget(
  world: SimWorld,
  faults: SimFaults = NO_FAULTS,
): { readonly target: Target; readonly edge: Edge } {
  const act = async (action: RolloutAction, fence: Fence): Promise<Receipt> => {
    const fault = faults.onAct(action);
    if (!world.reachable || fault === "lost-before") throw new SimConnectionLost("the connection broke");
    if (fault === "refused") return { is: "refused", diagnostic: refusal(action) };
    const receipt = world.perform(action, fence);
    if (fault === "lost-after") throw new SimConnectionLost("the connection broke");
    return receipt;
  };
  return {
    target: {
      profile: simProfile(world),
      observe: async (only) => observe(world, faults, only),
      act,
      watch: (service, signal) => watch(world, service, signal),
    },
    edge: {
      profile: { weightStep: world.weightStep, enforces: new Set(["service", "port", "maintenance"] as const) },
      route: act,
      evidence: async (service, since) => evidence(world, service, since),
    },
  };
}

function observe(world: SimWorld, faults: SimFaults, only?: readonly ServiceId[]): Observation {
  const fault = faults.onObserve();
  if (fault === "lost") throw new SimConnectionLost("the connection broke");
  const asked = only ?? world.services();
  const at = world.fleet(asked[0] ?? "").at;
  if (!world.reachable || fault === "unreachable")
    return { at, fleets: [], foreign: [], unreachable: [...asked].sort() };
  const fleets = [...asked].sort().map((id) => {
    const shown = fault === "stale" ? world.shown.get(id) : undefined;
    const fleet = shown ?? world.fleet(id);
    world.shown.set(id, fleet);
    return fleet;
  });
  const running = only ? fleets : fleets.filter((fleet) => fleet.groups.length > 0 || fleet.policy !== null);
  return { at, fleets: running, foreign: [...world.foreign], unreachable: [] };
}

async function* watch(world: SimWorld, service: ServiceId, signal: AbortSignal): AsyncGenerator<Fleet> {
  let changed = true;
  let wake = () => {};
  const forget = world.onChange((id) => {
    if (id !== service) return;
    changed = true;
    wake();
  });
  const aborted = () => wake();
  signal.addEventListener("abort", aborted, { once: true });
  try {
    while (!signal.aborted) {
      if (changed && world.reachable) {
        changed = false;
        yield world.fleet(service);
      } else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  } finally {
    forget();
    signal.removeEventListener("abort", aborted);
  }
}

function evidence(world: SimWorld, service: ServiceId, since: number): Evidence {
  const byRelease: Record<number, { requests: number; failures: number; aborted: number }> = {};
  for (const request of world.requests(service)) {
    if (request.at < since) continue;
    byRelease[request.release] ??= { requests: 0, failures: 0, aborted: 0 };
    const counts = byRelease[request.release];
    if (!counts) continue;
    counts.requests += 1;
    if (request.outcome === "failed") counts.failures += 1;
    if (request.outcome === "aborted") counts.aborted += 1;
  }
  return { service, from: since, to: world.fleet(service).at, byRelease };
}

function refusal(action: RolloutAction) {
  return {
    code: "target-refused",
    severity: "error" as const,
    summary: `the target refused to ${action.do}`,
    detail: "A scripted fault of the simulated target.",
  };
}
