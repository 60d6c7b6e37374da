import type { Clock, Ms } from "../model/basics.ts";
import { formatDuration } from "../model/duration.ts";
import type { RegistrationEnd, Registries } from "./ask-registry.ts";
import { failureWords } from "./failure-words.ts";
import { Refusal } from "./probe-kind.ts";
import { registrableDomain } from "./registrable-domain.ts";

/** IANA's list of the RDAP servers of all top-level domains (RFC 9224). */
const IANA_BOOTSTRAP = "https://data.iana.org/rdap/dns.json";

/** Registries are asked by many and change little: once a day is enough. */
const KEPT_MS: Ms = 24 * 3_600_000;
/** What could not be learnt is asked for again, but not at each asking. */
const RETRY_MS: Ms = 5 * 60_000;
/** How long the last date stands while its registry does not answer: registrations are renewed, hardly ever shortened. */
const STANDS_MS: Ms = 7 * 24 * 3_600_000;

/** Until when domains are registered, as their registries say. */
export interface Registrations {
  /**
   * When the registration of a host's domain ends, or why that cannot be learnt. Never throws, and ends within `timeoutMs`. Many
   * that ask for one domain are one question.
   */
  endOf(host: string, on: { readonly timeoutMs: Ms; readonly signal?: AbortSignal }): Promise<RegistrationEnd>;
}

/** Asks by RDAP. One for all the probes of a process, since it is what remembers. */
export function registrations({
  clock,
  bootstrapUrl = IANA_BOOTSTRAP,
}: {
  readonly clock: Clock;
  readonly bootstrapUrl?: string;
}): Registrations {
  // The client is loaded when it is first needed: conditions hardly ever name a domain's end.
  const client = () => import("./ask-registry.ts");
  const registries = remembered<Registries>(clock, async (signal) =>
    (await client()).readRegistries(bootstrapUrl, signal),
  );
  const domains = new Map<string, (signal: AbortSignal) => Promise<RegistrationEnd>>();
  const lookUp = (domain: string): ((signal: AbortSignal) => Promise<RegistrationEnd>) => {
    const known = domains.get(domain);
    if (known !== undefined) return known;
    const made = remembered(clock, async (signal) =>
      (await client()).askRegistry(domain, await registries(signal), signal),
    );
    domains.set(domain, made);
    return made;
  };
  return {
    async endOf(host, { timeoutMs, signal }) {
      const domain = registrableDomain(host);
      if (domain === null) return { why: "the address is below no domain that is registered" };
      const cut = new AbortController();
      const stop = (): void => cut.abort(new CalledOff("cut short"));
      signal?.addEventListener("abort", stop, { once: true });
      if (signal?.aborted) stop();
      const ended = new AbortController();
      const deadline = clock
        .sleep(timeoutMs, ended.signal)
        .then(() => cut.abort(new Refusal(`the registry gave no answer within ${formatDuration(timeoutMs)}`)));
      try {
        return await lookUp(domain)(cut.signal);
      } catch (error) {
        return { why: failureWords(error) };
      } finally {
        ended.abort();
        signal?.removeEventListener("abort", stop);
        await deadline;
      }
    },
  };
}

/** An end that says nothing of whom was asked: a person's Ctrl-C. */
class CalledOff extends Refusal {}

/**
 * Asks once for all that want it in the same moment, and keeps the answer. A failure is kept as well, for less long, and an older
 * answer stands meanwhile. `ask` is cut by the signal of whoever came first, each wait by its own.
 */
function remembered<T>(clock: Clock, ask: (signal: AbortSignal) => Promise<T>): (signal: AbortSignal) => Promise<T> {
  let answer: { readonly value: T; readonly since: Ms } | undefined;
  let failure: { readonly error: unknown; readonly since: Ms } | undefined;
  let asking: Promise<void> | undefined;

  async function askNow(signal: AbortSignal): Promise<void> {
    try {
      answer = { value: await Promise.race([ask(signal), aborted(signal)]), since: clock.monotonic() };
      failure = undefined;
    } catch (error) {
      const why = signal.aborted ? signal.reason : error;
      if (!(why instanceof CalledOff)) failure = { error: why, since: clock.monotonic() };
    } finally {
      asking = undefined;
    }
  }

  return async (signal) => {
    // A turn beyond the second follows the end of one who was called off, and there are no more of these than askers.
    for (;;) {
      const now = clock.monotonic();
      const age = answer === undefined ? Number.POSITIVE_INFINITY : now - answer.since;
      if (answer !== undefined && age < KEPT_MS) return answer.value;
      const failed = failure !== undefined && now - failure.since < RETRY_MS ? failure.error : undefined;
      if (answer !== undefined && age < STANDS_MS && (failed !== undefined || signal.aborted)) return answer.value;
      if (failed !== undefined || signal.aborted) throw failed ?? signal.reason;
      asking ??= askNow(signal);
      await Promise.race([asking, aborted(signal)]).catch(() => undefined);
    }
  };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
