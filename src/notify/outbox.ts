import type { Ms } from "../model/basics.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Message } from "./messages.ts";
import { type Sending, send } from "./send.ts";

/** What one run sends to each of those who are told at most; the rest is due to the next one. */
const MESSAGES_MAX = 200;

/** What leaves during one run, which may work the same messages out more than once. */
export interface Outbox {
  /** Sends what has not left yet, oldest first. Whoever did not take a message is left alone for the rest of the run. */
  send(messages: readonly Message[]): Promise<readonly Diagnostic[]>;
  /** By key, when it left. */
  readonly left: ReadonlyMap<string, Ms>;
}

export function outbox(sending: Sending): Outbox {
  const left = new Map<string, Ms>();
  const unreachable = new Set<string>();
  return {
    left,
    async send(messages) {
      const waiting = messages.filter(({ key, to }) => !left.has(key) && !unreachable.has(to.name));
      const { sent, refused, diagnostics } = await send(oldestOfEach(waiting), sending);
      for (const [key, at] of sent) left.set(key, at);
      for (const name of refused) unreachable.add(name);
      return diagnostics;
    },
  };
}

/** In order; to each of those who are told no more than a run sends, so that one that is dead holds up nobody else. */
function oldestOfEach(messages: readonly Message[]): readonly Message[] {
  const inOrder = messages.toSorted((a, b) => a.notice.at - b.notice.at);
  return [...Map.groupBy(inOrder, ({ to }) => to.name).values()].flatMap((own) => own.slice(0, MESSAGES_MAX));
}
