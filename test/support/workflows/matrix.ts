import { evaluate, type Scope, type TemplateToken } from "./expressions.ts";

/** What a job's `strategy` comes to. */
export interface Strategy {
  /** Null: no matrix, one job. */
  readonly rows: readonly (Readonly<Record<string, unknown>> | null)[];
  readonly failFast: boolean;
  readonly maxParallel: number;
}

/** Expands a matrix with `include` and `exclude`. A vector without a value fails the job, as at GitHub. */
export function strategyOf(token: TemplateToken | undefined, scope: Scope): Strategy {
  const strategy = (token === undefined ? {} : evaluate(token, scope)) as Record<string, unknown>;
  const failFast = strategy["fail-fast"] !== false;
  const maxParallel = Number(strategy["max-parallel"] ?? Number.POSITIVE_INFINITY);
  if (strategy["matrix"] === undefined) return { rows: [null], failFast, maxParallel };
  const { include = [], exclude = [], ...vectors } = strategy["matrix"] as Record<string, unknown[]>;
  let rows: Record<string, unknown>[] = Object.keys(vectors).length === 0 ? [] : [{}];
  for (const [name, values] of Object.entries(vectors)) {
    if (!Array.isArray(values) || values.length === 0)
      throw new Error(`Matrix vector '${name}' does not contain any values`);
    rows = rows.flatMap((row) => values.map((value) => ({ ...row, [name]: value })));
  }
  rows = rows.filter((row) => !exclude.some((one) => fits(row, one as Record<string, unknown>)));
  const originals = rows.map((row) => ({ ...row }));
  for (const extra of include as Record<string, unknown>[]) {
    const own = Object.fromEntries(Object.entries(extra).filter(([key]) => key in vectors));
    const takers = rows.filter((_, at) => originals[at] !== undefined && fits(originals[at], own));
    if (takers.length === 0) rows.push({ ...extra });
    else for (const row of takers) Object.assign(row, extra);
  }
  return { rows, failFast, maxParallel };
}

function fits(row: Record<string, unknown>, pattern: Record<string, unknown>): boolean {
  return Object.entries(pattern).every(([key, value]) => JSON.stringify(row[key]) === JSON.stringify(value));
}
