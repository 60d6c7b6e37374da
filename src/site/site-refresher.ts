import type { Clock, Ms } from "../model/basics.ts";

export interface SiteRefresher<T> {
  /** Says that there is newer data; it is built in its turn, unless something newer still comes first. */
  offer(data: T): void;
  /** Resolves when the newest data that was offered is built, or has failed to; does not wait out the gap. */
  flush(): Promise<void>;
  /** Builds nothing more; resolves when the build that runs has ended. */
  close(): Promise<void>;
}

/**
 * Keeps a site fresh without building all the time: never two builds at once, at least `minGapMs` from the end of one to
 * the start of the next, and the newest data wins over all that was offered while waiting. A build that fails is
 * reported; the next offer tries again.
 */
export function siteRefresher<T>({
  build,
  minGapMs,
  clock,
  onBuilt = () => undefined,
  onFailure,
}: {
  readonly build: (data: T) => Promise<unknown>;
  readonly minGapMs: Ms;
  readonly clock: Clock;
  readonly onBuilt?: (data: T) => void;
  readonly onFailure: (error: unknown) => void;
}): SiteRefresher<T> {
  let waiting: { readonly data: T } | null = null;
  let running: Promise<void> | null = null;
  let hurry = new AbortController();
  let closed = false;
  let nextAt = Number.NEGATIVE_INFINITY;

  async function work(): Promise<void> {
    while (waiting && !closed) {
      const gap = nextAt - clock.monotonic();
      if (gap > 0) await clock.sleep(gap, hurry.signal);
      if (closed || !waiting) return;
      const { data } = waiting;
      waiting = null;
      try {
        await build(data);
        onBuilt(data);
      } catch (error) {
        onFailure(error);
      }
      nextAt = clock.monotonic() + minGapMs;
    }
  }

  function start(): void {
    running ??= work().finally(() => {
      running = null;
    });
  }

  return {
    offer(data) {
      if (closed) return;
      waiting = { data };
      start();
    },
    async flush() {
      hurry.abort();
      while (running) await running;
      hurry = new AbortController();
    },
    async close() {
      closed = true;
      waiting = null;
      hurry.abort();
      while (running) await running;
    },
  };
}
