/** A located problem as a value: collected everywhere, rendered last (`diagnostics/`). */

export type Severity = "error" | "warning" | "info";

/** One-based line and column (in UTF-16 units, as editors count), zero-based offset into the file's text. */
export interface Position {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

/** A stretch of a file; `end` is exclusive. */
export interface SourceRange {
  readonly file: string;
  readonly start: Position;
  readonly end: Position;
}

export interface Diagnostic {
  /** Permanent kebab-case code, such as `dependency-missing`; listed in `diagnostics/codes.ts`. */
  readonly code: string;
  readonly severity: Severity;
  /** One line: what is wrong, with the value that was found. */
  readonly summary: string;
  /** Why it matters, or what was expected. */
  readonly detail?: string;
  /** What to do next: "did you mean `orders-db`?". */
  readonly hint?: string;
  readonly range?: SourceRange;
  /** The whole line at `range.start`, so that a renderer needs no file. */
  readonly line?: string;
  readonly service?: string;
  readonly environment?: string;
}

/** Expected problems are returned beside what could be made of the input. */
export interface Diagnosed<T> {
  readonly value: T;
  readonly diagnostics: readonly Diagnostic[];
}
