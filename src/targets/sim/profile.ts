import type { TargetProfile } from "../../model/target.ts";

/** A target that can do everything and raises no impact; `weightStep` in percent, 100 for one without weights. */
export function simProfile(limits: { readonly weightStep?: number; readonly canRename?: boolean } = {}): TargetProfile {
  const { weightStep = 1, canRename = true } = limits;
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
      ...(canRename ? (["rename"] as const) : []),
    ]),
    weightStep,
    impact: (_path, declared) => declared,
    project: (spec) => spec,
    needsCleanCommit: false,
  };
}
