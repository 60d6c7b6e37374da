import { suggest } from "../diagnostics/suggest.ts";
import type { ServiceId } from "../model/basics.ts";
import type { Diagnosed, Diagnostic } from "../model/diagnostic.ts";
import type { Held, State, StateStore } from "../model/state.ts";
import { clearHeld } from "../state/records.ts";

const ATTEMPTS_MAX = 8;

/** Forgets that a release failed, so that the next apply tries it again. Resolves with what was held. */
export async function retryHeld(on: {
  readonly store: StateStore;
  readonly service: ServiceId;
  readonly run: string;
  readonly nonce: () => string;
  readonly now: () => number;
}): Promise<Diagnosed<Held | null>> {
  const { store, service, run } = on;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const { oid, state } = await store.read();
    const record = state.services.get(service);
    if (!record?.held) return { value: null, diagnostics: [notHeld(service, state)] };
    const services = new Map([[service, clearHeld(record, new Date(on.now()).toISOString())]]);
    const message = `${service}: r${record.held.release} may be tried again`;
    const swap = await store.swap(oid, { services, message }, { run, nonce: on.nonce() });
    if (swap.is === "won") return { value: record.held, diagnostics: [] };
  }
  const summary = `State could not be written: others were faster ${ATTEMPTS_MAX} times`;
  return { value: null, diagnostics: [{ code: "apply-busy", severity: "error", summary, hint: "try again" }] };
}

function notHeld(service: ServiceId, { services }: State): Diagnostic {
  const isRecorded = services.has(service);
  const meant = isRecorded ? undefined : suggest(service, services.keys());
  return {
    code: "not-held",
    severity: "error",
    service,
    summary: isRecorded ? `no release of \`${service}\` is held` : `\`${service}\` is not recorded`,
    hint: meant === undefined ? "`fairlead plan` shows what is held" : `did you mean \`${meant}\`?`,
  };
}
