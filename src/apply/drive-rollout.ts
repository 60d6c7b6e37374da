import { compilePolicy } from "../edge/policy.ts";
import type { Ms, ServiceId } from "../model/basics.ts";
import type { Fleet } from "../model/fleet.ts";
import type { Next, Rollout, RolloutAction } from "../model/rollout.ts";
import type { Release, ServiceRecord } from "../model/state.ts";
import type { Receipt } from "../model/target.ts";
import { fenceKeyOf } from "../rollout/fence-key.ts";
import { strategyFor } from "../rollout/strategies.ts";
import { withRollout } from "../state/records.ts";
import type { Run } from "./run.ts";

/** How a rollout's part in this run ended. */
export type Drive =
  | {
      readonly is: "ended";
      readonly as: Extract<Next["wake"], { is: "ended" }>["as"];
      readonly says: string;
      /** Nothing had to be done: an earlier run had done it. */
      readonly foundDone: boolean;
      /** Why the target would not do it, in its own words. */
      readonly refused: string | null;
      /** Instances of the release that was brought in are still there. */
      readonly remains: boolean;
    }
  /** The run has to end, or the service could not be seen or acted on for too long: the rollout stays for the next run. */
  | { readonly is: "left"; readonly says: string };

const UNCONFIRMED = "Git did not confirm that the claim is still this run's";
/** How long a service may be out of sight, or out of bounds, before this run leaves it to the next. */
const UNSEEN_MS_MAX: Ms = 120_000;
/** How long a target may be busy with itself before this run leaves the service to the next. */
const PASSING_MS_MAX: Ms = 60_000;
const PASSING_AGAIN_MS: Ms = 1_000;
/** A target that refuses again and again will not change its mind. */
const REFUSALS_MAX = 3;

/**
 * Drives one rollout: ask the strategy with what is seen now, do what it answers, wait for a change or for the time it
 * named, until it says that it has ended. Every action carries the claim's epoch and a key. What the strategy remembers
 * is kept in State as it goes on, so that another run can take over at any point.
 */
export async function driveRollout(run: Run, service: ServiceId, begun: Rollout): Promise<Drive> {
  const { input } = run;
  const { clock } = input;
  const strategy = strategyFor(begun.strategy).value;
  if (strategy === null) return { is: "left", says: `this version knows no strategy ${begun.strategy}` };
  const changes = watchChanges(run, service);
  let rollout = begun;
  let seenAt = clock.monotonic();
  let turns = 0;
  let refusals = 0;
  let refused: string | null = null;
  let passingSince: Ms | null = null;
  let acted = false;
  try {
    while (!run.halted.aborted) {
      if (rollout.movedFrom !== undefined) rollout = await renamed(run, rollout, rollout.movedFrom);
      if (run.halted.aborted) break;
      // Time in which it may not act is no more evidence than time in which nothing is seen: it uses up no deadline.
      const mayAct = await run.isAlive();
      if (run.halted.aborted) break;
      // Under its new id nothing is seen before that: what runs would be started a second time.
      const fleet = mayAct && rollout.movedFrom === undefined ? await seen(run, service) : null;
      if (fleet !== null) seenAt = clock.monotonic();
      else if (clock.monotonic() - seenAt > UNSEEN_MS_MAX)
        return {
          is: "left",
          says: `${mayAct ? "it could not be seen" : UNCONFIRMED} for too long; the next run goes on`,
        };
      const remains = (): boolean => fleet?.groups.some(({ release }) => release === rollout.to) ?? true;
      const record = run.holder.state().services.get(service);
      if (record === undefined) throw new TypeError(`${service} is driven without a record`);
      const next = strategy.next({
        rollout,
        fleet,
        evidence: null,
        now: clock.now(),
        to: releaseOf(record, rollout.to),
        from: releaseOf(record, rollout.from),
        policyOf: (release) => compilePolicy(release.spec),
        known: record.releases,
        weightStep: Math.max(input.target.profile.weightStep, input.edge.profile.weightStep),
      });
      turns++;
      input.onEvent?.({ service, says: mayAct ? next.says : `holding: ${UNCONFIRMED}` });
      if (next.wake.is === "ended")
        return {
          is: "ended",
          as: next.wake.as,
          says: next.says,
          foundDone: turns === 1 && !acted,
          refused,
          remains: remains(),
        };
      if (next.rollout.phase !== rollout.phase || next.actions.length > 0) remember(run, service, next);
      rollout = next.rollout;
      if (next.actions.length > 0) acted = true;

      const refusal = await actAll(run, next);
      if (run.halted.aborted) break;
      if (refusal?.passing) {
        // Says nothing of the release: no deadline of its own runs meanwhile.
        passingSince ??= clock.monotonic();
        if (clock.monotonic() - passingSince > PASSING_MS_MAX) return { is: "left", says: refusal.says };
        input.onEvent?.({ service, says: `waiting: ${refusal.says}` });
        await changes.nextOr(PASSING_AGAIN_MS);
        rollout = { ...rollout, lastSeenAt: clock.now() };
        continue;
      }
      passingSince = null;
      if (refusal !== null) {
        refused = refusal.says;
        if (++refusals > REFUSALS_MAX)
          return {
            is: "ended",
            as: rollout.from === null ? "no-stable" : "rolled-back",
            says: refusal.says,
            foundDone: false,
            refused,
            remains: remains(),
          };
        input.onEvent?.({ service, says: refusal.says });
        rollout = { ...rollout, order: "abort" };
        continue;
      }
      const until = next.wake.is === "at" ? next.wake.at : next.wake.by;
      await changes.nextOr(Math.max(1, until - clock.now()));
    }
    return { is: "left", says: "the next run goes on with it" };
  } finally {
    await changes.stop();
  }
}

interface Refusal {
  readonly says: string;
  readonly passing: boolean;
}

/** Does a turn's actions in order, until one is refused. Fenced or a broken connection ends the turn. */
async function actAll(run: Run, next: Next): Promise<Refusal | null> {
  for (const [index, action] of next.actions.entries()) {
    if (run.halted.aborted) return null;
    await run.input.crash?.("before-act");
    const receipt = await act(run, action, fenceKeyOf(next, index));
    await run.input.crash?.("after-act");
    if (receipt === null) return null;
    if (receipt.is === "fenced") {
      await run.outrank(receipt.seen);
      return null;
    }
    if (receipt.is === "refused") {
      const { diagnostic, passing = false } = receipt;
      if (!passing) run.diagnostics.push(diagnostic);
      return { says: diagnostic.summary, passing };
    }
  }
  return null;
}

/** Null where it may not act now, or the connection broke: what is seen next tells whether it was done. */
async function act(run: Run, action: RolloutAction, key: string): Promise<Receipt | null> {
  const { target, edge, secrets } = run.input;
  if (!(await run.isAlive())) return null;
  const fence = { epoch: run.holder.claim.epoch, key };
  try {
    return action.do === "route" ? await edge.route(action, fence) : await target.act(action, fence, secrets);
  } catch {
    return null;
  }
}

/** What runs under the old id becomes the new one's; where nothing is left there, an earlier run has done it. */
async function renamed(run: Run, rollout: Rollout, from: ServiceId): Promise<Rollout> {
  const { movedFrom: _done, ...rest } = rollout;
  const old = await seen(run, from);
  if (old === null) return rollout;
  if (old.groups.length === 0) return rest;
  const receipt = await act(run, { do: "rename", service: from, to: rollout.service }, `${rollout.id}#rename`);
  if (receipt?.is === "fenced") await run.outrank(receipt.seen);
  return receipt?.is === "done" ? rest : rollout;
}

/** One service as it is now; null where target or edge cannot be asked. */
async function seen(run: Run, service: ServiceId): Promise<Fleet | null> {
  try {
    const observation = await run.input.target.observe([service]);
    if (observation.unreachable.includes(service)) return null;
    return observation.fleets.find((fleet) => fleet.service === service) ?? nothingOf(service, observation.at);
  } catch {
    return null;
  }
}

function nothingOf(service: ServiceId, at: Ms): Fleet {
  return { service, epochSeen: 0, at, groups: [], weights: {}, policy: null, inFlight: {} };
}

function releaseOf(record: ServiceRecord, number: number | null): Release | null {
  return record.releases.find((release) => release.number === number) ?? null;
}

/** Keeps where the rollout is, with the next write: losing it costs a successor time, never correctness. */
function remember(run: Run, service: ServiceId, { rollout, says }: Next): void {
  const at = new Date(run.input.clock.now()).toISOString();
  run.holder.later((state) => {
    const record = state.services.get(service);
    if (!record || record.rollout?.id !== rollout.id) return null;
    return { services: new Map([[service, withRollout(record, rollout, at)]]), message: `${service}: ${says}` };
  });
}

/** Wakes a waiting rollout when something changes at its service. A watch that breaks leaves the clock to wake it. */
function watchChanges(run: Run, service: ServiceId): { nextOr(ms: Ms): Promise<void>; stop(): Promise<void> } {
  const { clock, target } = run.input;
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  run.halted.addEventListener("abort", stop, { once: true });
  if (run.halted.aborted) stop();
  let changed = false;
  let wake = (): void => undefined;
  const watching = (async () => {
    try {
      for await (const _ of target.watch(service, stopping.signal)) {
        changed = true;
        wake();
      }
    } catch {
      // Lost: every turn looks for itself.
    }
  })();
  return {
    async nextOr(ms) {
      if (!changed && !stopping.signal.aborted) {
        const waited = new AbortController();
        const end = (): void => waited.abort();
        wake = end;
        stopping.signal.addEventListener("abort", end, { once: true });
        await clock.sleep(ms, waited.signal);
        stopping.signal.removeEventListener("abort", end);
      }
      changed = false;
    },
    async stop() {
      stop();
      run.halted.removeEventListener("abort", stop);
      await watching;
    },
  };
}
