import { open, readFile, rename, rm } from "node:fs/promises";
import type { Ms, ServiceId } from "../../model/basics.ts";
import type { ProcessRef } from "./process-table.ts";
import type { ServiceWish } from "./service-wish.ts";

/** One instance as it must be found again by the agent that comes after a crash. */
export interface InstanceRecord {
  readonly id: string;
  /** Null between two starts. */
  readonly process: ProcessRef | null;
  readonly port: number;
  readonly phase: "starting" | "ready" | "failing" | "draining";
  readonly sinceMs: Ms;
  readonly startedMs: Ms;
  readonly restarts: number;
  readonly exits: readonly Ms[];
  /** When its time to drain is over; null while it is to stay. */
  readonly drainUntilMs: Ms | null;
}

export interface AgentState {
  readonly version: 1;
  readonly services: Readonly<
    Record<ServiceId, { readonly wish: ServiceWish; readonly instances: readonly InstanceRecord[] }>
  >;
}

/** Reads what an earlier agent kept. A missing file is an empty state; one that cannot be understood is null. */
export async function readAgentState(path: string): Promise<AgentState | null> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { version: 1, services: {} };
    return null;
  }
  try {
    const value = JSON.parse(text) as Partial<AgentState>;
    return value.version === 1 && typeof value.services === "object" ? (value as AgentState) : null;
  } catch {
    return null;
  }
}

/** Writes the state whole and in one step: a crash leaves the old file or the new one. Saves that come together are one. */
export class StateFile {
  readonly #path: string;
  readonly #compose: () => AgentState;
  #writing: Promise<void> = Promise.resolve();
  #next: Promise<void> | null = null;

  constructor(path: string, compose: () => AgentState) {
    this.#path = path;
    this.#compose = compose;
  }

  /** Resolves when a state composed after this call is on disk; rejects when it cannot be written. */
  save(): Promise<void> {
    this.#next ??= this.#writing
      .catch(() => undefined)
      .then(() => {
        this.#next = null;
        this.#writing = this.#write();
        return this.#writing;
      });
    return this.#next;
  }

  async #write(): Promise<void> {
    const aside = `${this.#path}.next`;
    try {
      const file = await open(aside, "w", 0o600);
      try {
        await file.writeFile(JSON.stringify(this.#compose()));
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(aside, this.#path);
    } catch (error) {
      await rm(aside, { force: true }).catch(() => undefined);
      throw error;
    }
  }
}
