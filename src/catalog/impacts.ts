import { type FieldFormat, type FieldRule, IMPACTS, type Impact, type ImpactTable } from "../model/impact.ts";
import { readSchema, resolveNode, type SchemaNode } from "./schemas.ts";

/** Never part of a Spec, so never part of a plan: overlays are merged away, the short form is rewritten, a move is no field. */
const LEFT_OUT = new Set(["environments", "previous_id", "configuration"]);

/**
 * What each field costs to change, compiled from `x-impact` and `x-format` of the installed package's schema. Children
 * inherit where they name nothing. The code's own change has the path `source` and costs what `source` costs: a restart.
 */
export function impactTable(): ImpactTable {
  const root = readSchema("service");
  const properties = Object.fromEntries(Object.entries(root.properties ?? {}).filter(([key]) => !LEFT_OUT.has(key)));
  return ruleOf(root, { ...root, properties }, "none");
}

function ruleOf(root: SchemaNode, unresolved: SchemaNode, inherited: Impact): FieldRule {
  const node = resolveNode(root, unresolved);
  const impact = IMPACTS.find((one) => one === node["x-impact"]) ?? inherited;
  const children = Object.entries(node.properties ?? {}).map(
    ([key, child]) => [key, ruleOf(root, child, impact)] as const,
  );
  const free = node.items ?? (typeof node.additionalProperties === "object" ? node.additionalProperties : undefined);
  const format = node["x-format"];
  // A reference's own inner key is no field: `{secret: NAME}` is one value.
  if (format === "secret") return { impact, format };
  return {
    impact,
    ...(isFormat(format) ? { format } : {}),
    ...(children.length > 0 ? { children: Object.fromEntries(children) } : {}),
    ...(free ? { any: ruleOf(root, free, impact) } : {}),
  };
}

function isFormat(format: string | undefined): format is FieldFormat {
  return format === "duration" || format === "size" || format === "secret";
}
