import type { ApplyInput } from "../../src/apply/apply-input.ts";
import type { Clock, Ms } from "../../src/model/basics.ts";
import type { StateStore } from "../../src/model/state.ts";
import type { Fence } from "../../src/model/target.ts";
import type { VirtualClock } from "../../src/targets/sim/virtual-clock.ts";

/** What a run lives by. */
export type Surroundings = Pick<ApplyInput, "clock" | "store" | "target" | "edge">;

/**
 * A process that can be killed or stopped between any two of its dealings with the world: once dead, nothing that it asks
 * is ever answered, so nothing that it meant to do afterwards happens; stopped, all of it stands still until it wakes.
 * What was on its way when it died may still arrive, as in reality.
 */
export class PretendedProcess {
  readonly died: Promise<void>;
  /** Called when an action is sent and has not arrived: the last moment to stand still in. */
  beforeAct: (fence: Fence) => void = () => undefined;
  #dead = false;
  #frozenUntil: Ms = 0;
  #tellDeath: () => void = () => undefined;
  readonly #clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
    this.died = new Promise((resolve) => {
      this.#tellDeath = resolve;
    });
  }

  /** Whether it has gone on all the time. */
  get isWell(): boolean {
    return !this.#dead && this.#frozenUntil === 0;
  }

  /** As `kill -9` would. */
  kill(): void {
    this.#dead = true;
    this.#tellDeath();
  }

  /** As SIGSTOP would, and SIGCONT after `forMs`. */
  freeze(forMs: Ms): void {
    this.#frozenUntil = this.#clock.monotonic() + forMs;
  }

  /** Passes as long as the process lives and runs. */
  async gate(): Promise<void> {
    if (this.#dead) return new Promise(() => undefined);
    while (this.#clock.monotonic() < this.#frozenUntil)
      await this.#clock.sleep(this.#frozenUntil - this.#clock.monotonic());
    if (this.#dead) return new Promise(() => undefined);
  }

  /** The same surroundings, as seen from within this process. */
  within({ clock, store, target, edge }: Surroundings): Surroundings {
    const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
      await this.gate();
      try {
        return await work();
      } finally {
        await this.gate();
      }
    };
    const gate = () => this.gate();
    const acting = <T>(fence: Fence, work: () => Promise<T>): Promise<T> => {
      this.beforeAct(fence);
      return guarded(work);
    };
    const own: Clock = {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      sleep: (ms, signal) => guarded(() => clock.sleep(ms, signal)),
    };
    const ownStore: StateStore = {
      read: () => guarded(() => store.read()),
      swap: (...asked) => guarded(() => store.swap(...asked)),
    };
    return {
      clock: own,
      store: ownStore,
      target: {
        profile: target.profile,
        observe: (only) => guarded(() => target.observe(only)),
        act: (...asked) => acting(asked[1], () => target.act(...asked)),
        async *watch(service, signal) {
          for await (const fleet of target.watch(service, signal)) {
            await gate();
            yield fleet;
          }
        },
      },
      edge: {
        profile: edge.profile,
        route: (...asked) => acting(asked[1], () => edge.route(...asked)),
        evidence: (...asked) => guarded(() => edge.evidence(...asked)),
      },
    };
  }
}
