/** Generated from schemas/diagnostics.schema.json by `npm run types`; edit the schema instead. */

/**
 * What fairlead validate --json writes: every problem that was found, in file order.
 */
export interface DiagnosticsJson {
  /**
   * The version of this format: within one major number only additions.
   */
  format_version: string;
  /**
   * The problems: by file, then by place in it; those without a place last.
   */
  diagnostics: DiagnosticJson[];
  /**
   * How many there are.
   */
  summary: {
    /**
     * Errors.
     */
    errors: number;
    /**
     * Warnings.
     */
    warnings: number;
    /**
     * Notes.
     */
    infos: number;
    /**
     * Files with at least one.
     */
    files: number;
    /**
     * Files that were looked at, fairlead.yaml included; absent where another command wrote the report.
     */
    checked?: number;
  };
}
/**
 * One located problem.
 */
export interface DiagnosticJson {
  /**
   * Its permanent code: what to filter by.
   */
  code: string;
  /**
   * How grave it is.
   */
  severity: "error" | "warning" | "info";
  /**
   * One line: what is wrong, with the value that was found.
   */
  summary: string;
  /**
   * Why it matters, or what was expected.
   */
  detail?: string;
  /**
   * What to do.
   */
  hint?: string;
  /**
   * Where it is. The end is exclusive.
   */
  range?: {
    /**
     * The file, relative to the repository.
     */
    file: string;
    start: Position;
    end: Position;
  };
  /**
   * The text of the line it begins in; absent where that is very long.
   */
  line?: string;
  /**
   * The service it is about.
   */
  service?: string;
  /**
   * The environment it is about, where it is not about all.
   */
  environment?: string;
}
/**
 * This interface was referenced by `DiagnosticsJson`'s JSON-Schema
 * via the `definition` "position".
 */
export interface Position {
  /**
   * Line, counted from 1.
   */
  line: number;
  /**
   * Column in UTF-16 units, counted from 1.
   */
  column: number;
  /**
   * Offset into the file's text in UTF-16 units, counted from 0.
   */
  offset: number;
}
