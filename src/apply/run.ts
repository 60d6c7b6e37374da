import type { Digest, Ms, ServiceId } from "../model/basics.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Plan } from "../model/plan.ts";
import type { Holder } from "../state/claims.ts";
import type { ApplyInput, ApplyReport, ServiceOutcome } from "./apply-input.ts";

/** Why a run ends before its work does. The first reason stays. */
export type Halt = "interrupted" | "paused" | "fenced";

/** One run under its claim: what it may do, and what it has seen so far. */
export interface Run {
  readonly input: ApplyInput;
  readonly holder: Holder;
  /** Aborts as soon as the run has to end early. */
  readonly halted: AbortSignal;
  /**
   * Whether the claim may be relied upon now. A process that stood still cannot know by itself that it was taken over: after
   * half its time-to-live without a sign of life it gives one first, and acts only once that has been written.
   */
  isAlive(): Promise<boolean>;
  halt(reason: Halt): void;
  haltedBecause(): Halt | null;
  /** A sign of life. Halts the run where the claim is somebody else's. Throws GitErrors. */
  beat(): Promise<void>;
  /**
   * The target has seen `epoch`, which is later than ours. Where the claim is still ours, it is State that was rewound or begun
   * anew: then the run goes on under a higher epoch, and says so. Otherwise another run has taken over, and this one halts.
   */
  outrank(epoch: number): Promise<void>;
  /** Notes what became of a service; a later note replaces an earlier one. */
  note(outcome: ServiceOutcome): void;
  readonly outcomes: ReadonlyMap<ServiceId, ServiceOutcome>;
  readonly diagnostics: Diagnostic[];
  /** Steps that this run has taken up already: each once, unless its digest changes. */
  readonly taken: Map<ServiceId, Digest>;
  plan: Plan | null;
}

/** A run's claim is dead when it gave no sign of life for this long. */
export const TTL_MS: Ms = 60_000;

export function startRun(input: ApplyInput, holder: Holder): Run {
  const controller = new AbortController();
  const outcomes = new Map<ServiceId, ServiceOutcome>();
  const diagnostics: Diagnostic[] = [];
  let because: Halt | null = null;
  const halt = (reason: Halt): void => {
    because ??= reason;
    controller.abort();
  };
  const { clock, ttlMs = TTL_MS } = input;
  let aliveAt = clock.monotonic();
  const beat = async (): Promise<void> => {
    const at = clock.monotonic();
    if ((await holder.beat()) === "lost") halt("fenced");
    else aliveAt = at;
  };
  const isFresh = (): boolean => clock.monotonic() - aliveAt < ttlMs / 2;
  if (input.signal?.aborted) halt("interrupted");
  input.signal?.addEventListener("abort", () => halt("interrupted"), { once: true });
  return {
    input,
    holder,
    halted: controller.signal,
    halt,
    haltedBecause: () => because,
    beat,
    async isAlive() {
      // A ref out of reach is no proof of life; whoever asked tries again.
      if (!isFresh()) await beat().catch(() => undefined);
      return because !== "fenced" && isFresh();
    },
    async outrank(epoch) {
      if (epoch < holder.claim.epoch) return;
      if ((await holder.raise(epoch + 1)) === "lost") return halt("fenced");
      diagnostics.push(behindTarget(input.environment, epoch));
    },
    note(outcome) {
      outcomes.set(outcome.service, outcome);
    },
    outcomes,
    diagnostics,
    taken: new Map(),
    plan: null,
  };
}

function behindTarget(environment: string, epoch: number): Diagnostic {
  return {
    code: "state-behind-target",
    severity: "warning",
    environment,
    summary: `the target has seen runs up to epoch ${epoch} that this State knows nothing of`,
    detail:
      "State was rewound or begun anew. This run goes on above them; runs of the old State are refused from now on.",
    hint: "if that is news to you, look who moved the state branch",
  };
}

/** Signs of life while rollouts take their time, and the end of the run's budget. Ends with the run. */
export function keepAlive(run: Run): { stop(): Promise<void> } {
  const { clock, ttlMs = TTL_MS, budgetMs } = run.input;
  const ended = new AbortController();
  const beating = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      await clock.sleep(ttlMs / 3, ended.signal);
      if (ended.signal.aborted) return;
      // A ref out of reach is for the next write to report; until a beat arrives, nothing acts.
      await run.beat().catch(() => undefined);
    }
  };
  const limiting = async (): Promise<void> => {
    if (budgetMs === undefined) return;
    await clock.sleep(budgetMs, ended.signal);
    if (!ended.signal.aborted) run.halt("paused");
  };
  const both = Promise.all([beating(), limiting()]);
  return {
    async stop() {
      ended.abort();
      await both;
    },
  };
}

/** The report of a run, from what it noted. */
export function reportOf(run: Run): ApplyReport {
  const { environment, run: name } = run.input;
  const services = [...run.outcomes.values()].sort((a, b) => (a.service < b.service ? -1 : 1));
  const has = (...words: ServiceOutcome["outcome"][]): boolean =>
    services.some(({ outcome }) => words.includes(outcome));
  const bad = has("failed", "rolled-back", "skipped", "refused");
  const idle = services.every(({ outcome }) => outcome === "held");
  const halted = run.haltedBecause();
  const ended = bad || has("unfinished") ? "failed" : idle ? "nothing-to-do" : "applied";
  // A pause is no failure, and hides none.
  const outcome = halted === null || (halted === "paused" && bad) ? ended : halted;
  return { environment, run: name, outcome, plan: run.plan, services, diagnostics: run.diagnostics };
}
