/** Somebody who waits for a group, or has it. */
interface Member {
  readonly cancel: () => void;
  readonly start: (outcome: "go" | "cancelled") => void;
}

/**
 * The concurrency groups of a repository, to be shared by its runs: of each group one member runs and one waits. Who comes
 * while another waits takes that one's place, and the other is cancelled. Names do not care for case.
 * Source: "Control the concurrency of workflows and jobs" in GitHub's documentation.
 */
export class ConcurrencyGroups {
  readonly #groups = new Map<string, { running: Member | null; waiting: Member | null }>();

  /** Resolves when it may run, or to `cancelled` when a newer one took its place. `cancel` is called to end it while it runs. */
  enter(name: string, options: { readonly cancelsRunning: boolean; readonly cancel: () => void }) {
    const group = this.#of(name);
    return new Promise<"go" | "cancelled">((start) => {
      const member: Member = { cancel: options.cancel, start };
      if (group.running === null) {
        group.running = member;
        return start("go");
      }
      group.waiting?.start("cancelled");
      group.waiting = member;
      if (options.cancelsRunning) group.running.cancel();
    });
  }

  /** Whoever ran has ended; the one who waits is next. */
  leave(name: string): void {
    const group = this.#of(name);
    group.running = group.waiting;
    group.waiting = null;
    group.running?.start("go");
  }

  /** Whether somebody waits: for tests that must not race. */
  isWaitedFor(name: string): boolean {
    return this.#of(name).waiting !== null;
  }

  #of(name: string): { running: Member | null; waiting: Member | null } {
    const key = name.toLowerCase();
    const group = this.#groups.get(key) ?? { running: null, waiting: null };
    this.#groups.set(key, group);
    return group;
  }
}
