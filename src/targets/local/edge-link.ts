import type { Clock, Ms, ServiceId } from "../../model/basics.ts";
import type { EdgeReadBack, EdgeSnapshot, Evidence } from "../../model/edge.ts";
import type { EdgeAccess, EdgeControl } from "./edge-control.ts";

export interface EdgeLinkOptions {
  readonly access: EdgeAccess;
  readonly clock: Clock;
  /** What is to be served now; asked anew for every put. */
  readonly snapshot: () => EdgeSnapshot;
  readonly log: (says: string) => void;
}

interface Waiting {
  resolve(readBack: EdgeReadBack): void;
  reject(error: Error): void;
}

const LOOK_EVERY_MS: Ms = 2_000;
const START_MS: Ms = 15_000;
/** An edge that has just come may find its predecessor still holding the ports: `serving.ts` lets go after at most 10 s. */
const FRESH_MS: Ms = 12_000;

/**
 * The agent's hold on the edge process: starts one where none answers, brings it every change as a whole snapshot, one at
 * a time, and knows what it then says it serves. An edge that dies is replaced and told everything again.
 */
export class EdgeLink {
  readonly #options: EdgeLinkOptions;
  readonly #closing = new AbortController();
  #control: EdgeControl | null = null;
  #readBack: EdgeReadBack | null = null;
  #waiting: Waiting[] = [];
  #running = false;
  /** The putting under way; done when nothing waits. */
  #run: Promise<void> = Promise.resolve();
  /** When an edge was started in the place of another. */
  #startedAt: Ms | null = null;

  constructor(options: EdgeLinkOptions) {
    this.#options = options;
  }

  /** Looks after the edge until closed. */
  async keep(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      const served = await this.inFlight().catch(() => null);
      // A port in use may have become free.
      if (served === null || (this.#readBack?.problems.length ?? 0) > 0) this.put().catch(() => undefined);
      await this.#options.clock.sleep(LOOK_EVERY_MS, signal);
    }
  }

  /** What the edge said last that it serves; null while it cannot be reached. */
  get readBack(): EdgeReadBack | null {
    return this.#readBack;
  }

  /** Whether ports may still be held by an edge that is just ending. */
  get isFresh(): boolean {
    return this.#startedAt !== null && this.#options.clock.monotonic() - this.#startedAt < FRESH_MS;
  }

  /** Brings the edge what is wanted now; resolves with what it then serves. Rejects when no edge could be had. */
  put(): Promise<EdgeReadBack> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      if (!this.#running) this.#run = this.#putAll();
    });
  }

  async inFlight(): Promise<Readonly<Record<string, number>>> {
    return await this.#ask((control) => control.inFlight());
  }

  async evidence(service: ServiceId, since: Ms): Promise<Evidence> {
    return await this.#ask((control) => control.evidence(service, since));
  }

  /** Ends the edge process once its requests are answered, or after `graceMs`. */
  async end(graceMs: Ms): Promise<void> {
    this.#closing.abort();
    // One that is just being started would come up after us, and nobody would know of it.
    await this.#run;
    const control = this.#control ?? this.#options.access.connect();
    await control.close(graceMs).catch(() => undefined);
    await control.disconnect();
  }

  /** Lets go of the edge; it goes on. */
  async leave(): Promise<void> {
    this.#closing.abort();
    await this.#drop();
  }

  /** One put at a time; those who came while it was under way share the next. */
  async #putAll(): Promise<void> {
    this.#running = true;
    while (this.#waiting.length > 0) {
      const served = this.#waiting;
      this.#waiting = [];
      try {
        const control = await this.#reach();
        this.#readBack = await control.put(this.#options.snapshot());
        for (const { resolve } of served) resolve(this.#readBack);
      } catch (error) {
        await this.#drop();
        for (const { reject } of served) reject(error instanceof Error ? error : new Error(String(error)));
      }
    }
    this.#running = false;
  }

  async #ask<T>(question: (control: EdgeControl) => Promise<T>): Promise<T> {
    if (!this.#control) throw new Error("the edge cannot be reached");
    try {
      return await question(this.#control);
    } catch (error) {
      if (!this.#running) await this.#drop();
      throw error;
    }
  }

  async #reach(): Promise<EdgeControl> {
    this.#control ??= (await this.#living()) ?? (await this.#start());
    return this.#control;
  }

  /** The edge that answers already; one of another protocol is told to end. */
  async #living(): Promise<EdgeControl | null> {
    const { access, log } = this.#options;
    const control = access.connect();
    try {
      const hello = await control.hello();
      if (hello.protocol === access.protocol) return control;
      log(`the edge (pid ${hello.pid}) speaks protocol ${hello.protocol}, not ${access.protocol}: replacing it`);
      await control.close(5_000);
    } catch {
      // None there, or none that can be understood.
    }
    await control.disconnect();
    return null;
  }

  async #start(): Promise<EdgeControl> {
    const { access, clock, log } = this.#options;
    if (this.#closing.signal.aborted) throw new Error("the agent is ending");
    log("starting the edge");
    if (access.start()) this.#startedAt = clock.monotonic();
    const end = clock.monotonic() + START_MS;
    while (clock.monotonic() < end) {
      const control = access.connect();
      if (await control.hello().catch(() => null)) return control;
      await control.disconnect();
      await clock.sleep(50);
    }
    throw new Error(`the edge did not answer within ${START_MS} ms of its start`);
  }

  async #drop(): Promise<void> {
    const control = this.#control;
    this.#control = null;
    this.#readBack = null;
    await control?.disconnect();
  }
}
