import type { CatalogEntry } from "../model/catalog.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { type Impact, worse } from "../model/impact.ts";
import type { FieldChange, PlanInput, Step, StepAction } from "../model/plan.ts";
import type { Release, ServiceRecord } from "../model/state.ts";
import { fieldChanges } from "./field-changes.ts";
import { hasVolumes, isEnding, isRunning, lastApplied, runs } from "./last-applied.ts";
import { priorDigest } from "./prior-digest.ts";
import { reasonsFor } from "./reasons.ts";
import { runDigest } from "./run-digest.ts";
import { secretsUsed } from "./secret-refs.ts";
import { stepDigest } from "./step-digest.ts";
import { howItIsRolledOut } from "./strategy-of.ts";
import { whatTheTargetCannot } from "./what-the-target-cannot.ts";

/** A step before it has its place among the others. */
export type StepDraft = Omit<Step, "dependents" | "waitsFor">;

/** What decides about one declared service. */
export interface Situation {
  readonly entry: CatalogEntry;
  readonly record: ServiceRecord | null;
  /** The record under the id before a rename. */
  readonly movedFrom: ServiceRecord | null;
  readonly input: PlanInput;
}

/** The step of a declared service that does not agree with its record. */
export function stepOf(situation: Situation): {
  readonly draft: StepDraft;
  readonly diagnostics: readonly Diagnostic[];
} {
  const { entry, movedFrom, input } = situation;
  const { spec, specDigest, artifact, artifactDigest } = entry;
  const known = situation.record ?? movedFrom;
  const base = known === null ? null : lastApplied(known);
  const { secrets, diagnostics: unresolved } = resolvedSecrets(entry, input);
  const after = {
    spec,
    specDigest,
    artifact,
    artifactDigest,
    runDigest: runDigest({ spec, artifactDigest, secrets }, input),
    secrets,
  };
  const changes = known === null || base === null ? [] : changesSince(base, known, situation, secrets);
  const action = actionOf(situation, base, changes);
  const impact = impactOf(action, changes);
  const isProtected = entry.protected || known?.protected === true || hasVolumes(spec);
  const question = { ...situation, base, action, impact, runDigest: after.runDigest };
  const rollout = howItIsRolledOut(question);
  const prior = priorDigest(known);
  const environment = input.catalog.environment;
  const draft: StepDraft = {
    service: entry.id,
    action,
    changes,
    impact,
    reasons: reasonsFor(question, changes, rollout),
    before: base === null ? null : { spec: base.spec, artifact: base.artifact },
    after,
    prior,
    digest: stepDigest({ environment, service: entry.id, action, prior, specDigest, artifactDigest, secrets }),
    strategy: rollout.strategy,
    timeline: rollout.timeline,
    ...(movedFrom === null ? {} : { previousId: movedFrom.service }),
    protected: isProtected,
    mustBeNamed: isProtected && destroys({ action, impact }, situation) && environment !== "development",
    file: entry.file,
  };
  const cannot = whatTheTargetCannot(entry, input.profile, environment);
  return { draft, diagnostics: [...unresolved, ...cannot, ...rollout.diagnostics] };
}

/** Versions of the secrets that the spec refers to; a reference that nothing resolves is an error of the plan. */
function resolvedSecrets(
  entry: CatalogEntry,
  input: PlanInput,
): { readonly secrets: Readonly<Record<string, string>>; readonly diagnostics: readonly Diagnostic[] } {
  const used = secretsUsed(entry.spec, input.impacts);
  if (used.length === 0) return { secrets: {}, diagnostics: [] };
  const versions = input.secretVersions(entry.id);
  const { environment } = input.catalog;
  const secrets: Record<string, string> = {};
  const diagnostics: Diagnostic[] = [];
  for (const { name, path } of used) {
    const version = Object.hasOwn(versions, name) ? versions[name] : undefined;
    if (version !== undefined) secrets[name] = version;
    else
      diagnostics.push({
        code: "secret-unresolved",
        severity: "error",
        summary: `the secret ${name} of \`${entry.id}\` has no value in ${environment}`,
        detail: `\`${path.join(".")}\` refers to it. A service is never started with a reference in place of a value.`,
        hint: "give it one, or remove the reference",
        range: entry.rangeOf(path.join(".")),
        service: entry.id,
        environment,
      });
  }
  return { secrets, diagnostics };
}

function changesSince(
  base: Release,
  record: ServiceRecord,
  { entry, movedFrom, input }: Situation,
  secrets: Readonly<Record<string, string>>,
): FieldChange[] {
  const all = fieldChanges(base, { spec: entry.spec, artifact: entry.artifact, secrets }, input);
  // A rename is told by the action, and one that was not finished by the record that already has the new id.
  const changes = all.filter(({ path }) => path[0] !== "id");
  if (movedFrom !== null) return changes;
  const differs = record.protected !== entry.protected && base.spec.protected === entry.protected;
  if (!differs || hasVolumes(entry.spec)) return changes;
  return [...changes, { path: ["protected"], before: record.protected, after: entry.protected, impact: "none" }];
}

function actionOf(
  { entry, record, movedFrom }: Situation,
  base: Release | null,
  changes: readonly FieldChange[],
): StepAction {
  if (movedFrom !== null) return "move";
  if (record === null) return "create";
  if (isHeld(entry, record)) return "held";
  if (!runs(entry.spec)) {
    if (isRunning(record, base)) return "stop";
    return base === null ? "create" : "update";
  }
  if (base === null) return "create";
  if (!runs(base.spec) || isEnding(record)) return "start";
  return changes.some(({ impact }) => impact === "replace") ? "replace" : "update";
}

/**
 * A release that failed, or was rolled back by hand, is not tried again as it is. An unfinished rollout is a matter of its own,
 * but for one that brings something else in its place: that is ended, not undone.
 */
function isHeld(
  { specDigest, artifactDigest }: CatalogEntry,
  { held, rollout, stable, releases }: ServiceRecord,
): boolean {
  if (held === null || held.specDigest !== specDigest || held.artifactDigest !== artifactDigest) return false;
  if (rollout === null) return true;
  const coming = releases.find(({ number }) => number === rollout.to && number !== stable);
  return coming !== undefined && (coming.specDigest !== specDigest || coming.artifactDigest !== artifactDigest);
}

/** What a step costs at most. Stopping, starting and destroying cost something whatever their fields say. */
function impactOf(action: StepAction, changes: readonly FieldChange[]): Impact {
  const gravest = changes.reduce<Impact>((worst, { impact }) => worse(worst, impact), "none");
  return action === "stop" || action === "start" ? worse(gravest, "restart") : gravest;
}

/** A rename destroys the old service where the target cannot carry what runs over to the new id. */
function destroys(
  { action, impact }: { readonly action: StepAction; readonly impact: Impact },
  { input }: Situation,
): boolean {
  return action === "replace" || (action === "move" && (impact === "replace" || !input.profile.can.has("rename")));
}
