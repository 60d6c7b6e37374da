import type { FieldChange } from "../model/plan.ts";
import { isEnding, runs } from "./last-applied.ts";
import type { RolledOut, RolloutQuestion } from "./strategy-of.ts";

/** Why a step is what it is, where its fields alone do not say: one sentence each. */
export function reasonsFor(
  { entry, record, base, action, input, movedFrom }: RolloutQuestion,
  changes: readonly FieldChange[],
  rollout: RolledOut,
): string[] {
  const { spec } = entry;
  const reasons: string[] = [];
  if (action === "held" && record?.held)
    reasons.push(`release ${record.held.release} is not tried again as it is: ${record.held.reason}`);
  if (action === "replace")
    reasons.push(
      ...changes
        .filter(({ impact }) => impact === "replace")
        .map(({ path }) => `\`${path.join(".")}\` cannot change in place`),
    );
  if (action === "move" && movedFrom && runs(spec) && !input.profile.can.has("rename"))
    reasons.push(
      `the target ${input.profile.kind} cannot rename what runs: it starts anew as ${entry.id}, and ${movedFrom.service} ends`,
    );
  if (action === "create" && spec.external === true) reasons.push("others run it: it is recorded and watched");
  else if (action === "create" && !runs(spec)) reasons.push("it is inactive: it is recorded and not started");
  else if (action === "create" && record !== null && base === null) reasons.push("nothing of it serves so far");
  if (action === "stop" && spec.external === true) reasons.push("others run it from now on");
  if (rollout.restartsUnasked)
    reasons.push("what its processes see was recorded in another form, so they are restarted once");
  const unfinished = action === "held" ? null : (record?.rollout ?? null);
  if (unfinished !== null)
    reasons.push(whatBecomesOf(unfinished.to, rollout.resumes !== null, record !== null && isEnding(record)));
  return reasons;
}

function whatBecomesOf(release: number | null, resumes: boolean, ending: boolean): string {
  if (ending)
    return resumes
      ? "an earlier run began to stop it: that is resumed"
      : "an earlier run began to stop it: that is undone";
  return resumes
    ? `an earlier run began to bring in release ${release}: that is resumed`
    : `release ${release}, which an earlier run began to bring in, gives way`;
}
