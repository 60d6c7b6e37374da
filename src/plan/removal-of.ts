import type { PlanInput } from "../model/plan.ts";
import type { ServiceRecord } from "../model/state.ts";
import { hasVolumes, isRunning, lastApplied } from "./last-applied.ts";
import { priorDigest } from "./prior-digest.ts";
import { stepDigest } from "./step-digest.ts";
import type { StepDraft } from "./step-of.ts";

/** The step of a service that is recorded and that no file declares any more. Its protection is remembered in its record. */
export function removalOf(record: ServiceRecord, { catalog, profile, timelineOf }: PlanInput): StepDraft {
  const { service, rollout } = record;
  const base = lastApplied(record);
  // What a rollout brings in, or a failed one left, must end as well.
  const last = base ?? record.releases.at(-1) ?? null;
  const strategy = last !== null && isRunning(record, base) ? "retire" : null;
  const { environment } = catalog;
  const prior = priorDigest(record);
  const isProtected = record.protected || (last !== null && hasVolumes(last.spec));
  const reasons = ["no file declares it any more"];
  if (isProtected) reasons.push("it is protected, which its record remembers");
  if (rollout !== null)
    reasons.push(
      rollout.to === null
        ? "an earlier run began to stop it: that is resumed"
        : `release ${rollout.to}, which an earlier run began to bring in, ends with it`,
    );
  return {
    service,
    action: "delete",
    changes: [],
    impact: "replace",
    reasons,
    before: last === null ? null : { spec: last.spec, artifact: last.artifact },
    after: null,
    prior,
    digest: stepDigest({
      environment,
      service,
      action: "delete",
      prior,
      specDigest: null,
      artifactDigest: null,
      secrets: {},
    }),
    strategy,
    timeline:
      strategy === null || last === null ? null : timelineOf(strategy, { before: last.spec, spec: last.spec, profile }),
    protected: isProtected,
    mustBeNamed: isProtected || environment !== "development",
  };
}
