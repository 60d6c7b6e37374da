import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import type { Clock } from "../model/basics.ts";
import { systemClock } from "./system-clock.ts";
import { openTerminal, type Terminal } from "./terminal.ts";

/** What a command gets of the outside world; the rooms get it as arguments. */
export interface Face {
  readonly terminal: Terminal;
  /** The folder to work in: `-C`, or the current one. Absolute. */
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  /** 32 hex digits nobody else has. */
  nonce(): string;
  /** Aborts at the first Ctrl-C or SIGTERM; a second one ends the process at once. */
  readonly signal: AbortSignal;
}

export function openFace({ directory, json }: { readonly directory?: string; readonly json: boolean }): Face {
  return {
    terminal: openTerminal({ json }),
    directory: resolve(directory ?? "."),
    env: process.env,
    clock: systemClock,
    nonce: () => randomBytes(16).toString("hex"),
    signal: interruption(),
  };
}

function interruption(): AbortSignal {
  const controller = new AbortController();
  const interrupt = (signal: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(signal === "SIGINT" ? 130 : 143);
    controller.abort(signal);
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  return controller.signal;
}
