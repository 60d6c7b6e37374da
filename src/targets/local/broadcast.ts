/** Tells every listener of each thing as it happens; keeps nothing for those who come later. */
export class Broadcast<T> {
  readonly #listeners = new Set<(value: T) => void>();

  send(value: T): void {
    for (const listener of [...this.#listeners]) listener(value);
  }

  /** Returns how to stop listening. */
  listen(listener: (value: T) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Everything from now on until `signal` aborts. A listener who falls behind by more than `most` misses the oldest. */
  async *follow(signal: AbortSignal, most = 10_000): AsyncGenerator<T, void, undefined> {
    const queue: T[] = [];
    let wake = (): void => undefined;
    const forget = this.listen((value) => {
      queue.push(value);
      if (queue.length > most) queue.shift();
      wake();
    });
    const aborted = (): void => wake();
    signal.addEventListener("abort", aborted);
    try {
      while (!signal.aborted) {
        const value = queue.shift();
        if (value !== undefined) yield value;
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    } finally {
      forget();
      signal.removeEventListener("abort", aborted);
    }
  }
}
