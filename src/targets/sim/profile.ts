import type { TargetProfile } from "../../model/target.ts";

/** A target that can do everything and raises no impact; `weightStep` in percent, 100 for one without weights. */
export function simProfile({ weightStep = 1 }: { readonly weightStep?: number } = {}): TargetProfile {
  return {
    kind: "sim",
    can: new Set([
      "image",
      "command",
      "template",
      "schedule",
      "processes",
      "volumes",
      "preview",
      "instance-drain",
      "sticky",
      "rename",
    ]),
    weightStep,
    impact: (_path, declared) => declared,
    project: (spec) => spec,
    needsCleanCommit: false,
  };
}
