import { worse } from "../../model/impact.ts";
import type { TargetProfile } from "../../model/target.ts";

/** What the local target can do, for the planner. It takes uncommitted work: it is where one tries things out. */
export const localProfile: TargetProfile = {
  kind: "local",
  can: new Set(["command", "template", "instance-drain"]),
  weightStep: 1,
  // A process learns where its dependencies are from its variables, and variables change with a restart.
  impact: (path, declared) => (path.split(".")[0] === "dependencies" ? worse(declared, "restart") : declared),
  project: (spec) => spec,
  needsCleanCommit: false,
};
