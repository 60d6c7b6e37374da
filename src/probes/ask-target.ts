import type { Clock, Ms } from "../model/basics.ts";
import { formatDuration } from "../model/duration.ts";
import type { Answer } from "./conditions.ts";
import { failureWords } from "./failure-words.ts";
import { KINDS } from "./kinds.ts";
import { type Answered, type Ask, type Asking, type Question, Refusal } from "./probe-kind.ts";

/** What came of one asking, whatever its protocol. */
export interface Reply extends Answered {
  readonly answer: Answer;
  /** Why there was no answer, in words fit to be published. */
  readonly error?: string;
}

/**
 * Asks once and ends within `timeoutMs`: never throws, never hangs, and leaves no socket open, whatever the kind of probe
 * and the server do.
 */
export async function askTarget(
  question: Question,
  { clock, timeoutMs, signal }: { readonly clock: Clock; readonly timeoutMs: Ms; readonly signal?: AbortSignal },
): Promise<Reply> {
  const ended = new AbortController();
  const cut = new AbortController();
  const met: Asking["met"] = { connected: false };
  const closers: (() => void)[] = [];
  const closing = (close: () => void): void => {
    if (cut.signal.aborted) quietly(close);
    else closers.push(close);
  };
  const stop = (): void => cut.abort(CUT_SHORT);
  signal?.addEventListener("abort", stop, { once: true });
  if (signal?.aborted) stop();
  const deadline = clock
    .sleep(timeoutMs, ended.signal)
    .then(() => ended.signal.aborted || cut.abort(new Refusal(`no answer within ${formatDuration(timeoutMs)}`)));
  try {
    // The race, not the probe's own care, bounds the time: what ignores its signal must not hold the loop.
    const asking: Asking = { clock, timeoutMs: Math.ceil(timeoutMs), signal: cut.signal, met, closing };
    const kind = await Promise.race([kindOf(question), aborted(cut.signal)]);
    // Loading a client for the first time is no latency of the service's.
    const start = clock.monotonic();
    const answered = await Promise.race([kind(question, asking), aborted(cut.signal)]);
    met.responseTimeMs ??= Math.max(0, Math.round((clock.monotonic() - start) * 10) / 10);
    return { ...answered, answer: { ...met, connected: true } };
  } catch (error) {
    return { answer: { ...met }, error: failureWords(error) };
  } finally {
    ended.abort(CUT_SHORT);
    signal?.removeEventListener("abort", stop);
    await deadline;
    if (!cut.signal.aborted) cut.abort(CUT_SHORT);
    for (const close of closers) quietly(close);
  }
}

/** One for all: an error of its own, with its trace, for each of a thousand askings costs more than they do. */
const CUT_SHORT = new Refusal("cut short");

async function kindOf({ scheme }: Question): Promise<Ask> {
  const load = KINDS.get(scheme);
  if (load === undefined) throw new Refusal(`there is no probe for ${scheme}:`);
  return load();
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function quietly(close: () => void): void {
  try {
    close();
  } catch {
    // What is closed already.
  }
}
