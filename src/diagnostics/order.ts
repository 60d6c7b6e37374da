import type { Diagnostic, Severity } from "../model/diagnostic.ts";

/** Diagnostics as people read them: by file, then by place in it; those without a place come last. Duplicates are dropped. */
export function inFileOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  return [...diagnostics].sort(compare).filter((diagnostic) => {
    const key = JSON.stringify([
      diagnostic.code,
      diagnostic.summary,
      diagnostic.range?.file,
      diagnostic.range?.start.offset,
      diagnostic.environment,
      diagnostic.service,
    ]);
    return !seen.has(key) && seen.add(key);
  });
}

const GRAVITY: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };

function compare(a: Diagnostic, b: Diagnostic): number {
  if (a.range && !b.range) return -1;
  if (!a.range && b.range) return 1;
  return (
    byText(a.range?.file ?? "", b.range?.file ?? "") ||
    (a.range?.start.offset ?? 0) - (b.range?.start.offset ?? 0) ||
    GRAVITY[a.severity] - GRAVITY[b.severity] ||
    byText(a.code, b.code) ||
    byText(a.environment ?? "", b.environment ?? "") ||
    byText(a.service ?? "", b.service ?? "") ||
    byText(a.summary, b.summary)
  );
}

/** By code unit: the same on every machine, whatever its locale. */
function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
