import type { Digest } from "../model/basics.ts";
import type { CatalogEntry } from "../model/catalog.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { IMPACTS, type Impact } from "../model/impact.ts";
import type { PlanInput, StepAction } from "../model/plan.ts";
import type { Rollout, RolloutStrategy, Timeline } from "../model/rollout.ts";
import type { Spec, StrategyName } from "../model/service.ts";
import type { Release, ServiceRecord } from "../model/state.ts";
import { hasVolumes, isRunning, runs } from "./last-applied.ts";
import { runDigest } from "./run-digest.ts";

export interface RolledOut {
  /** Null: nothing runs, the release is only recorded; or the step is held. */
  readonly strategy: RolloutStrategy | null;
  readonly timeline: Timeline | null;
  /** The rollout of an earlier run that this step takes up where it stands. */
  readonly resumes: Rollout | null;
  /** No field asks for a restart, yet what the running processes see is not what these fields would give them. */
  readonly restartsUnasked: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

export interface RolloutQuestion {
  readonly entry: CatalogEntry;
  readonly record: ServiceRecord | null;
  /** The record under the id before a rename. */
  readonly movedFrom: ServiceRecord | null;
  readonly base: Release | null;
  readonly action: StepAction;
  readonly impact: Impact;
  readonly runDigest: Digest;
  readonly input: PlanInput;
}

/** By which strategy a declared service comes to be as declared, and how long that takes. */
export function howItIsRolledOut(question: RolloutQuestion): RolledOut {
  const { entry, base, action, input } = question;
  const known = question.record ?? question.movedFrom;
  const running = known !== null && isRunning(known, base);
  const resumes = resumed(question);
  const nothing = { strategy: null, timeline: null, resumes, restartsUnasked: false, diagnostics: [] };
  if (action === "held") return nothing;
  const before = running && base !== null && runs(base.spec) ? base.spec : null;
  const { spec } = entry;
  if (!runs(spec)) {
    if (!running) return nothing;
    const timeline = input.timelineOf("retire", { before, spec: before ?? spec, profile: input.profile });
    return { ...nothing, strategy: "retire", timeline };
  }
  const unseen = before !== null && seesNoChange(question);
  const quiet =
    action === "update" || action === "move" ? isAtMostScale(question.impact) && known?.rollout === null : false;
  const strategy = resumes?.strategy ?? (quiet && unseen ? "in-place" : strategyOf(spec, base?.spec ?? null));
  const timeline = input.timelineOf(strategy, { before, spec, profile: input.profile });
  return {
    strategy,
    timeline,
    resumes,
    restartsUnasked: quiet && before !== null && !unseen && action === "update",
    diagnostics: timeline === null ? [notAvailable(entry, strategy, input)] : [],
  };
}

function resumed({ entry, record }: RolloutQuestion): Rollout | null {
  const rollout = record?.rollout ?? null;
  if (record === null || rollout === null) return null;
  if (rollout.to === null) return runs(entry.spec) ? null : rollout;
  const coming = record.releases.find(({ number }) => number === rollout.to);
  const same = coming?.specDigest === entry.specDigest && coming.artifactDigest === entry.artifactDigest;
  return same ? rollout : null;
}

/** Whether the running processes are exactly what the declared release would start. */
function seesNoChange({ entry, base, movedFrom, runDigest: declared, input }: RolloutQuestion): boolean {
  if (base === null) return false;
  if (movedFrom === null) return base.runDigest === declared;
  if (!input.profile.can.has("rename")) return false;
  // Under the old id it would have been the same: everything stays but the name.
  const spec = { ...entry.spec, id: base.spec.id };
  return base.runDigest === runDigest({ spec, artifactDigest: entry.artifactDigest, secrets: base.secrets }, input);
}

function isAtMostScale(impact: Impact): boolean {
  return IMPACTS.indexOf(impact) <= IMPACTS.indexOf("scale");
}

function strategyOf(spec: Spec, before: Spec | null): RolloutStrategy {
  const owned = hasVolumes(spec) || (before !== null && hasVolumes(before));
  return owned ? "recreate" : spec.deployment.strategy;
}

const NAMES: readonly StrategyName[] = ["rolling", "blue-green", "canary", "recreate"];

function notAvailable(entry: CatalogEntry, strategy: RolloutStrategy, input: PlanInput): Diagnostic {
  const { profile } = input;
  const available = NAMES.filter(
    (name) => input.timelineOf(name, { before: null, spec: entry.spec, profile }) !== null,
  );
  return {
    code: "strategy-not-available",
    severity: "error",
    summary: `the strategy \`${strategy}\` is not available in this version`,
    hint: `available are: ${available.join(", ") || "none"}`,
    range: entry.rangeOf("deployment.strategy"),
    service: entry.id,
    environment: input.catalog.environment,
  };
}
