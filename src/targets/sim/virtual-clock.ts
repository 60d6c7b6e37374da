import type { Clock, Ms } from "../../model/basics.ts";

/** Anything that lives by the clock without sleeping on it: a SimWorld. */
export interface Timed {
  /** When something next happens by itself; null: never. */
  nextAt(): Ms | null;
  /** Brings it up to the clock's present. */
  tick(): void;
}

interface Timer {
  readonly at: Ms;
  readonly order: number;
  readonly wake: () => void;
}

/**
 * Time that moves only when told to. Sleepers and attached worlds wake in the order of their times, one instant at a
 * time, and everything that follows from one waking has run before the next.
 */
export class VirtualClock implements Clock {
  #now: Ms;
  #order = 0;
  readonly #start: Ms;
  readonly #timers = new Set<Timer>();
  readonly #timed: Timed[] = [];

  constructor(start: Ms = 1_700_000_000_000) {
    this.#start = start;
    this.#now = start;
  }

  now(): Ms {
    return this.#now;
  }

  monotonic(): Ms {
    return this.#now - this.#start;
  }

  sleep(ms: Ms, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const timer: Timer = {
        at: this.#now + Math.max(0, ms),
        order: this.#order++,
        wake: () => {
          this.#timers.delete(timer);
          signal?.removeEventListener("abort", timer.wake);
          resolve();
        },
      };
      this.#timers.add(timer);
      signal?.addEventListener("abort", timer.wake, { once: true });
    });
  }

  /** From now on `timed` is brought up to date at each instant that concerns it. */
  attach(timed: Timed): void {
    this.#timed.push(timed);
  }

  /** Moves time on by `ms`. */
  async advance(ms: Ms): Promise<void> {
    const end = this.#now + ms;
    await settled();
    for (let next = this.#nextAt(); next !== null && next <= end; next = this.#nextAt()) await this.#wakeAt(next);
    this.#now = end;
    for (const timed of this.#timed) timed.tick();
    await settled();
  }

  /** Moves time on until `work` is done; throws when it would take more than `limitMs`, or when nobody sleeps and it still is not. */
  async run<T>(work: Promise<T>, limitMs: Ms = 14_400_000): Promise<T> {
    let done = false;
    const finished = () => {
      done = true;
    };
    work.then(finished, finished);
    const end = this.#now + limitMs;
    for (await settled(); !done; await settled()) {
      const next = this.#nextAt();
      if (this.#timers.size === 0 || next === null) throw new Error("nothing will ever wake what this waits for");
      if (next > end) throw new Error(`not done after ${limitMs} ms of virtual time`);
      await this.#wakeAt(next);
    }
    return work;
  }

  #nextAt(): Ms | null {
    let next: Ms | null = null;
    for (const timer of this.#timers) if (next === null || timer.at < next) next = timer.at;
    for (const timed of this.#timed) {
      const at = timed.nextAt();
      if (at !== null && (next === null || at < next)) next = at;
    }
    return next === null ? null : Math.max(next, this.#now);
  }

  async #wakeAt(at: Ms): Promise<void> {
    this.#now = at;
    for (const timed of this.#timed) timed.tick();
    const due = [...this.#timers].filter((timer) => timer.at <= at).sort((a, b) => a.at - b.at || a.order - b.order);
    for (const timer of due) timer.wake();
    await settled();
  }
}

/** Resolves when every promise that could go on has gone on: the loop's next turn comes after all microtasks. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
