import { type FieldFormat, type FieldRule, type Impact, type ImpactTable, ruleAt, ruleBelow } from "../model/impact.ts";
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

/** The fields of a spec in the order of their keys. `secrets` are the versions to show with references. */
export function leavesOf(spec: Spec, secrets: Readonly<Record<string, string>>, costs: Costs): Leaf[] {
  const leaves: Leaf[] = [];
  const visit = (value: unknown, path: readonly string[], rule: FieldRule): void => {
    if (value === undefined) return;
    const keys = isMapping(value) && !(rule.format === "secret" && isSecretRef(value)) ? Object.keys(value) : [];
    if (keys.length > 0) {
      const mapping = value as Readonly<Record<string, unknown>>;
      for (const key of keys.sort()) visit(mapping[key], [...path, key], ruleBelow(rule, key));
      return;
    }
    const { impact: declared, format } = rule;
    const impact = costs.profile.impact(path.join("."), declared);
    const at = atVersions(value, secrets);
    leaves.push(format === undefined ? { path, value: at, impact } : { path, value: at, impact, format });
  };
  visit(spec, [], costs.impacts);
  return leaves;
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
