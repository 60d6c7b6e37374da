import { GitError } from "../../src/git/git-error.ts";
import type { Digest, Oid, ServiceId } from "../../src/model/basics.ts";
import type { RolloutAction } from "../../src/model/rollout.ts";
import type { Claim, Release, ServiceRecord, State, StateStore } from "../../src/model/state.ts";
import type { Fence } from "../../src/model/target.ts";

/** How often dealings with State go wrong, from 0 to 1. */
export interface StoreFaults {
  /** The answer of a swap is lost, though half of them are done. */
  readonly unknown: number;
  readonly unreachable: number;
}

/** A part of a plan's steps, by digest, and the old ids of those that move. */
export interface Approvals {
  readonly steps: ReadonlyMap<ServiceId, Digest>;
  readonly leaving: ReadonlySet<ServiceId>;
}

/**
 * A StateStore whose answers are lost now and then, and which remembers what was ever durable: by that every write, and
 * every action at the moment in which it takes effect, is judged (invariant 9 of design §7).
 */
export class WatchedStore {
  readonly problems: string[] = [];
  readonly store: StateStore;
  faulty = true;
  /** Whether a run has gone on all the time: one that has must not be taken over. */
  isWell: (run: string) => boolean = () => true;
  #state: State | null = null;
  #tip: Oid | null = null;
  readonly #releases = new Set<string>();
  readonly #rollouts = new Set<string>();
  readonly #approvals = new Map<string, Approvals>();

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
        if (expected !== this.#tip) this.problems.push(`9: ${swap.oid} was reported won beside ${this.#tip}`);
        this.#tip = swap.oid;
        const { state } = await inner.read();
        this.#judgeClaim(state.claim);
        this.#judgeRecords(state, by.run);
        this.#state = state;
        return strikes(faults.unknown / 2) ? { is: "unknown" } : swap;
      },
    };
  }

  /** What a run may begin: nothing but these steps, and bringing back what is recorded. */
  approve(run: string, approvals: Approvals): void {
    this.#approvals.set(run, approvals);
  }

  /** The releases of a service that are recorded now. */
  releasesOf(service: ServiceId): readonly Release[] {
    return this.#state?.services.get(service)?.releases ?? [];
  }

  /** Called when an action is sent: whoever was taken over has to know by then. */
  judgeSending({ key, epoch }: Fence): void {
    if (epoch !== this.#state?.epoch)
      this.problems.push(`9: ${key} is sent under epoch ${epoch}, and ${this.#state?.epoch} has been claimed`);
  }

  /** Called before an action takes effect: what is recorded now must name it. */
  judgeEffect(action: RolloutAction, { key }: Fence): void {
    const service =
      action.do === "ensure" ? action.release.service : action.do === "rename" ? action.to : action.service;
    const rollout = this.#state?.services.get(service)?.rollout;
    if (rollout?.id !== key.slice(0, key.lastIndexOf("#")))
      this.problems.push(`9: ${action.do} ${key} acts without durable intent: ${rollout?.id ?? "nothing"} is recorded`);
    if (action.do === "ensure" && !this.releasesOf(service).some(({ number }) => number === action.release.number))
      this.problems.push(`9: ${service}/${action.release.number} runs and is not recorded`);
  }

  /** Called at the end: the last win is what is there, and each one stood on the one before. */
  judgeTip(tip: Oid | null): void {
    if (tip !== this.#tip) this.problems.push(`9: ${this.#tip} was won last, and ${tip} is there`);
  }

  #judgeClaim(claim: Claim | null): void {
    if (claim?.tookOver === undefined || claim.nonce === this.#state?.claim?.nonce) return;
    if (this.isWell(claim.tookOver)) this.problems.push(`${claim.run} took over from ${claim.tookOver}, which is well`);
  }

  #judgeRecords(state: State, run: string): void {
    for (const record of state.services.values()) {
      const before = this.#state?.services.get(record.service);
      if (before === record) continue;
      const { service, releases, rollout } = record;
      const fresh = releases.filter(({ number }) => !this.#releases.has(`${service}/${number}`));
      const begins = rollout !== null && !this.#rollouts.has(rollout.id);
      if (fresh.length > 0 || begins) this.#judgeApproval(state, run, record);
      for (const { number } of releases) this.#releases.add(`${service}/${number}`);
      if (rollout !== null) this.#rollouts.add(rollout.id);
    }
    for (const record of this.#state?.services.values() ?? [])
      if (!state.services.has(record.service)) this.#judgeRemoval(run, record);
  }

  #judgeApproval({ journal }: State, run: string, { service, rollout, stable }: ServiceRecord): void {
    const approvals = this.#approvals.get(run);
    if (approvals === undefined || approvals.leaving.has(service)) return;
    const entry = journal?.run === run ? journal.entries.find((one) => one.service === service) : undefined;
    const restores = entry?.action === "restore" && rollout?.to === stable;
    if (!restores && (entry === undefined || approvals.steps.get(service) !== entry.digest))
      this.problems.push(`9: ${run} begins to change ${service}, which was not approved`);
  }

  /** An earlier run's removal may be finished by any. */
  #judgeRemoval(run: string, { service, rollout }: ServiceRecord): void {
    const approvals = this.#approvals.get(run);
    if (approvals === undefined || rollout !== null) return;
    if (!approvals.leaving.has(service) && !approvals.steps.has(service))
      this.problems.push(`9: ${run} forgets ${service}, which was not approved`);
  }
}
