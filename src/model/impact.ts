/** What a changed field costs, from nothing to a new identity; the order is the severity. */
export const IMPACTS = ["none", "edge", "scale", "restart", "replace"] as const;
export type Impact = (typeof IMPACTS)[number];

/** The graver of two impacts. */
export function worse(a: Impact, b: Impact): Impact {
  return IMPACTS.indexOf(a) >= IMPACTS.indexOf(b) ? a : b;
}

/** How a field's typed value is written for people. */
export type FieldFormat = "duration" | "size" | "secret";

/** One property of the schema as the planner needs it. Children inherit the impact where they name none. */
export interface FieldRule {
  readonly impact: Impact;
  readonly format?: FieldFormat;
  readonly children?: Readonly<Record<string, FieldRule>>;
  /** The rule of keys that are the user's own (`environment.*`), and of list items. */
  readonly any?: FieldRule;
}

/** Compiled from the schemas of the installed package, never from the planned tree (`catalog/impacts.ts`). */
export type ImpactTable = FieldRule;

/** The rule that governs a path: the deepest one that the table knows, with inherited impact. */
export function ruleAt(table: ImpactTable, path: readonly string[]): FieldRule {
  return path.reduce(ruleBelow, table);
}

/** The rule of a key in what another rule governs. */
export function ruleBelow(rule: FieldRule, key: string): FieldRule {
  const child = rule.children && Object.hasOwn(rule.children, key) ? rule.children[key] : rule.any;
  return child ?? { impact: rule.impact };
}
