import type { ServiceId } from "../model/basics.ts";
import type { ServiceRecord, State, StateChange } from "../model/state.ts";
import { changed } from "./changed.ts";

/**
 * Several changes as one, each made from what those before it leave. Null where none changes anything. The last one's
 * message comes first, since it is the one that made all of them be written.
 */
export function combine(state: State, changes: readonly ((state: State) => StateChange | null)[]): StateChange | null {
  const made: StateChange[] = [];
  let now = state;
  for (const change of changes) {
    const next = change(now);
    if (next === null) continue;
    made.push(next);
    now = changed(now, next);
  }
  const last = made.at(-1);
  if (last === undefined || made.length === 1) return last ?? null;
  const services = new Map<ServiceId, ServiceRecord | null>(made.flatMap((one) => [...(one.services ?? [])]));
  const { message, ...fields } = Object.assign({}, ...made) as StateChange;
  return {
    ...fields,
    ...(services.size === 0 ? {} : { services }),
    message: withOthers(
      message,
      made.slice(0, -1).map((one) => one.message),
    ),
  };
}

/** A subject that says how much more there is, and a line for each of it. */
function withOthers(message: string, others: readonly string[]): string {
  const [subject = "", ...body] = message.trim().split("\n");
  const lines = others.map((other) => `- ${other.trim().split("\n")[0]}`);
  return [`${subject} (and ${others.length} more)`, ...body, "", ...lines].join("\n");
}
