import type { Diagnostic } from "../model/diagnostic.ts";
import { inFileOrder } from "./order.ts";
import { printableJson } from "./printable-json.ts";
import { tally } from "./tally.ts";

/** Longer lines are left out of JSON: a file may be one line of 20 MB with a hundred problems in it. */
const LINE_MAX = 2000;

/**
 * Diagnostics as JSON for programs (`schemas/diagnostics.schema.json`), in file order, with a count. Controls that a
 * terminal would obey are written as `\uXXXX`, which is the same JSON. `checked`: how many files were looked at. Ends with a
 * line break.
 */
export function renderJson(diagnostics: readonly Diagnostic[], checked?: number): string {
  const sorted = inFileOrder(diagnostics);
  const summary = { ...tally(sorted), ...(checked === undefined ? {} : { checked }) };
  const report = { format_version: "1.0", diagnostics: sorted.map(plain), summary };
  return printableJson(report);
}

/** The known fields alone and in one order, so that the same problems give the same bytes. */
function plain(diagnostic: Diagnostic): Diagnostic {
  const { code, severity, summary, detail, hint, range, line, service, environment } = diagnostic;
  return {
    code,
    severity,
    summary,
    ...(detail === undefined ? {} : { detail }),
    ...(hint === undefined ? {} : { hint }),
    ...(range === undefined ? {} : { range }),
    ...(line === undefined || line.length > LINE_MAX ? {} : { line }),
    ...(service === undefined ? {} : { service }),
    ...(environment === undefined ? {} : { environment }),
  };
}
