import type { Clock, Ms } from "../../src/model/basics.ts";

export interface VirtualClock extends Clock {
  /** Moves time on, waking sleepers in order, each before the next, with their promises settled in between. */
  advance(ms: Ms): Promise<void>;
  /** How many sleep now. */
  readonly sleeping: number;
}

/** A clock that stands still until a test moves it. Wall time starts at `start`, monotonic time at 0. */
export function virtualClock(start: Ms = 0): VirtualClock {
  let time = 0;
  let order = 0;
  const sleepers = new Map<number, { readonly at: Ms; readonly wake: () => void }>();
  return {
    now: () => start + time,
    monotonic: () => time,
    get sleeping() {
      return sleepers.size;
    },
    sleep(ms, signal) {
      return new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const id = order++;
        const wake = (): void => {
          sleepers.delete(id);
          signal?.removeEventListener("abort", wake);
          resolve();
        };
        sleepers.set(id, { at: time + Math.max(0, ms), wake });
        signal?.addEventListener("abort", wake, { once: true });
      });
    },
    async advance(ms) {
      const until = time + ms;
      await settled();
      for (;;) {
        let next: { readonly at: Ms; readonly wake: () => void } | undefined;
        for (const sleeper of sleepers.values()) if (!next || sleeper.at < next.at) next = sleeper;
        if (!next || next.at > until) break;
        time = Math.max(time, next.at);
        next.wake();
        await settled();
      }
      time = until;
      await settled();
    },
  };
}

/** A turn of the event loop runs every promise that is ready, however long its chain. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
