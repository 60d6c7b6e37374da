import type { TargetProfile } from "../../model/target.ts";

/** What the local target can do, for the planner. It takes uncommitted work: it is where one tries things out. */
export const localProfile: TargetProfile = {
  kind: "local",
  can: new Set(["command", "template", "instance-drain"]),
  weightStep: 1,
  impact: (_path, declared) => declared,
  project: (spec) => spec,
  needsCleanCommit: false,
};
