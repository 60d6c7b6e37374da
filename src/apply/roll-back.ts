import type { CatalogEntry } from "../model/catalog.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Observation } from "../model/fleet.ts";
import type { Plan, Step } from "../model/plan.ts";
import type { Held, Release, ServiceRecord } from "../model/state.ts";
import { runs } from "../plan/last-applied.ts";
import { plan } from "../plan/plan.ts";
import { timelineFor } from "../rollout/strategies.ts";
import { withIntent } from "../state/records.ts";
import type { ApplyInput, ApplyReport } from "./apply-input.ts";
import { intentOf } from "./intent.ts";
import { journalIntent } from "./journal.ts";
import { performWork } from "./perform-work.ts";
import { refresh } from "./refresh.ts";
import { type Run, reportOf } from "./run.ts";
import { isDeclared, isRunning, notVouchedFor } from "./trusted.ts";
import { underClaim } from "./under-claim.ts";
import type { Work } from "./work.ts";

/**
 * Brings a recorded release back at once, under the claim and journalled as any step: as a release of a new number with the old
 * spec and artifact. What is declared now is held by the same write as the intent, so that, wherever this run ends, the next one
 * goes on with it and no apply brings back what was rolled back before Git says something else. Resolves with a report.
 */
export function rollBackNow(input: ApplyInput, release: Release): Promise<ApplyReport> {
  return underClaim(input, async (run) => {
    const observation = await refresh(run);
    if (observation === null) return { ...reportOf(run), outcome: "failed", says: "the target cannot be reached" };
    await input.crash?.("refreshed");
    const intent = await intentTo(run, release, observation);
    await input.crash?.("planned");
    if (intent.is === "refused")
      return { ...reportOf(run), outcome: "refused", diagnostics: [...run.diagnostics, ...intent.diagnostics] };
    if (intent.is === "nothing") return null;
    const works = await journalIntent(run, intent.plan, [intent.work]);
    await input.crash?.("journalled");
    for (const work of works) await performWork(run, work);
    if (run.haltedBecause() === "fenced") return null;
    if ((await run.holder.flush()) === "lost") run.halt("fenced");
    await input.crash?.("outcomes-journalled");
    return null;
  });
}

type Intent =
  | { readonly is: "work"; readonly work: Work; readonly plan: Plan }
  /** It is what serves. */
  | { readonly is: "nothing" }
  | { readonly is: "refused"; readonly diagnostics: readonly Diagnostic[] };

async function intentTo(run: Run, old: Release, observation: Observation): Promise<Intent> {
  const { input, holder } = run;
  const record = holder.state().services.get(old.service);
  const refused = (...diagnostics: readonly Diagnostic[]): Intent => ({ is: "refused", diagnostics });
  const cannot = (why: string, hint?: string): Intent => refused(notPossible(run, old, why, hint));
  if (record === undefined) return cannot("State does not record it any more");
  if (record.rollout !== null)
    return cannot(
      `its ${record.rollout.strategy} rollout is under way`,
      "`fairlead apply` goes on with it, or abandon it in Git",
    );
  if (observation.unreachable.includes(old.service)) return cannot("it cannot be reached on the target");
  if (!runs(old.spec)) return cannot(`nothing was to run as r${old.number}`, "set `status: inactive` in its file");
  const declared = await input.declared();
  const entry = declared.value.services.get(old.service);
  if (entry === undefined) {
    const broken = declared.diagnostics.filter(({ severity }) => severity === "error");
    return declared.value.broken.has(old.service) && broken.length > 0
      ? refused(...broken)
      : cannot("no file declares it, so that the next apply would delete it");
  }
  const { vouch } = input;
  const isKnown = vouch === undefined || isDeclared(old, declared.value);
  if (!isKnown && !(await vouch(old, { isRunning: isRunning(old, observation) })))
    return refused(
      notVouchedFor(old.service, input.environment, `r${old.number} is in no commit of the default branch`),
    );

  const made = planOf(run, { record, old, entry, catalog: declared.value });
  const errors = made.diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length > 0) return refused(...errors);
  const [step] = made.plan.steps;
  if (step === undefined) return { is: "nothing" };
  if (step.action === "held")
    return cannot(step.reasons[0] ?? "it is held", `\`fairlead retry ${old.service}\` lets it be tried again`);
  const permission = await input.permit(made.plan);
  if ("refused" in permission) return refused(...permission.refused);
  if (step.mustBeNamed && !permission.allowDestroy.has(old.service))
    return cannot("what runs would be replaced, and it is protected", "go back through Git: leave --now out");
  run.plan = made.plan;
  return { is: "work", work: workOf(run, step, { record, old, entry }), plan: made.plan };
}

/** The plan of this one service, as if its file said again what it said then. */
function planOf(
  { input, holder }: Run,
  on: {
    readonly record: ServiceRecord;
    readonly old: Release;
    readonly entry: CatalogEntry;
    readonly catalog: Parameters<typeof plan>[0]["catalog"];
  },
): ReturnType<typeof plan> {
  const { previousId: _, ...entry } = on.entry;
  const { spec, specDigest, artifact, artifactDigest } = on.old;
  const asThen = {
    ...entry,
    ...{ spec, specDigest, artifact, artifactDigest },
    dependencies: spec.dependencies,
    protected: spec.protected,
    rangeOf: (path: string) => on.entry.rangeOf(path),
  };
  return plan({
    catalog: { ...on.catalog, services: new Map([[entry.id, asThen]]) },
    state: { ...holder.state(), services: new Map([[entry.id, on.record]]) },
    stateOid: holder.oid(),
    profile: input.target.profile,
    impacts: input.impacts,
    timelineOf: timelineFor,
    secretVersions: input.secretVersions,
    allowDestroy: new Set(),
  });
}

function workOf(
  run: Run,
  step: Step,
  { record, old, entry }: { readonly record: ServiceRecord; readonly old: Release; readonly entry: CatalogEntry },
): Work {
  const [draft] = intentOf(run, step);
  if (draft === undefined || draft.release === null) throw new TypeError(`r${old.number} would not be brought in`);
  // The commit that declared it stays its own: by that it can be vouched for again.
  const { commit, renamedFrom } = old;
  const release: Release = { ...draft.release, commit, ...(renamedFrom === undefined ? {} : { renamedFrom }) };
  const at = release.createdAt;
  const intended = withIntent(record, {
    release,
    rollout: draft.rollout,
    protected: record.protected || old.spec.protected,
    at,
    hold: holdOf(entry, { record, old, at }),
  });
  return { ...draft, step: null, why: "rollback", release, record: intended, prior: record, waitsFor: [] };
}

/** Holds what is declared; nothing where Git agrees already. */
function holdOf(
  { specDigest, artifactDigest }: CatalogEntry,
  { record, old, at }: { readonly record: ServiceRecord; readonly old: Release; readonly at: string },
): Held | undefined {
  if (specDigest === old.specDigest && artifactDigest === old.artifactDigest) return undefined;
  const known = record.releases.find(
    (release) => release.specDigest === specDigest && release.artifactDigest === artifactDigest,
  );
  return {
    // What was declared and never brought in has no number: the one that it would have replaced stands for it.
    release: known?.number ?? record.held?.release ?? record.stable ?? old.number,
    specDigest,
    artifactDigest,
    reason: `rolled back by hand to r${old.number}: until Git agrees`,
    at,
  };
}

function notPossible({ input }: Run, { service, number }: Release, why: string, hint?: string): Diagnostic {
  return {
    code: "rollback-not-possible",
    severity: "error",
    service,
    environment: input.environment,
    summary: `\`${service}\` cannot be rolled back to r${number} at once: ${why}`,
    ...(hint === undefined ? {} : { hint }),
  };
}
