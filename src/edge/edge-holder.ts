import type { ChildProcess } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Clock, Ms } from "../model/basics.ts";
import type { EdgeReadBack, EdgeSnapshot, Evidence } from "../model/edge.ts";
import { Ledger } from "./ledger.ts";
import type { FromChild, ToChild } from "./serving-messages.ts";
import { bindPort, type HeldSocket } from "./socket-holder.ts";
import { readTallies } from "./tally.ts";

/** One serving child and what it was given. */
interface Serving {
  readonly process: ChildProcess;
  readonly tallyPath: string;
  readonly startedAt: Ms;
  /** It has said that it listens to us. */
  up: boolean;
  readonly sent: Set<number>;
}

export interface EdgeHolderOptions {
  /** Starts a serving child (`serveFrom`) with an IPC channel; it writes its counters to `tallyPath`. */
  readonly spawn: (tallyPath: string) => ChildProcess;
  /** For the children's counter files. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: (says: string) => void;
}

const CHECKPOINT_EVERY_MS = 5_000;
const RESPAWN_MAX_MS = 5_000;
const READ_BACK_MS = 15_000;

/**
 * The edge's parent process: it holds the listening sockets, the last snapshot and the counts, and serves nothing. A child
 * that dies is replaced at once and given all three; meanwhile new connections wait in the sockets' backlog.
 */
export class EdgeHolder {
  readonly #options: EdgeHolderOptions;
  readonly #ledger: Ledger;
  readonly #sockets = new Map<number, HeldSocket>();
  readonly #children = new Set<Serving>();
  #current: Serving;
  #generation = 0;
  #sequence = 0;
  #snapshot: EdgeSnapshot = { services: [] };
  #slots: Readonly<Record<string, number>> = {};
  #waiting: { readonly sequence: number; resolve(readBack: EdgeReadBack): void }[] = [];
  #quickDeaths = 0;
  readonly #closing = new AbortController();

  constructor(options: EdgeHolderOptions) {
    this.#options = options;
    this.#ledger = new Ledger({
      living: () => [...this.#children].map((child) => readTallies(child.tallyPath)),
      now: options.clock.now,
    });
    this.#current = this.#start();
    void this.#markTime();
  }

  get servingPid(): number | null {
    return this.#current.process.pid ?? null;
  }

  /**
   * Serves a whole snapshot and resolves with what the child then says it serves. Ports that cannot be bound are in its
   * `problems`. Rejects when no child answers in time; the snapshot is kept and served as soon as one can.
   */
  async put(snapshot: EdgeSnapshot): Promise<EdgeReadBack> {
    const changed = snapshot.services.filter(
      (service) => JSON.stringify(service.weights) !== JSON.stringify(this.#weightsOf(service.policy.service)),
    );
    const failures = this.#bind(snapshot);
    this.#snapshot = { services: snapshot.services.filter(({ policy }) => !failures.has(policy.port ?? -1)) };
    this.#slots = this.#ledger.slotsFor(snapshot);
    for (const { policy } of changed) this.#ledger.checkpoint(policy.service);
    const sequence = ++this.#sequence;
    const answer = this.#answerTo(sequence);
    this.#tell(this.#current);
    const readBack = await answer;
    this.#release(snapshot, readBack);
    const refused = snapshot.services.flatMap(({ policy }) => {
      const code = policy.port === null ? undefined : failures.get(policy.port);
      return code === undefined || policy.port === null ? [] : [{ service: policy.service, port: policy.port, code }];
    });
    return { services: readBack.services, problems: [...readBack.problems, ...refused] };
  }

  inFlight(): Readonly<Record<string, number>> {
    return this.#ledger.inFlight();
  }

  evidence(service: string, since: Ms): Evidence {
    return this.#ledger.evidence(service, since);
  }

  /** Replaces the serving child by a fresh one, which takes new connections before the old one stops taking any. */
  async swap(graceMs: Ms): Promise<void> {
    const old = this.#current;
    this.#current = this.#start();
    await this.#answerTo(this.#sequence);
    tell(old, { do: "drain", graceMs, idle: "leave" });
  }

  /** Stops taking connections and resolves when the requests under way have ended, or after `graceMs`. */
  async close(graceMs: Ms): Promise<void> {
    this.#closing.abort();
    for (const { handle } of this.#sockets.values()) handle.close();
    this.#sockets.clear();
    await Promise.all(
      [...this.#children].map(async (child) => {
        const gone = new Promise<void>((resolve) => child.process.once("exit", () => resolve()));
        tell(child, { do: "drain", graceMs, idle: "close" });
        await Promise.race([gone, this.#options.clock.sleep(graceMs + 1_000)]);
        child.process.kill("SIGKILL");
      }),
    );
  }

  /** Binds what is new. What is bound stays until the child serves without it: a port may only move. */
  #bind(snapshot: EdgeSnapshot): Map<number, string> {
    const failures = new Map<number, string>();
    for (const { policy } of snapshot.services) {
      if (policy.port === null || this.#sockets.has(policy.port)) continue;
      const socket = bindPort(policy.port);
      if (typeof socket === "string") failures.set(policy.port, socket);
      else this.#sockets.set(policy.port, socket);
    }
    return failures;
  }

  /** Lets go of ports that nothing is served on any more, or that the child could not listen on. */
  #release(snapshot: EdgeSnapshot, readBack: EdgeReadBack): void {
    const wanted = new Set(snapshot.services.map(({ policy }) => policy.port));
    for (const { port } of readBack.problems) wanted.delete(port);
    for (const [port, socket] of this.#sockets) {
      if (wanted.has(port)) continue;
      socket.handle.close();
      this.#sockets.delete(port);
      for (const child of this.#children) child.sent.delete(port);
    }
  }

  #weightsOf(service: string): unknown {
    return this.#snapshot.services.find(({ policy }) => policy.service === service)?.weights;
  }

  #start(): Serving {
    const tallyPath = join(this.#options.folder, `tally-${++this.#generation}`);
    const process = this.#options.spawn(tallyPath);
    const child: Serving = {
      process,
      tallyPath,
      startedAt: this.#options.clock.monotonic(),
      up: false,
      sent: new Set(),
    };
    this.#children.add(child);
    process.on("message", (received) => this.#hear(child, received as FromChild));
    process.once("exit", (code, signal) => void this.#bury(child, signal ?? `code ${code}`));
    // A message to a dying child fails here; its exit is what counts.
    process.on("error", () => undefined);
    return child;
  }

  #hear(child: Serving, message: FromChild): void {
    if (message.is === "up") {
      child.up = true;
      this.#tell(child);
    } else if (child === this.#current) {
      const answered = this.#waiting.filter(({ sequence }) => sequence <= message.sequence);
      this.#waiting = this.#waiting.filter(({ sequence }) => sequence > message.sequence);
      for (const { resolve } of answered) resolve(message.readBack);
    }
  }

  async #bury(child: Serving, how: string): Promise<void> {
    this.#ledger.settle(readTallies(child.tallyPath));
    this.#children.delete(child);
    rmSync(child.tallyPath, { force: true });
    if (child !== this.#current || this.#closing.signal.aborted) return;
    const { clock, log } = this.#options;
    this.#quickDeaths = clock.monotonic() - child.startedAt < 10_000 ? this.#quickDeaths + 1 : 0;
    const delay = this.#quickDeaths < 2 ? 0 : Math.min(RESPAWN_MAX_MS, 100 * 2 ** this.#quickDeaths);
    log(`the serving process ended (${how}); starting another${delay > 0 ? ` in ${delay} ms` : ""}`);
    if (delay > 0) await clock.sleep(delay, this.#closing.signal);
    if (!this.#closing.signal.aborted) this.#current = this.#start();
  }

  /** Sends sockets and snapshot; to a child that is not up yet, nothing: it gets everything when it is. */
  #tell(child: Serving): void {
    if (!child.up) return;
    for (const [port, { handle }] of this.#sockets) {
      if (child.sent.has(port)) continue;
      child.sent.add(port);
      tell(child, { do: "listen", port }, handle);
    }
    tell(child, { do: "serve", sequence: this.#sequence, snapshot: this.#snapshot, slots: this.#slots });
  }

  #answerTo(sequence: number): Promise<EdgeReadBack> {
    return new Promise((resolve, reject) => {
      const given = new AbortController();
      this.#waiting.push({
        sequence,
        resolve: (readBack) => {
          given.abort();
          resolve(readBack);
        },
      });
      void this.#options.clock.sleep(READ_BACK_MS, given.signal).then(() => {
        if (given.signal.aborted) return;
        this.#waiting = this.#waiting.filter((waiter) => waiter.sequence !== sequence);
        reject(new Error("the edge's serving process did not answer"));
      });
    });
  }

  async #markTime(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      await this.#options.clock.sleep(CHECKPOINT_EVERY_MS, signal);
      this.#ledger.checkpointBusy();
    }
  }
}

function tell(child: Serving, message: ToChild, handle?: object): void {
  // A dead child's channel throws; its exit is handled where it is heard of.
  if (child.process.connected) child.process.send(message, handle as never, () => undefined);
}
