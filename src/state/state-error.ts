import type { Diagnostic } from "../model/diagnostic.ts";

/**
 * State that cannot be used as it stands: corrupted, tampered with, or written by a later Fairlead. Nothing may be
 * applied on such ground; `diagnostics` say which files of the ref are wrong and where.
 */
export class StateError extends Error {
  override readonly name = "StateError";
  readonly diagnostics: readonly [Diagnostic, ...Diagnostic[]];

  constructor(diagnostics: readonly [Diagnostic, ...Diagnostic[]]) {
    super(diagnostics.map((diagnostic) => `${diagnostic.summary} (${diagnostic.code})`).join("\n"));
    this.diagnostics = diagnostics;
  }
}
