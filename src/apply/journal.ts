import type { ServiceId } from "../model/basics.ts";
import { digestOf } from "../model/digest.ts";
import type { Plan } from "../model/plan.ts";
import type { Journal, JournalEntry, ServiceRecord, State, StateChange } from "../model/state.ts";
import type { Run } from "./run.ts";
import type { Work } from "./work.ts";

/**
 * Makes the round's intent durable before anything acts: records with their rollouts and release numbers, and the
 * journal. Resolves with the works that may be performed: none where the claim is gone. A step whose files cannot be kept
 * is refused on its own.
 */
export async function journalIntent(run: Run, plan: Plan, works: readonly Work[]): Promise<readonly Work[]> {
  const kept = await keepAll(run, works);
  await run.input.crash?.("kept");
  if (kept.length === 0) return [];
  const at = new Date(run.input.clock.now()).toISOString();
  const written = await run.holder.write((state) => intended(run, state, { plan, works: kept, at }));
  if (written === "lost") {
    run.halt("fenced");
    return [];
  }
  return kept;
}

function intended(
  run: Run,
  state: State,
  { plan, works, at }: { readonly plan: Plan; readonly works: readonly Work[]; readonly at: string },
): StateChange {
  const services = new Map<ServiceId, ServiceRecord | null>(works.map(({ service, record }) => [service, record]));
  const before = state.journal?.run === run.input.run ? state.journal.entries : [];
  const fresh = new Set(works.map(({ service }) => service));
  const entries = [...before.filter(({ service }) => !fresh.has(service)), ...works.map(entryOf)];
  const { epoch } = run.holder.claim;
  const journal: Journal = { run: run.input.run, epoch, commit: plan.commit, planDigest: plan.digest, at, entries };
  const count = works.length === 1 ? works[0]?.service : `${works.length} services`;
  return { journal, services, message: `${run.input.run} intends to change ${count}` };
}

function entryOf({ service, step, why, release, rollout }: Work): JournalEntry {
  return {
    service,
    action: step?.action ?? why,
    digest: step?.digest ?? digestOf(rollout?.id ?? service),
    release: release?.number ?? rollout?.to ?? null,
    outcome: null,
  };
}

async function keepAll(run: Run, works: readonly Work[]): Promise<Work[]> {
  const kept: Work[] = [];
  for (const work of works) {
    const problems = work.release === null ? [] : await run.input.keep(work.release);
    run.diagnostics.push(...problems);
    const error = problems.find(({ severity }) => severity === "error");
    if (error === undefined) kept.push(work);
    else
      run.note({
        service: work.service,
        action: work.step?.action ?? "resume",
        outcome: "refused",
        says: error.summary,
        release: null,
      });
  }
  return kept;
}

/** The journal with one service's outcome filled in; nothing where this run journalled nothing of it. */
export function withOutcomeIn(
  journal: Journal | null,
  run: string,
  service: ServiceId,
  outcome: Pick<JournalEntry, "outcome" | "says">,
): { readonly journal?: Journal } {
  if (journal === null || journal.run !== run) return {};
  const entries = journal.entries.map((entry) => (entry.service === service ? { ...entry, ...outcome } : entry));
  return { journal: { ...journal, entries } };
}
