import { GitError } from "../../src/git/git-error.ts";
import type { Digest, Oid, ServiceId } from "../../src/model/basics.ts";
import type { RolloutAction } from "../../src/model/rollout.ts";
import type { Release, State, StateStore } from "../../src/model/state.ts";
import type { Fence } from "../../src/model/target.ts";

/** How often dealings with State go wrong, from 0 to 1. */
export interface StoreFaults {
  /** The answer of a swap is lost, though half of them are done. */
  readonly unknown: number;
  readonly unreachable: number;
}

/**
 * A StateStore whose answers are lost now and then, and which remembers what was ever durable: by that every action is
 * judged at the moment in which it takes effect.
 */
export class WatchedStore {
  readonly problems: string[] = [];
  readonly store: StateStore;
  faulty = true;
  #state: State | null = null;
  readonly #wins: { readonly expected: Oid | null; readonly oid: Oid }[] = [];
  readonly #rollouts = new Set<string>();
  readonly #releases = new Set<string>();
  readonly #steps = new Set<string>();
  readonly #runs = new Map<number, string>();
  readonly #approvals = new Map<string, ReadonlyMap<ServiceId, Digest>>();

  constructor(inner: StateStore, random: () => number, faults: StoreFaults) {
    const strikes = (rate: number): boolean => this.faulty && random() < rate;
    this.store = {
      read: async () => {
        if (strikes(faults.unreachable)) throw new GitError("unreachable", "the remote does not answer");
        return inner.read();
      },
      swap: async (expected, change, by) => {
        if (strikes(faults.unreachable)) throw new GitError("unreachable", "the remote does not answer");
        if (strikes(faults.unknown / 2)) return { is: "unknown" };
        const swap = await inner.swap(expected, change, by);
        if (swap.is !== "won") return swap;
        this.#wins.push({ expected, oid: swap.oid });
        if (change.claim) this.#runs.set(change.claim.epoch, change.claim.run);
        this.#remember((await inner.read()).state);
        return strikes(faults.unknown / 2) ? { is: "unknown" } : swap;
      },
    };
  }

  /** What a run may do: every release that it brings in must be among these steps. */
  approve(run: string, steps: "all" | ReadonlyMap<ServiceId, Digest>): void {
    if (steps !== "all") this.#approvals.set(run, steps);
  }

  /** The releases of a service that are recorded now. */
  releasesOf(service: ServiceId): readonly Release[] {
    return this.#state?.services.get(service)?.releases ?? [];
  }

  /** Called before an action takes effect. */
  judge(action: RolloutAction, { key, epoch }: Fence): void {
    const id = key.slice(0, key.lastIndexOf("#"));
    if (!this.#rollouts.has(id)) this.problems.push(`9: ${key} acts without durable intent`);
    if (action.do !== "ensure") return;
    const { release } = action;
    const name = `${release.service}/${release.number}`;
    if (!this.#releases.has(name)) this.problems.push(`9: ${name} runs and is not recorded`);
    const approved = this.#approvals.get(release.run);
    if (approved === undefined || this.#runs.get(epoch) !== release.run) return;
    const digest = approved.get(release.service);
    if (digest === undefined || !this.#steps.has(`${release.run} ${release.service} ${digest}`))
      this.problems.push(`9: ${name} was not approved and runs`);
  }

  /** Each won swap stands on the one before: no win was ever lost. */
  judgeWins(): void {
    let tip: Oid | null = null;
    for (const { expected, oid } of this.#wins) {
      if (expected !== tip) this.problems.push(`9: ${oid} was reported won beside ${tip}`);
      tip = oid;
    }
  }

  #remember(state: State): void {
    for (const record of state.services.values()) {
      if (this.#state?.services.get(record.service) === record) continue;
      if (record.rollout) this.#rollouts.add(record.rollout.id);
      for (const { number } of record.releases) this.#releases.add(`${record.service}/${number}`);
    }
    for (const { service, digest } of state.journal?.entries ?? [])
      this.#steps.add(`${state.journal?.run} ${service} ${digest}`);
    this.#state = state;
  }
}
