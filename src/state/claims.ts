import { GitError } from "../git/git-error.ts";
import type { Clock, Ms, Oid } from "../model/basics.ts";
import type { Claim, State, StateChange, StateStore } from "../model/state.ts";
import { changed } from "./changed.ts";
import { combine } from "./combine.ts";

/** A change made from the newest State; null: there is nothing to change. Asked again whenever somebody was faster. */
type Change = (state: State) => StateChange | null;

/** `lost`: the claim is somebody else's now. Whoever hears it stops, and acts on nothing. */
type Written = "written" | "lost";

/**
 * The right to apply, held by one run at a time. Every write is also a sign of life: it raises the claim's beat, which is
 * how a write whose answer was lost is found again. Writes follow each other; none is in flight beside another. They
 * throw a GitError where the ref stays out of reach.
 */
export interface Holder {
  readonly claim: Claim;
  state(): State;
  oid(): Oid;
  /** Swaps under the claim, together with what is queued: again and again while the claim is still ours. */
  write(change: Change): Promise<Written>;
  /** Queues an outcome: written with the next write, or `coalesceMs` after the first that waits. */
  later(change: Change): void;
  /** Writes what is queued now. */
  flush(): Promise<Written>;
  beat(): Promise<Written>;
  /** Goes on under a higher epoch: for a target that has seen a later one than State knows of. */
  raise(epoch: number): Promise<Written>;
  /** Gives the claim back, with what is queued. */
  release(message: string): Promise<Written>;
}

/** Outcomes are gathered for 15 s: with a beat every 20 s that is about the six pushes a minute that GitHub asks for. */
const COALESCE_MS = 15_000;
const POLL_MS = 2_000;
/** What a claim may ask for at most: State is hostile input, and a claim must not lock an environment for ever. */
const TTL_MAX_MS: Ms = 3_600_000;
const TAKE_ATTEMPTS_MAX = 20;
const WRITE_ATTEMPTS_MAX = 8;
/** After a broken connection; doubled each time. */
const PAUSE_MS = 500;

/**
 * Takes the claim of an environment with an epoch above every earlier one. Another's claim is waited for, `patienceMs` at
 * most, and taken over once its beat has stood still for its time-to-live on our own monotonic clock: never because of a
 * time that it tells. Throws the store's StateErrors and GitErrors.
 */
export async function takeClaim(input: {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly run: string;
  readonly url?: string;
  readonly nonce: () => string;
  readonly ttlMs: Ms;
  readonly patienceMs: Ms;
  readonly pollMs?: Ms;
  readonly coalesceMs?: Ms;
  readonly signal?: AbortSignal;
  /** Told once of each claim that is waited for. */
  readonly onWait?: (claim: Claim) => void;
}): Promise<{ readonly is: "taken"; readonly holder: Holder } | { readonly is: "busy"; readonly claim: Claim }> {
  const { store, clock, run, url, ttlMs, patienceMs, signal, pollMs = POLL_MS } = input;
  const mine = input.nonce();
  const begun = clock.monotonic();
  const watch = watchClaims(clock);
  const told = new Set<string>();
  let attempts = 0;

  for (;;) {
    const { oid, state } = await store.read();
    const other = state.claim;
    // Our own earlier attempt may have arrived although its answer did not.
    if (oid !== null && other?.nonce === mine) return taken(input, { oid, state, claim: other });
    const silent = other === null ? null : watch(other);

    if (other === null || silent === "dead") {
      if (++attempts > TAKE_ATTEMPTS_MAX) {
        if (other) return { is: "busy", claim: other };
        throw new GitError("unreachable", `the claim of ${state.environment} could not be written`);
      }
      const claim: Claim = {
        run,
        ...(url === undefined ? {} : { url }),
        nonce: mine,
        epoch: state.epoch + 1,
        beat: 0,
        ttlMs,
        since: new Date(clock.now()).toISOString(),
        ...(other === null ? {} : { tookOver: other.run }),
      };
      const change: StateChange = { epoch: claim.epoch, claim, message: takingMessage(claim, other) };
      const swap = await store.swap(oid, change, { run, nonce: input.nonce() });
      if (swap.is === "won") return taken(input, { oid: swap.oid, state: changed(state, change), claim });
      if (swap.is === "unknown") await clock.sleep(PAUSE_MS, signal);
      continue;
    }
    const leftMs = patienceMs - (clock.monotonic() - begun);
    if (leftMs <= 0 || signal?.aborted) return { is: "busy", claim: other };
    if (!told.has(other.nonce)) input.onWait?.(other);
    told.add(other.nonce);
    await clock.sleep(Math.min(pollMs, leftMs), signal);
  }
}

/** Judges claims by how long their beat has stood still before our own eyes. */
function watchClaims(clock: Clock): (claim: Claim) => "alive" | "dead" {
  let seen: { readonly claim: Claim; readonly at: Ms } | null = null;
  return (claim) => {
    const now = clock.monotonic();
    if (seen === null || seen.claim.nonce !== claim.nonce || seen.claim.beat !== claim.beat) seen = { claim, at: now };
    return now - seen.at >= Math.min(claim.ttlMs, TTL_MAX_MS) ? "dead" : "alive";
  };
}

function takingMessage(claim: Claim, other: Claim | null): string {
  const subject =
    other === null
      ? `${claim.run} begins (epoch ${claim.epoch})`
      : `${claim.run} takes over from ${other.run}, which fell silent (epoch ${claim.epoch})`;
  return claim.url === undefined ? subject : `${subject}\n\n${claim.url}`;
}

/** What a write does to the claim besides raising its beat. */
interface How {
  readonly closing?: boolean;
  readonly epoch?: number;
}

function taken(
  input: Parameters<typeof takeClaim>[0],
  from: { readonly oid: Oid; readonly state: State; readonly claim: Claim },
): { readonly is: "taken"; readonly holder: Holder } {
  const { store, clock, run, signal, coalesceMs = COALESCE_MS } = input;
  let { oid, state, claim } = from;
  let ours = true;
  let queue: Change[] = [];
  let timer: AbortController | null = null;
  let tail: Promise<unknown> = Promise.resolve();

  /** One swap of everything; again while the claim is ours, and with a pause where the connection breaks. */
  const swapNow = async (change: Change, { closing = false, epoch = claim.epoch }: How): Promise<Written> => {
    const queued = [...queue];
    const next: Claim = { ...claim, beat: claim.beat + 1, epoch };
    let pauseMs = PAUSE_MS;
    let trouble: unknown = null;
    const done = (): Written => {
      claim = next;
      queue = queue.slice(queued.length);
      ours = !closing;
      return "written";
    };
    for (let attempt = 1; attempt <= WRITE_ATTEMPTS_MAX; attempt++) {
      const made = combine(state, [...queued, change]);
      if (made === null) return "written";
      const whole: StateChange = { ...made, epoch, claim: closing ? null : next };
      try {
        const swap = await store.swap(oid, whole, { run, nonce: input.nonce() });
        if (swap.is === "won") {
          state = changed(state, whole);
          oid = swap.oid;
          return done();
        }
        if (swap.is === "unknown") await clock.sleep(pauseMs, signal);
        const read = await store.read();
        trouble = null;
        if (read.oid === null || read.state.claim?.nonce !== claim.nonce) {
          ours = false;
          return closing && wasGivenBack(claim, read.state) ? done() : "lost";
        }
        oid = read.oid;
        state = read.state;
        // Only we raise our beat: where it has risen, the swap that seemed lost has arrived.
        if (read.state.claim.beat === next.beat) return done();
      } catch (error) {
        if (!(error instanceof GitError) || error.kind !== "unreachable") throw error;
        trouble = error;
        await clock.sleep(pauseMs, signal);
      }
      pauseMs *= 2;
    }
    throw trouble ?? new GitError("unreachable", `the state of ${state.environment} could not be written`);
  };

  const inTurn = (change: Change, how: How = {}): Promise<Written> => {
    const result = tail.then(() => {
      timer?.abort();
      timer = null;
      return ours ? swapNow(change, how) : "lost";
    });
    // A failure is told to whoever asked; those that come after have their own attempt.
    tail = result.catch(() => {});
    return result;
  };
  const flush = (): Promise<Written> => inTurn(() => null);

  const holder: Holder = {
    get claim() {
      return claim;
    },
    state: () => state,
    oid: () => oid,
    write: (change) => inTurn(change),
    later(change) {
      queue.push(change);
      if (timer !== null) return;
      const own = new AbortController();
      timer = own;
      // Nobody waits for this write: should it fail, the queue stays, and the next write meets the same trouble.
      void clock.sleep(coalesceMs, own.signal).then(() => (own.signal.aborted ? undefined : flush().catch(() => {})));
    },
    flush,
    beat: () => inTurn(() => ({ message: `${run} is at work (beat ${claim.beat + 1})` })),
    raise: (epoch) => inTurn(() => ({ message: `${run} goes on under epoch ${epoch}` }), { epoch }),
    release: (message) => inTurn(() => ({ message }), { closing: true }),
  };
  return { is: "taken", holder };
}

/** True where a claim went as its holder wanted: nobody has it, or somebody to whom it was free. */
function wasGivenBack(claim: Claim, state: State): boolean {
  return state.epoch >= claim.epoch && (state.claim === null || state.claim.tookOver !== claim.run);
}
