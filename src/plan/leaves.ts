import { type FieldFormat, type FieldRule, type Impact, type ImpactTable, ruleAt } from "../model/impact.ts";
import type { Spec } from "../model/service.ts";
import type { TargetProfile } from "../model/target.ts";
import { atVersions, isSecretRef } from "./secret-refs.ts";

/** One field of a spec as a plan shows it: a scalar, a list as a whole, a reference to a secret, or an empty mapping. */
export interface Leaf {
  readonly path: readonly string[];
  /** References carry the version of their secret: `{secret, version}`. */
  readonly value: unknown;
  readonly impact: Impact;
  readonly format?: FieldFormat;
}

export interface Costs {
  readonly impacts: ImpactTable;
  readonly profile: TargetProfile;
}

/** What a change at a path costs: as the schema declares, or more where the target says so. */
export function impactAt({ impacts, profile }: Costs, path: readonly string[]): Impact {
  return profile.impact(path.join("."), ruleAt(impacts, path).impact);
}

/** The fields of a spec by their path as JSON, in the order of their keys. `secrets` are the versions to show with references. */
export function leavesOf(spec: Spec, secrets: Readonly<Record<string, string>>, costs: Costs): Map<string, Leaf> {
  const leaves = new Map<string, Leaf>();
  const visit = (value: unknown, path: readonly string[], rule: FieldRule): void => {
    if (value === undefined) return;
    const isRef = rule.format === "secret" && isSecretRef(value);
    if (isMapping(value) && !isRef && Object.keys(value).length > 0) {
      for (const key of Object.keys(value).sort()) visit(value[key], [...path, key], ruleAt(rule, [key]));
      return;
    }
    leaves.set(JSON.stringify(path), {
      path,
      value: atVersions(value, secrets),
      impact: costs.profile.impact(path.join("."), rule.impact),
      ...(rule.format === undefined ? {} : { format: rule.format }),
    });
  };
  visit(spec, [], costs.impacts);
  return leaves;
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
