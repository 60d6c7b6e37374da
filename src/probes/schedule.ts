import pLimit from "p-limit";
import type { Clock, Ms, ServiceId } from "../model/basics.ts";
import { formatDuration } from "../model/duration.ts";
import type { Sample } from "../model/health.ts";
import { type Control, judgedBeside } from "./control.ts";

/** One service as the loop sees it; a `Probe` fits with its interval and timeout named. */
export interface Watched {
  readonly service: ServiceId;
  /** What is asked, for people. */
  readonly says?: string;
  readonly intervalMs: Ms;
  readonly timeoutMs: Ms;
  /** How many failures in a row make it down; 1 where nothing is said. */
  readonly failureThreshold?: number;
  ask(signal: AbortSignal): Promise<Sample>;
}

export interface WatchLoop {
  /**
   * Watches exactly these from now on. A service that was there keeps its beat, unless its interval changed; a new one
   * starts at a random point within its interval. `control` tells a failure of the network here from one of a service.
   */
  watch(services: readonly Watched[], control?: Control): void;
  /** Ends the loop and cuts what is being asked; resolves when nothing runs any more. */
  close(): Promise<void>;
}

/**
 * Asks each service at its interval: beats lie on a grid, so that slow answers cause no drift; one service is never asked
 * twice at once (a beat that comes too early is dropped, and counted as expected); at most `concurrency` are asked side
 * by side; an asking that outlasts its timeout is cut, whether it listens to its signal or not.
 */
export function watchLoop({
  clock,
  random,
  concurrency = 32,
  onBeat = () => undefined,
  onSample,
}: {
  readonly clock: Clock;
  /** 0 ≤ n < 1, for spreading the first beats. */
  readonly random: () => number;
  readonly concurrency?: number;
  /** Called before the beat's sample, with the beats that were dropped meanwhile added: what uptime calls expected. */
  readonly onBeat?: (service: ServiceId, beats: number) => void;
  readonly onSample: (sample: Sample) => void;
}): WatchLoop {
  const limit = pLimit(concurrency);
  let control: Control | undefined;
  const running = new Map<ServiceId, Beat>();
  const ended = new Set<Promise<void>>();

  function start(watched: Watched): void {
    const stop = new AbortController();
    const beat: Beat = { watched, stop };
    running.set(watched.service, beat);
    const done = keepBeat(beat).finally(() => ended.delete(done));
    ended.add(done);
  }

  async function keepBeat(beat: Beat): Promise<void> {
    const { signal } = beat.stop;
    const { service, intervalMs } = beat.watched;
    let due = clock.monotonic() + random() * intervalMs;
    while (!signal.aborted) {
      await clock.sleep(due - clock.monotonic(), signal);
      if (signal.aborted) return;
      const late = Math.max(0, Math.floor((clock.monotonic() - due) / intervalMs));
      due += (1 + late) * intervalMs;
      const sample = await limit(async () =>
        signal.aborted ? null : judgedBeside(await askWithin(beat.watched, clock, signal), control),
      );
      // Cut by us: neither a sample nor a beat that anyone missed.
      if (!sample || signal.aborted) return;
      const dropped = Math.max(0, Math.ceil((clock.monotonic() - due) / intervalMs));
      due += dropped * intervalMs;
      onBeat(service, 1 + late + dropped);
      onSample(sample);
    }
  }

  return {
    watch(services, next) {
      control = next;
      const wanted = new Map(services.map((watched) => [watched.service, watched]));
      for (const [service, beat] of running) {
        const next = wanted.get(service);
        if (next && next.intervalMs === beat.watched.intervalMs) beat.watched = next;
        else {
          beat.stop.abort();
          running.delete(service);
        }
      }
      for (const watched of wanted.values()) if (!running.has(watched.service)) start(watched);
    },
    async close() {
      for (const beat of running.values()) beat.stop.abort();
      running.clear();
      await Promise.all(ended);
    },
  };
}

/** The service may be exchanged between two beats. */
interface Beat {
  watched: Watched;
  readonly stop: AbortController;
}

/**
 * Asks each service once, at most `concurrency` side by side; samples come in the order of `services`. One that fails is
 * asked again, after short pauses, until its failure is confirmed or it answers. What is cut by `signal`, or was not asked
 * yet when it came, has no sample: a person's Ctrl-C is nobody's downtime.
 */
export async function checkOnce({
  services,
  clock,
  signal,
  concurrency = 32,
  control,
  onSample = () => undefined,
}: {
  readonly services: readonly Watched[];
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  readonly concurrency?: number;
  /** Tells a failure of the network here from one of the service. */
  readonly control?: Control;
  readonly onSample?: (sample: Sample) => void;
}): Promise<readonly Sample[]> {
  const limit = pLimit(concurrency);
  const samples = await Promise.all(
    services.map((watched) =>
      limit(async () => {
        const sample = await askUntilSure(watched, { clock, control, signal });
        if (sample === null || signal?.aborted) return null;
        onSample(sample);
        return sample;
      }),
    ),
  );
  return samples.filter((sample) => sample !== null);
}

/** Pauses between two askings of one that fails: a restart or a lost packet is over by then. */
const PAUSES_MS: readonly Ms[] = [1_000, 2_000, 4_000, 4_000];

/** The first sample that is no failure, or the failure that the last asking confirmed, dated at the first of them. */
async function askUntilSure(
  watched: Watched,
  {
    clock,
    control,
    signal,
  }: { readonly clock: Clock; readonly control: Control | undefined; readonly signal: AbortSignal | undefined },
): Promise<Sample | null> {
  const most = Math.min(watched.failureThreshold ?? 1, PAUSES_MS.length + 1);
  let since: Ms | null = null;
  for (let attempts = 1; ; attempts++) {
    if (signal?.aborted) return null;
    const sample = await judgedBeside(await askWithin(watched, clock, signal), control);
    since ??= sample.at;
    const many = attempts > 1 ? { attempts } : {};
    if (sample.outcome !== "fail") return { ...sample, ...many };
    if (attempts >= most) return { ...sample, at: since, ...many };
    await clock.sleep(PAUSES_MS[attempts - 1] ?? 0, signal);
  }
}

/** One asking that ends at its timeout; a probe that throws is a bug of ours, and still only a failed sample here. */
async function askWithin(watched: Watched, clock: Clock, outer?: AbortSignal): Promise<Sample> {
  const at = clock.now();
  const cut = new AbortController();
  const stop = (): void => cut.abort(OVER);
  outer?.addEventListener("abort", stop, { once: true });
  if (outer?.aborted) stop();
  const failed = (error: string): Sample => ({ service: watched.service, at, outcome: "fail", error });
  const ended = new AbortController();
  const asked = watched.ask(cut.signal).catch((error: unknown) => failed(`the check broke: ${nameOf(error)}`));
  // A quarter more than the probe allows itself, so that its own, better worded, end comes first.
  const limit = clock
    .sleep(watched.timeoutMs * 1.25, AbortSignal.any([ended.signal, cut.signal]))
    .then(() => failed(`no answer within ${formatDuration(watched.timeoutMs)}`));
  const sample = await Promise.race([asked, limit]);
  ended.abort(OVER);
  cut.abort(OVER);
  outer?.removeEventListener("abort", stop);
  return sample;
}

/** Nobody reads it: one reason for all, since each of its own would be an error with a trace. */
const OVER = "over";

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
