import type { Ms } from "../model/basics.ts";
import type { Face } from "./face.ts";
import type { HealthWatch } from "./health-watch.ts";
import { showProblems } from "./show-diagnostics.ts";

/** News waits for those that come with it, no longer. */
const NEWS_MS: Ms = 1_000;

/** Keeps what a watch sees: every so often, and at once where something changes. */
export interface Keeping {
  /** Something may have changed for people: an incident may open, or end. */
  hurry(): void;
  /** Keeps what is left, and ends. */
  stop(): Promise<void>;
}

/**
 * Starts keeping. A remote out of reach or a full disk ends no watching: it is said, and tried again the next time.
 */
export function keepInTime({
  face,
  watch,
  everyMs,
  onKept = () => undefined,
}: {
  readonly face: Face;
  readonly watch: HealthWatch;
  readonly everyMs: Ms;
  readonly onKept?: () => void;
}): Keeping {
  const { clock, terminal } = face;
  const stopping = new AbortController();
  let wake = new AbortController();
  let known = new Set<string>();
  const keep = async (): Promise<void> => {
    try {
      const problems = await watch.keep();
      // What stays so is said once, and again only when it was otherwise in between.
      showProblems(
        terminal,
        problems.filter(({ summary }) => !known.has(summary)),
      );
      known = new Set(problems.map(({ summary }) => summary));
      onKept();
    } catch (error) {
      // Nobody waits for this: it must not end the process, which may have services to stop.
      terminal.complain(
        `What was seen could not be kept yet: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  };
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await clock.sleep(everyMs, AbortSignal.any([stopping.signal, wake.signal]));
      if (wake.signal.aborted) await clock.sleep(NEWS_MS, stopping.signal);
      wake = new AbortController();
      if (!stopping.signal.aborted) await keep();
    }
  };
  const running = run();
  return {
    hurry: () => wake.abort(),
    async stop() {
      stopping.abort();
      await running;
      await keep();
    },
  };
}
