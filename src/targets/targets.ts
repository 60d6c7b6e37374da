import type { Diagnosed } from "../model/diagnostic.ts";
import type { TargetProfile } from "../model/target.ts";
import type { Connector } from "./connection.ts";
import { localProfile } from "./local/profile.ts";

/** What the table says of one kind of target. */
export interface TargetKind {
  readonly profile: TargetProfile;
  /** How it is reached; loaded when it is. */
  connector(): Promise<Connector>;
}

/**
 * `targets/` holds the engines that run services, a folder each behind the same port (`model/target.ts`), and the one
 * table of them. It promises that a new target is one folder and one line here, and that nobody else asks what kind a
 * target is. It decides nothing about rollouts: strategies do, on what a target reports. (`sim` is for simulations and
 * tests alone: nobody can declare it.)
 */
const TARGETS: Readonly<Record<string, TargetKind | "planned">> = {
  local: { profile: localProfile, connector: async () => (await import("./local/connector.ts")).localConnector },
  docker: "planned",
  kubernetes: "planned",
};

/**
 * The row of an environment's `target.kind`: the only place that reads it. A kind that is known but not built yet, or not
 * known at all, is an error of that environment.
 */
export function targetKindOf(environment: string, target: { readonly kind: string }): Diagnosed<TargetKind | null> {
  const row = Object.hasOwn(TARGETS, target.kind) ? TARGETS[target.kind] : undefined;
  if (row !== undefined && row !== "planned") return { value: row, diagnostics: [] };
  const available = Object.keys(TARGETS).filter((kind) => TARGETS[kind] !== "planned");
  return {
    value: null,
    diagnostics: [
      {
        code: row === "planned" ? "target-not-available" : "target-unknown",
        severity: "error",
        environment,
        summary:
          row === "planned"
            ? `the target kind \`${target.kind}\` of environment ${environment} is not available in this version`
            : `environment ${environment} names the target kind \`${target.kind}\`, which there is not`,
        hint: `available are: ${available.join(", ")}`,
      },
    ],
  };
}
