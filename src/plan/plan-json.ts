import type { Diagnostic } from "../model/diagnostic.ts";
import type {
  Change,
  FairleadPlan,
  PlanFieldChange,
  PlanJson,
  PlanStep,
  ResourceChange,
} from "../model/generated/plan.ts";
import type { FieldChange, Plan, Step, StepAction } from "../model/plan.ts";
import { concealedSides, maskSecrets } from "./mask-secrets.ts";
import { isSecretRef } from "./secret-refs.ts";

/** Terraform's format, as far as it fits. Within one major number only additions. */
const FORMAT_VERSION = "1.2";

const ACTIONS: Readonly<Record<StepAction, Change["actions"]>> = {
  create: ["create"],
  update: ["update"],
  replace: ["delete", "create"],
  delete: ["delete"],
  start: ["update"],
  stop: ["update"],
  move: ["no-op"],
  "no-op": ["no-op"],
  held: ["no-op"],
};

/**
 * A plan for programs, and what `fairlead plan --out` keeps for `fairlead apply`: Terraform's `resource_changes` with ours
 * under one extra key (`schemas/plan.schema.json`). Secrets are null in it, marked as sensitive, with the version of their
 * ciphertext.
 */
export function planToJson(plan: Plan, more: { readonly diagnostics?: readonly Diagnostic[] } = {}): PlanJson {
  const { environment, project, target, commit, dirty, stateOid, digest, counts, allowDestroy } = plan;
  const fairlead: FairleadPlan = {
    environment,
    project,
    target,
    commit,
    dirty,
    state: stateOid,
    digest,
    counts: { ...counts },
    allow_destroy: [...allowDestroy],
    steps: plan.steps.map(stepToJson),
    ...(more.diagnostics === undefined ? {} : { diagnostics: [...more.diagnostics] }),
  };
  return { format_version: FORMAT_VERSION, resource_changes: plan.steps.map(resourceChange), fairlead };
}

function resourceChange(step: Step): ResourceChange {
  const { service, action, previousId } = step;
  const actions = action === "move" && step.changes.length > 0 ? ACTIONS.update : ACTIONS[action];
  // What became a secret is masked before as well: see `concealedSides`.
  const hidden = (side: "before" | "after"): FieldChange["path"][] =>
    step.changes.filter((change) => concealedSides(change)[side]).map(({ path }) => path);
  const before = maskSecrets(step.before?.spec ?? null, hidden("before"));
  const after = maskSecrets(step.after?.spec ?? null, hidden("after"));
  const replaced = step.changes.filter(({ impact }) => impact === "replace").map(({ path }) => [...path]);
  return {
    address: address(service),
    ...(previousId === undefined ? {} : { previous_address: address(previousId) }),
    mode: "managed",
    type: "fairlead_service",
    name: service,
    change: {
      actions: [...actions],
      before: before.value as Change["before"],
      after: after.value as Change["after"],
      after_unknown: {},
      before_sensitive: before.sensitive as Change["before_sensitive"],
      after_sensitive: after.sensitive as Change["after_sensitive"],
      ...(action === "replace" ? { replace_paths: replaced } : {}),
    },
    ...(action === "replace" ? { action_reason: "replace_because_cannot_update" } : {}),
    ...(action === "delete" ? { action_reason: "delete_because_no_resource_config" } : {}),
    fairlead: { action, digest: step.digest, impact: step.impact },
  };
}

function address(service: string): string {
  return `fairlead_service.${service}`;
}

function stepToJson(step: Step): PlanStep {
  const { before, after, timeline } = step;
  return {
    service: step.service,
    action: step.action,
    digest: step.digest,
    prior: step.prior,
    spec_digest: after?.specDigest ?? null,
    artifact_digest: after?.artifactDigest ?? null,
    secrets: { ...after?.secrets },
    impact: step.impact,
    changes: step.changes.map(changeToJson),
    reasons: [...step.reasons],
    strategy: step.strategy,
    timeline: timeline && {
      steps: [...timeline.steps],
      peak_instances: timeline.peakInstances,
      shortest_ms: timeline.shortestMs,
      longest_ms: timeline.longestMs,
    },
    dependents: [...step.dependents],
    waits_for: [...step.waitsFor],
    protected: step.protected,
    must_be_named: step.mustBeNamed,
    ...(step.previousId === undefined ? {} : { previous_id: step.previousId }),
    ...(step.file === undefined ? {} : { file: step.file }),
    artifact: { before: before?.artifact ?? null, after: after?.artifact ?? null } as NonNullable<PlanStep["artifact"]>,
  };
}

function changeToJson(change: FieldChange): PlanFieldChange {
  const concealed = concealedSides(change);
  const version = (value: unknown): string | undefined => (isSecretRef(value) ? value.version : undefined);
  const versions = { before: version(change.before), after: version(change.after) };
  return {
    path: [...change.path],
    ...(change.before === undefined ? {} : { before: jsonOf(concealed.before ? null : change.before) }),
    ...(change.after === undefined ? {} : { after: jsonOf(concealed.after ? null : change.after) }),
    impact: change.impact,
    ...(change.format === undefined ? {} : { format: change.format }),
    ...(concealed.before || concealed.after ? { sensitive: true } : {}),
    ...(versions.before === undefined ? {} : { before_version: versions.before }),
    ...(versions.after === undefined ? {} : { after_version: versions.after }),
  };
}

function jsonOf(value: unknown): JsonValue {
  return maskSecrets(value).value as JsonValue;
}

/** Any JSON value: the schema leaves it open, which its generated type cannot say. */
type JsonValue = Exclude<PlanFieldChange["before"], undefined>;
