import type { Severity } from "../model/diagnostic.ts";

/** A problem inside one text, by offsets (UTF-16 units, `end` exclusive); `source-file.ts` turns it into a Diagnostic. */
export interface Problem {
  readonly code: string;
  readonly severity: Severity;
  readonly summary: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly start: number;
  readonly end: number;
}
